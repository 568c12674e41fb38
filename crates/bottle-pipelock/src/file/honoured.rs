//! What our scanner does not do, whatever the file says: each is an error with its place, and none is passed over.

mod network;
mod scanning;

use bottle_core::{Code, Diagnostics, Source, yaml};

use super::switch::{Logging, Switch};
use super::{Mode, PipelockFile};

pub(crate) use self::network::{
    ENTROPY, LABEL_ENTROPY, NO_RATE, NO_RESPONSE_LIMIT, NO_TUNNEL_LIMIT,
};

/// What is wrong so far: the path of a key, and what to write.
#[derive(Default)]
struct Problems(Vec<(&'static str, &'static str)>);

/// Checks a file that was read.
///
/// # Errors
///
/// Every key that asks for what our scanner does not do.
pub(super) fn check(file: &PipelockFile, source: &Source<'_>) -> Result<(), Diagnostics> {
    let mut problems = Problems::default();
    problems.file(file);
    if problems.0.is_empty() {
        return Ok(());
    }
    let places = yaml::Places::of(source);
    let mut diagnostics = Diagnostics::default();
    for (path, help) in problems.0 {
        let message = format!("`{path}` means here what the built-in scanner does not do");
        let mut diagnostic =
            source.diagnostic(Code::PipelockNotCarriedOut, places.find(path), message);
        diagnostic.help = Some(help.to_owned());
        diagnostics.push(diagnostic);
    }
    Err(diagnostics)
}

impl Problems {
    /// Notes that something has to hold.
    fn must(&mut self, holds: bool, path: &'static str, help: &'static str) {
        if !holds {
            self.0.push((path, help));
        }
    }

    /// Nothing but off.
    fn off(&mut self, switch: Option<&Switch>, path: &'static str) {
        let is_on = switch.is_some_and(|switch| switch.enabled);
        self.must(!is_on, path, "leave it out, or write `enabled: false`");
    }

    /// A bound that ours keeps without being told.
    fn at_least<T: PartialOrd + Default>(
        &mut self,
        value: Option<T>,
        least: &T,
        (path, help): (&'static str, &'static str),
    ) {
        // The program takes zero for its default.
        let holds = value.is_none_or(|value| value == T::default() || value >= *least);
        self.must(holds, path, help);
    }

    fn file(&mut self, file: &PipelockFile) {
        let PipelockFile {
            version,
            mode,
            enforce,
            explain_blocks: _,
            api_allowlist,
            fetch_proxy,
            forward_proxy,
            tls_interception,
            request_body_scanning,
            response_scanning,
            dlp,
            canary_tokens,
            seed_phrase_detection,
            internal,
            trusted_domains: _,
            ssrf,
            logging,
            suppress,
            metrics_listen,
            emit,
            scan_api,
            upstream: _,
            // Told of below.
            media_policy: _,
            taint: _,
            sentry: _,
            kill_switch: _,
            websocket_proxy: _,
            session_profiling: _,
            adaptive_enforcement: _,
            cross_request_detection: _,
            address_protection: _,
            redaction: _,
            browser_shield: _,
            flight_recorder: _,
            mediation_envelope: _,
            file_sentry: _,
        } = file;
        self.must(*version <= 1, "version", "write `1`");
        let only_listed = *mode == Mode::Strict;
        self.must(
            only_listed,
            "mode",
            "write `strict`: nothing but the list of hosts may be asked",
        );
        self.must(
            *enforce,
            "enforce",
            "write `true`: what is found is refused",
        );
        let some = !api_allowlist.is_empty();
        self.must(
            some,
            "api_allowlist",
            "name one host at least; `nowhere.invalid` allows none",
        );
        self.fetch_proxy(fetch_proxy);
        self.forward_proxy(forward_proxy);
        self.tls_interception(tls_interception);
        self.request_body_scanning(request_body_scanning);
        self.response_scanning(response_scanning);
        self.dlp(dlp);
        self.canary_tokens(canary_tokens);
        self.seed_phrase_detection(seed_phrase_detection);
        self.networks(internal.as_deref(), &ssrf.ip_allowlist);
        self.logging(logging);
        let help = "leave it out: `dlp.yaml` beside this file says what holds where";
        self.must(!suppress.are_there, "suppress", help);
        for (key, path) in [
            (metrics_listen, "metrics_listen"),
            (emit, "emit"),
            (scan_api, "scan_api"),
        ] {
            self.must(
                !key.is_there,
                path,
                "leave it out: nothing listens or is sent there",
            );
        }
        self.switches(file);
    }

    fn switches(&mut self, file: &PipelockFile) {
        for (switch, path) in [
            (&file.media_policy, "media_policy"),
            (&file.taint, "taint"),
            (&file.sentry, "sentry"),
            (&file.kill_switch, "kill_switch"),
            (&file.websocket_proxy, "websocket_proxy"),
            (&file.session_profiling, "session_profiling"),
            (&file.adaptive_enforcement, "adaptive_enforcement"),
            (&file.cross_request_detection, "cross_request_detection"),
            (&file.address_protection, "address_protection"),
            (&file.redaction, "redaction"),
            (&file.browser_shield, "browser_shield"),
            (&file.flight_recorder, "flight_recorder"),
            (&file.mediation_envelope, "mediation_envelope"),
            (&file.file_sentry, "file_sentry"),
        ] {
            self.off(switch.as_ref(), path);
        }
    }

    fn logging(&mut self, part: &Logging) {
        let Logging {
            format,
            output,
            file,
            include_allowed,
            include_blocked,
        } = part;
        let is = |text: &str, ours: &str| text.is_empty() || text == ours;
        self.must(is(format, "json"), "logging.format", "write `json`");
        self.must(is(output, "stdout"), "logging.output", "write `stdout`");
        self.must(
            file.is_empty(),
            "logging.file",
            "leave it out: decisions go to standard output",
        );
        let every = "write `true`: every decision is logged";
        self.must(*include_allowed, "logging.include_allowed", every);
        self.must(*include_blocked, "logging.include_blocked", every);
    }
}
