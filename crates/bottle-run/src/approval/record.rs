//! Decisions as the audit trail has them.

use bottle_core::{Identity, ProposalId};
use bottle_egress::{Grant, Lease, Route};
use bottle_state::{AuditEntry, AuditError, Home, Operator};
use serde_json::{Value, json};

use super::decision::now;
use super::{Card, CardWarning, CredentialCard, Decision};

/// Adds a decision to the trail of a bottle.
pub(super) fn note(
    home: &Home,
    (identity, operator): (&Identity, &Operator),
    action: &'static str,
    details: Value,
) -> Result<(), AuditError> {
    let entry = AuditEntry {
        time: now(),
        identity,
        action,
        operator: operator.clone(),
        details,
    };
    home.audit(identity).open()?.append(&entry)
}

/// An approval: what was asked for, what was shown, and what is granted.
pub(super) fn approved(card: &Card, decision: &Decision, granted: Option<&Grant>) -> Value {
    json!({
        "proposal": card.id,
        "asked": card.proposal.ask,
        "justification": card.proposal.justification,
        "granted": granted.map(|grant| route(&grant.route)),
        "credential": credential(&card.credential),
        "effect": card.effect,
        "diff": granted.map(|grant| json!({ "added": [route(&grant.route)], "removed": [] })),
        "shown": shown(card),
        "lease": lease(decision.lease),
        "notes": decision.notes,
    })
}

/// A rejection.
pub(super) fn rejected(card: &Card, reason: &str) -> Value {
    json!({
        "proposal": card.id,
        "asked": card.proposal.ask,
        "justification": card.proposal.justification,
        "shown": shown(card),
        "reason": reason,
    })
}

/// An approval that did not come to its end.
pub(super) fn failed(id: &ProposalId, reason: &str, taken_back: bool) -> Value {
    json!({ "proposal": id, "reason": reason, "taken_back": taken_back })
}

/// Grants that are taken back.
pub(super) fn revoked(grants: &[Grant], reason: &str) -> Value {
    let ids: Vec<&ProposalId> = grants.iter().map(|grant| &grant.id).collect();
    let removed: Vec<Value> = grants.iter().map(|grant| route(&grant.route)).collect();
    json!({ "grants": ids, "diff": { "added": [], "removed": removed }, "reason": reason })
}

fn shown(card: &Card) -> Value {
    let codes: Vec<&str> = card
        .warnings
        .iter()
        .map(|CardWarning { code, .. }| *code)
        .collect();
    json!({ "token": card.token, "warnings": codes })
}

fn lease(lease: Lease) -> Value {
    let Lease { until, uses } = lease;
    json!({ "until": until, "uses": uses })
}

/// Names alone; a card has no values.
fn credential(credential: &CredentialCard) -> Value {
    match credential {
        CredentialCard::None => Value::Null,
        other => json!(other),
    }
}

fn route(route: &Route) -> Value {
    let Route {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        websocket,
        origin: _,
    } = route;
    json!({
        "host": host,
        "ports": ports,
        "path_allowlist": path_allowlist,
        "methods": methods,
        "auth": auth,
        "websocket": *websocket == bottle_core::WebSocket::Granted,
    })
}
