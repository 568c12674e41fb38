//! The documents by which token values reach the sidecars.

use std::collections::{BTreeMap, BTreeSet};

use bottle_core::{Secret, SecretError};
use bottle_egress::{Folded, TokenSlot};
use serde_json::{Value, json};

use crate::git::GitKeys;

/// The header that carries a credential when the route does not name one.
pub(crate) const AUTHORIZATION: &str = "authorization";

/// What each sidecar is told: what it needs and nothing else, `None` where that is nothing.
#[derive(Debug, Clone)]
pub(crate) struct Handover {
    /// For egress: values by slot, to inject.
    pub(crate) egress: Option<Secret>,
    /// For pipelock: the same values, where each may travel and in which header.
    pub(crate) pipelock: Option<Secret>,
    /// For git-gate: the keys that it pushes with, and the same values, to look for.
    pub(crate) git_gate: Option<Secret>,
}

impl Handover {
    /// The documents of one bottle.
    ///
    /// # Errors
    ///
    /// Never for values that are secrets already: JSON writes no control characters.
    pub(crate) fn new(
        folded: &Folded,
        slots: &BTreeMap<TokenSlot, Secret>,
        keys: &GitKeys,
    ) -> Result<Self, SecretError> {
        let values: BTreeMap<String, &str> = slots
            .iter()
            .map(|(slot, value)| (slot.to_string(), value.expose()))
            .collect();
        let known: Vec<Value> = slots
            .iter()
            .flat_map(|(slot, value)| known(folded, *slot, value))
            .collect();
        let keys = keys.expose();
        let document = |is_needed: bool, value: &dyn Fn() -> Value| {
            is_needed
                .then(|| Secret::new(value().to_string()))
                .transpose()
        };
        let has_slots = !slots.is_empty();
        Ok(Self {
            egress: document(
                has_slots,
                &|| json!({ "version": 1, "slots": values, "known": [] }),
            )?,
            pipelock: document(
                has_slots,
                &|| json!({ "version": 1, "slots": {}, "known": known }),
            )?,
            git_gate: document(
                !keys.is_empty(),
                &|| json!({ "version": 1, "slots": {}, "known": known, "git_keys": keys }),
            )?,
        })
    }
}

/// One entry for each header that a slot's value travels in.
fn known(folded: &Folded, slot: TokenSlot, value: &Secret) -> Vec<Value> {
    let mut hosts: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for route in folded.table.routes() {
        if let Some(auth) = route.auth.as_ref().filter(|auth| auth.slot == slot) {
            let header = auth
                .header
                .as_ref()
                .map_or(AUTHORIZATION, |header| header.as_str());
            hosts
                .entry(header)
                .or_default()
                .insert(route.host.to_string());
        }
    }
    hosts
        .into_iter()
        .map(|(header, hosts)| {
            json!({ "name": slot.to_string(), "value": value.expose(), "hosts": hosts, "header": header })
        })
        .collect()
}
