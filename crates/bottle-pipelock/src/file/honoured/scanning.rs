//! The parts about what is looked for.

use super::Problems;
use crate::file::scanning::{
    Action, CanaryTokens, Dlp, RequestBodyScanning, ResponseScanning, SeedPhraseDetection,
    SseStreaming,
};
use crate::known::MIN_SECRET_LENGTH;

/// The fields that the program does not look at in the mode `all`. Ours looks at them, too.
const IGNORED_HEADERS: [&str; 13] = [
    "Connection",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Te",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Host",
    "Content-Length",
    "Content-Type",
    "Accept",
    "Accept-Encoding",
    "User-Agent",
];

impl Problems {
    pub(super) fn request_body_scanning(&mut self, part: &RequestBodyScanning) {
        let RequestBodyScanning {
            enabled,
            action,
            max_body_bytes: _,
            scan_headers,
            header_mode: _,
            sensitive_headers: _,
            ignore_headers,
        } = part;
        let path = "request_body_scanning.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: `passthrough_domains` has the hosts that are not scanned",
        );
        let path = "request_body_scanning.action";
        self.must(
            *action == Action::Block,
            path,
            "write `block`: what is found is refused",
        );
        let path = "request_body_scanning.scan_headers";
        self.must(*scan_headers, path, "write `true`: every field is scanned");
        let mut ignored = ignore_headers.iter();
        let known = ignored.all(|name| {
            let mut all = IGNORED_HEADERS.iter();
            all.any(|each| each.eq_ignore_ascii_case(name))
        });
        let path = "request_body_scanning.ignore_headers";
        self.must(known, path, "leave it out: every field is scanned");
    }

    pub(super) fn response_scanning(&mut self, part: &ResponseScanning) {
        let ResponseScanning {
            enabled,
            action,
            include_defaults,
            exempt_domains: _,
            sse_streaming,
            patterns,
            ask_timeout_seconds,
        } = part;
        let path = "response_scanning.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: `exempt_domains` has the hosts that are not looked at",
        );
        let path = "response_scanning.action";
        let known = matches!(action, Action::Warn | Action::Block);
        self.must(known, path, "write `warn` or `block`");
        let path = "response_scanning.include_defaults";
        self.must(
            *include_defaults,
            path,
            "write `true`: there are no other rules",
        );
        let path = "response_scanning.patterns";
        self.must(
            !patterns.are_there,
            path,
            "leave it out: the rules are built in",
        );
        let path = "response_scanning.ask_timeout_seconds";
        self.must(
            !ask_timeout_seconds.is_there,
            path,
            "leave it out: nobody is asked",
        );
        let SseStreaming {
            enabled,
            action: of_events,
            max_event_bytes,
        } = sse_streaming;
        let path = "response_scanning.sse_streaming.enabled";
        self.must(
            *enabled,
            path,
            "write `true`: events are looked at as other responses are",
        );
        let path = "response_scanning.sse_streaming.action";
        self.must(
            of_events == action,
            path,
            "write what `response_scanning.action` says",
        );
        let path = "response_scanning.sse_streaming.max_event_bytes";
        let help = "leave it out: an event may have any length";
        self.must(max_event_bytes.unwrap_or_default() == 0, path, help);
    }

    pub(super) fn dlp(&mut self, part: &Dlp) {
        let Dlp {
            scan_env,
            include_defaults,
            secrets_file,
            min_env_secret_length,
            patterns,
            action,
        } = part;
        let help = "write `false`: values to look for are handed over with `secrets put`";
        self.must(!*scan_env, "dlp.scan_env", help);
        let path = "dlp.secrets_file";
        let help = "leave it out: values to look for are handed over with `secrets put`";
        self.must(secrets_file.is_empty(), path, help);
        let path = "dlp.min_env_secret_length";
        self.must(
            !min_env_secret_length.is_there,
            path,
            "leave it out: no environment is looked at",
        );
        let path = "dlp.include_defaults";
        self.must(
            *include_defaults,
            path,
            "write `true`: the rules are built in",
        );
        let path = "dlp.patterns";
        self.must(
            !patterns.are_there,
            path,
            "leave it out: the rules are built in",
        );
        let path = "dlp.action";
        self.must(
            !action.is_there,
            path,
            "leave it out: what is found is refused",
        );
    }

    pub(super) fn canary_tokens(&mut self, part: &CanaryTokens) {
        let CanaryTokens { enabled, tokens } = part;
        let mut values = tokens.iter().map(|canary| canary.value.expose());
        let long = values.all(|value| value.len() >= MIN_SECRET_LENGTH);
        let help = "write values of six bytes or more: shorter ones would be found in everything";
        self.must(long || !*enabled, "canary_tokens.tokens", help);
    }

    pub(super) fn seed_phrase_detection(&mut self, part: &SeedPhraseDetection) {
        let SeedPhraseDetection {
            enabled: _,
            min_words,
            verify_checksum,
        } = part;
        let path = "seed_phrase_detection.min_words";
        self.must(
            matches!(min_words, 0 | 12),
            path,
            "write 12: shorter phrases are none",
        );
        let path = "seed_phrase_detection.verify_checksum";
        self.must(
            *verify_checksum,
            path,
            "write `true`: without it any text is a phrase",
        );
    }
}
