//! A new credential, handed to proxies that run.

use bottle_core::{HostPattern, Identity, Secret};
use bottle_egress::{RouteTable, SlotAuth, TokenSlot};
use bottle_state::{Access, RelativePath, StateDir};
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

/// The file that says up to which slot values were handed over since the bottle is there.
const LAST_SLOT: RelativePath = RelativePath::constant("last-token-slot");
/// The longest such file, in bytes.
const MAX_LAST_SLOT: u64 = 64;

/// The highest slot that a rule names or that a value was handed over for, also for a grant that is gone: a value that was sent
/// somewhere has to be known to scanners and masks for as long as they run, so no other one takes its place.
pub(super) fn last_slot(
    table: &RouteTable,
    state: &StateDir,
) -> Result<Option<TokenSlot>, ApprovalError> {
    let granted = table.grants().iter().map(|grant| &grant.route);
    let routes = table.routes().iter().chain(granted);
    let named = routes.filter_map(|route| route.auth.as_ref());
    let named = named.map(|auth| auth.slot).max();
    let noted = match state.folder().read(&LAST_SLOT, MAX_LAST_SLOT)? {
        Some(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let slot = text.trim().parse();
            Some(slot.map_err(|_| ApprovalError::LastSlot)?)
        }
        None => None,
    };
    Ok(named.max(noted))
}

/// Notes that a value goes into a slot, before it does.
pub(super) fn note_slot(slot: TokenSlot, state: &StateDir) -> Result<(), ApprovalError> {
    let text = format!("{slot}\n");
    state
        .folder()
        .write(&LAST_SLOT, text.as_bytes(), Access::Private)?;
    Ok(())
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
