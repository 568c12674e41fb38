//! What `pipelock.yaml` and `dlp.yaml` say, in the shape in which it is asked.

use std::sync::Arc;

use bottle_core::Host;
use bottle_egress::RouteTable;
use bottle_pipelock::{Overrides, PipelockFile, RouteDlp};

/// The parts of the files that are asked for each request.
pub(super) struct Policy {
    pub(super) table: Arc<RouteTable>,
    pub(super) max_body_bytes: usize,
    passthrough: RouteTable,
    overrides: Overrides,
}

/// How one request and its answer are scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scanning {
    /// Whether content is looked at: false where the operator lets the host pass through. Names and addresses are
    /// checked all the same.
    pub(super) scan: bool,
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
            passthrough: file.passthrough(),
            overrides,
        }
    }

    /// How a request to this host and path (a query may follow) is scanned.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the gate asks from the next change on")
    )]
    pub(super) fn scanning(&self, host: &Host, path: &str) -> Scanning {
        Scanning {
            scan: self.passthrough.find(host).is_none(),
            dlp: self.overrides.of(host, path),
        }
    }
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
        assert!(model.scan && model.dlp.allow.contains("documented-example"));
    }
}
