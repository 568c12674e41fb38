//! The documents by which token values reach the sidecars.

use std::collections::{BTreeMap, BTreeSet};

use bottle_core::{Secret, SecretError};
use bottle_egress::{Folded, TokenSlot};
use serde_json::{Value, json};

/// The header that carries a credential when the route does not name one.
const AUTHORIZATION: &str = "authorization";

/// What each sidecar is told. A sidecar gets what it needs and nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Handover {
    /// For egress: values by slot, to inject.
    pub(crate) egress: Secret,
    /// For pipelock: the same values, where each may travel and in which header.
    pub(crate) pipelock: Secret,
}

impl Handover {
    /// The documents of one bottle; `None` when it has no credentials.
    ///
    /// # Errors
    ///
    /// Never for values that are secrets already: JSON writes no control characters.
    pub(crate) fn new(
        folded: &Folded,
        slots: &BTreeMap<TokenSlot, Secret>,
    ) -> Result<Option<Self>, SecretError> {
        if slots.is_empty() {
            return Ok(None);
        }
        let values: BTreeMap<String, &str> = slots
            .iter()
            .map(|(slot, value)| (slot.to_string(), value.expose()))
            .collect();
        let known: Vec<Value> = slots
            .iter()
            .flat_map(|(slot, value)| known(folded, *slot, value))
            .collect();
        Ok(Some(Self {
            egress: Secret::new(json!({ "version": 1, "slots": values, "known": [] }).to_string())?,
            pipelock: Secret::new(
                json!({ "version": 1, "slots": {}, "known": known }).to_string(),
            )?,
        }))
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
