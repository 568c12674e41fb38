//! What `pipelock.yaml` and `dlp.yaml` say, in the shape in which it is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use bottle_core::{HeaderName, Host, ResponseAction, RuleName};
use bottle_egress::RouteTable;
use bottle_pipelock::{Overrides, PipelockFile, RouteDlp, host_data_rules};

use crate::secrets::KnownValue;

/// The parts of the files that are asked for each request.
pub(super) struct Policy {
    pub(super) table: Arc<RouteTable>,
    pub(super) max_body_bytes: usize,
    /// Decoys, which may travel nowhere.
    pub(super) canaries: Vec<KnownValue>,
    passthrough: RouteTable,
    /// Hosts whose responses are not looked at.
    unscanned_responses: RouteTable,
    /// Hosts whose names are not looked at for data.
    unscanned_names: RouteTable,
    /// Rules that hold nowhere.
    allowed: BTreeSet<RuleName>,
    responses: ResponseAction,
    overrides: Overrides,
}

/// How one request and its answer are scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scanning {
    /// Whether content is looked at: false where the operator lets the host pass through. Names and addresses are
    /// checked all the same.
    pub(super) scan: bool,
    /// Whether the response is looked at for injected prompts.
    pub(super) scan_response: bool,
    /// Where the scanner differs from its defaults.
    pub(super) dlp: RouteDlp,
}

impl Policy {
    /// The policy of the two files.
    pub(super) fn of(file: &PipelockFile, overrides: Overrides) -> Self {
        let max_body_bytes = usize::try_from(file.max_body_bytes()).unwrap_or(usize::MAX);
        Self {
            table: Arc::new(file.allowlist()),
            max_body_bytes,
            canaries: canaries(file),
            passthrough: file.passthrough(),
            unscanned_responses: file.unscanned_responses(),
            unscanned_names: file.unscanned_names(),
            allowed: file.allowed_rules(),
            responses: file.responses(),
            overrides,
        }
    }

    /// How a request to this host and path (a query may follow) is scanned.
    pub(super) fn scanning(&self, host: &Host, path: &str) -> Scanning {
        let mut dlp = self.overrides.of(host, path);
        dlp.allow.extend(self.allowed.iter().cloned());
        if self.unscanned_names.find(host).is_some() {
            dlp.allow.extend(host_data_rules());
        }
        if self.responses == ResponseAction::Block {
            dlp.responses = ResponseAction::Block;
        }
        let scan = self.passthrough.find(host).is_none();
        Scanning {
            scan,
            scan_response: scan && self.unscanned_responses.find(host).is_none(),
            dlp,
        }
    }
}

fn canaries(file: &PipelockFile) -> Vec<KnownValue> {
    let decoys = file.canaries().map(|(name, value)| KnownValue {
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

    fn scanning(host: &str) -> Scanning {
        let passthrough = ["open.test", "**.deep.test"];
        let mut plan =
            BottlePlan::new("a".parse().unwrap(), "b".parse().unwrap(), Provider::Claude);
        plan.allowlist = passthrough.map(|host| host.parse().unwrap()).into();
        plan.pipelock.passthrough = plan.allowlist.clone();
        plan.allowlist
            .push(HostPattern::Exact("a.test".parse().unwrap()));
        let table = fold(&plan).table;
        let overrides = Overrides::of_plan(&plan, &table);
        let policy = Policy::of(&bottle_pipelock::render(&plan, &table), overrides);
        policy.scanning(&host.parse().unwrap(), "/v1?x=1")
    }

    #[test]
    fn holes_are_where_the_operator_wants_them() {
        for host in ["open.test", "x.deep.test", "y.x.deep.test"] {
            assert!(!scanning(host).scan, "{host}");
        }
        for host in ["a.test", "x.open.test", "deep.test", "xopen.test"] {
            assert!(scanning(host).scan, "{host}");
            assert_eq!(scanning(host).dlp, RouteDlp::default());
        }
        let model = scanning("api.anthropic.com");
        assert!(
            model.scan && model.scan_response && model.dlp.allow.contains("documented-example")
        );
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
        let policy = Policy::of(&file, Overrides::default());
        let of = |host: &str| policy.scanning(&host.parse().unwrap(), "/");
        let (wide, plain) = (of("x.a.test"), of("b.test"));
        assert!(wide.scan_response && !plain.scan_response && plain.scan);
        assert_eq!(wide.dlp.responses, ResponseAction::Block);
        for rule in ["host-encoded-data", "host-bulk-data", "host-numbered-data"] {
            assert!(wide.dlp.allow.contains(rule) && !plain.dlp.allow.contains(rule));
        }
        assert!(plain.dlp.allow.contains("seed-phrase"));
    }
}
