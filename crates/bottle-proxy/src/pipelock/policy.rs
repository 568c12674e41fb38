//! What `pipelock.yaml` and `dlp.yaml` say, in the shape in which it is asked.

use std::sync::Arc;

use bottle_core::{HeaderName, Host, ResponseAction};
use bottle_egress::RouteTable;
use bottle_pipelock::{KnownSecret, Overrides, PipelockFile, RouteDlp, host_data_rules};

/// The parts of the files that are asked for each request.
pub(super) struct Policy {
    pub(super) table: Arc<RouteTable>,
    /// The digest of `pipelock.yaml`.
    pub(super) digest: String,
    pub(super) max_body_bytes: usize,
    /// Decoys, which may travel nowhere.
    pub(super) canaries: Vec<KnownSecret>,
    passthrough: RouteTable,
    /// Hosts whose responses are not looked at.
    unscanned_responses: RouteTable,
    /// Hosts whose names are not looked at for data.
    unscanned_names: RouteTable,
    overrides: Overrides,
    /// What holds on each route of `overrides`.
    routes: Vec<Folded>,
    /// What holds elsewhere.
    elsewhere: Folded,
}

/// What the two files say together of a route.
struct Folded {
    dlp: Arc<RouteDlp>,
    /// The same for hosts whose names are not looked at.
    unnamed: Arc<RouteDlp>,
}

/// How one request and its answer are scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scanning<'a> {
    /// Whether content is looked at: false where the operator lets the host pass through. Names and addresses are
    /// checked all the same.
    pub(super) scan: bool,
    /// Whether the response is looked at for injected prompts.
    pub(super) scan_response: bool,
    /// Where the scanner differs from its defaults.
    pub(super) dlp: &'a Arc<RouteDlp>,
}

impl Policy {
    /// The policy of the two files, the first of which has this digest.
    pub(super) fn of(file: &PipelockFile, digest: String, overrides: Overrides) -> Self {
        let max_body_bytes = usize::try_from(file.max_body_bytes()).unwrap_or(usize::MAX);
        let fold = |route: &RouteDlp| Folded::of(file, route);
        Self {
            table: Arc::new(file.allowlist()),
            digest,
            max_body_bytes,
            canaries: canaries(file),
            passthrough: file.passthrough(),
            unscanned_responses: file.unscanned_responses(),
            unscanned_names: file.unscanned_names(),
            routes: overrides.all().map(fold).collect(),
            elsewhere: fold(&RouteDlp::default()),
            overrides,
        }
    }

    /// How a request to this host and path (a query may follow) is scanned.
    pub(super) fn scanning(&self, host: &Host, path: &str) -> Scanning<'_> {
        let number = self.overrides.number(host, path);
        let folded = number.and_then(|number| self.routes.get(number));
        let folded = folded.unwrap_or(&self.elsewhere);
        let dlp = match self.unscanned_names.find(host) {
            Some(_) => &folded.unnamed,
            None => &folded.dlp,
        };
        let scan = self.passthrough.find(host).is_none();
        Scanning {
            scan,
            scan_response: scan && self.unscanned_responses.find(host).is_none(),
            dlp,
        }
    }
}

impl Folded {
    /// What the second file says of a route, with what the first one says of all.
    fn of(file: &PipelockFile, route: &RouteDlp) -> Self {
        let mut dlp = route.clone();
        dlp.allow.extend(file.allowed_rules());
        if file.responses() == ResponseAction::Block {
            dlp.responses = ResponseAction::Block;
        }
        let mut unnamed = dlp.clone();
        unnamed.allow.extend(host_data_rules());
        Self {
            dlp: Arc::new(dlp),
            unnamed: Arc::new(unnamed),
        }
    }
}

fn canaries(file: &PipelockFile) -> Vec<KnownSecret> {
    let decoys = file.canaries().map(|(name, value)| KnownSecret {
        name: name.to_owned(),
        value: value.clone(),
        hosts: Vec::new(),
        // Without hosts any header is the wrong one.
        header: HeaderName::authorization(),
    });
    decoys.collect()
}

#[cfg(test)]
mod tests {
    use bottle_core::{BottlePlan, HostPattern, Provider};
    use bottle_egress::fold;

    use super::*;

    fn scanning(host: &str) -> (bool, bool, RouteDlp) {
        let passthrough = ["open.test", "**.deep.test"];
        let mut plan =
            BottlePlan::new("a".parse().unwrap(), "b".parse().unwrap(), Provider::Claude);
        plan.allowlist = passthrough.map(|host| host.parse().unwrap()).into();
        plan.pipelock.passthrough = plan.allowlist.clone();
        plan.allowlist
            .push(HostPattern::Exact("a.test".parse().unwrap()));
        let table = fold(&plan).table;
        let overrides = Overrides::of_plan(&plan, &table);
        let policy = Policy::of(
            &bottle_pipelock::render(&plan, &table),
            String::new(),
            overrides,
        );
        told(&policy, host, "/v1?x=1")
    }

    fn told(policy: &Policy, host: &str, target: &str) -> (bool, bool, RouteDlp) {
        let Scanning {
            scan,
            scan_response,
            dlp,
        } = policy.scanning(&host.parse().unwrap(), target);
        (scan, scan_response, RouteDlp::clone(dlp))
    }

    #[test]
    fn holes_are_where_the_operator_wants_them() {
        for host in ["open.test", "x.deep.test", "y.x.deep.test"] {
            assert!(!scanning(host).0, "{host}");
        }
        for host in ["a.test", "x.open.test", "deep.test", "xopen.test"] {
            assert_eq!(scanning(host), (true, true, RouteDlp::default()), "{host}");
        }
        let (scan, scan_response, dlp) = scanning("api.anthropic.com");
        assert!(scan && scan_response && dlp.allow.contains("documented-example"));
    }

    #[test]
    fn what_the_file_says_of_all_routes_holds_on_each() {
        let text = "mode: strict
api_allowlist: ['*.a.test', b.test]
fetch_proxy: {monitoring: {subdomain_entropy_exclusions: ['*.a.test']}}
forward_proxy: {enabled: true}
tls_interception: {enabled: true}
request_body_scanning: {action: block}
response_scanning: {action: block, exempt_domains: [b.test]}
seed_phrase_detection: {enabled: false}
dlp: {scan_env: false}
";
        let file = PipelockFile::from_yaml(text, "pipelock.yaml").unwrap();
        let policy = Policy::of(&file, String::new(), Overrides::default());
        let (_, answers, wide) = told(&policy, "x.a.test", "/");
        let (scan, no_answers, plain) = told(&policy, "b.test", "/");
        assert!(answers && !no_answers && scan);
        assert_eq!(wide.responses, ResponseAction::Block);
        for rule in ["host-encoded-data", "host-bulk-data", "host-numbered-data"] {
            assert!(wide.allow.contains(rule) && !plain.allow.contains(rule));
        }
        assert!(plain.allow.contains("seed-phrase"));
    }
}
