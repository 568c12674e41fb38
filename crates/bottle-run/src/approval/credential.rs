//! A new credential, handed to proxies that run.

use bottle_core::{HostPattern, Identity, Secret};
use bottle_egress::{RouteTable, SlotAuth, TokenSlot};
use serde_json::json;

use super::ApprovalError;
use super::policies::Scanner;
use crate::backend::{Backend, OtherSecrets, SecretsRequest, Target};
use crate::handover::AUTHORIZATION;
use crate::launch::{EGRESS, GIT_GATE, PIPELOCK};

/// A value, the slot that it goes into, and the hosts that it may be sent to.
pub(super) struct NewValue<'a> {
    pub(super) auth: &'a SlotAuth,
    pub(super) hosts: &'a HostPattern,
    pub(super) value: &'a Secret,
}

/// Which services get the value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holders {
    pub(super) scanner: Scanner,
    pub(super) has_git_gate: bool,
}

/// The first slot that no rule names and none named that has a lower number.
pub(super) fn next_slot(table: &RouteTable) -> Option<TokenSlot> {
    let granted = table.grants().iter().map(|grant| &grant.route);
    let routes = table.routes().iter().chain(granted);
    let used = routes.filter_map(|route| route.auth.as_ref());
    let last = used.map(|auth| auth.slot).max();
    last.map_or(Some(TokenSlot::new(0)), TokenSlot::next)
}

/// Hands the value to the proxies, beside those that they have. Scanners know it before the injector can send it.
pub(super) async fn hand_over<B: Backend>(
    backend: &B,
    identity: &Identity,
    (new, holders): (&NewValue<'_>, Holders),
) -> Result<(), ApprovalError> {
    let NewValue { auth, hosts, value } = new;
    let (slot, value) = (auth.slot.to_string(), value.expose());
    let header = auth
        .header
        .as_ref()
        .map_or(AUTHORIZATION, |header| header.as_str());
    let known = json!([{ "name": slot, "value": value, "hosts": [hosts], "header": header }]);
    let scanners = json!({ "version": 1, "slots": {}, "known": known });
    let injector = json!({ "version": 1, "slots": { slot: value }, "known": [] });
    let (scanners, injector) = (
        Secret::new(scanners.to_string())?,
        Secret::new(injector.to_string())?,
    );
    // Another program than ours is told nothing.
    let pipelock = (holders.scanner == Scanner::Ours).then_some((PIPELOCK, &scanners));
    let git_gate = holders.has_git_gate.then_some((GIT_GATE, &scanners));
    let all = pipelock.into_iter().chain(git_gate);
    for (service, document) in all.chain([(EGRESS, &injector)]) {
        let request = SecretsRequest {
            target: Target::new(identity, service),
            document: document.clone(),
            others: OtherSecrets::Kept,
        };
        backend.put_secrets(&request).await?;
    }
    Ok(())
}
