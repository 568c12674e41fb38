//! What is asked for, held against what the bottle was refused.

use bottle_core::Identity;
use bottle_egress::{Denied, Route, RouteTable, narrowest, replay};
use bottle_state::{AskedAuth, EgressAsk, StateDir};

use super::{ApprovalError, Approvals, Past};
use crate::History;
use crate::artefact::LOG;
use crate::backend::{Backend, LOGS_LIMIT, LogsRequest};

impl Past {
    /// What a route would have let through, and whether less would have done.
    pub(super) fn of(route: &Route, auth: Option<&AskedAuth>, denials: &[Denied]) -> Self {
        let alone = RouteTable::new([route.clone()]);
        let lacking = denials.iter().filter(|denied| denied.lacks_rule());
        let narrower = narrowest(route, lacking.map(|denied| &denied.request));
        Self {
            refused: replay(denials, &alone),
            narrower: narrower.map(|less| EgressAsk {
                host: less.host,
                path_allowlist: less.path_allowlist,
                methods: less.methods,
                auth: auth.cloned(),
            }),
        }
    }
}

impl<B: Backend> Approvals<'_, B> {
    /// The log of a bottle, from the engine or as it was saved; `None` when there is none.
    pub(super) async fn history(
        &self,
        identity: &Identity,
        (state, runs): (&StateDir, bool),
    ) -> Result<Option<History>, ApprovalError> {
        if let (Some(backend), true) = (self.backend, runs) {
            let request = LogsRequest {
                identity: identity.clone(),
                home: self.home.label()?,
            };
            return Ok(Some(History::of_live(backend, &request).await?));
        }
        let limit = u64::try_from(LOGS_LIMIT).unwrap_or(u64::MAX);
        let saved = state.folder().read(&LOG, limit)?;
        Ok(saved.map(|logs| History::read(&logs)))
    }
}
