//! The grants among the rules that a bottle goes by.

use serde_json::Value;

use crate::dashboard::model::LeaseWish;
use crate::dashboard::view::GrantRow;

/// The grants of a table as egress shows it; what is no grant is passed over. `now` is in seconds since 1970.
pub(super) fn rows(rules: &Value, now: i64) -> Vec<GrantRow> {
    let rules = rules.as_array().map(Vec::as_slice).unwrap_or_default();
    rules.iter().filter_map(|rule| row(rule, now)).collect()
}

fn row(rule: &Value, now: i64) -> Option<GrantRow> {
    Some(GrantRow {
        id: rule.get("grant")?.as_str()?.parse().ok()?,
        host: rule.get("host")?.as_str()?.to_owned(),
        what: format!(
            "{} {}",
            listed(rule.get("methods"), "any method"),
            listed(rule.get("path_allowlist"), "any path")
        ),
        lease: match rule.get("ended").and_then(Value::as_str) {
            Some(ended) => ended.to_owned(),
            None => lease(rule.get("lease").unwrap_or(&Value::Null), now),
        },
    })
}

fn listed(items: Option<&Value>, nothing: &str) -> String {
    let items = items.and_then(Value::as_array);
    let items: Vec<&str> = items
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if items.is_empty() {
        nothing.to_owned()
    } else {
        items.join(" ")
    }
}

/// What is left of a lease.
fn lease(lease: &Value, now: i64) -> String {
    let number = |name: &str| lease.get(name).and_then(Value::as_u64);
    let left = number("until").map(|until| {
        let now = u64::try_from(now).unwrap_or_default();
        u32::try_from(until.saturating_sub(now)).unwrap_or(u32::MAX)
    });
    let uses = number("uses_left").map(|uses| u32::try_from(uses).unwrap_or(u32::MAX));
    if left == Some(0) || uses == Some(0) {
        return "over".to_owned();
    }
    LeaseWish::of(left.map(rounded), uses).to_string()
}

/// Seconds, as minutes where they are more than a few.
const fn rounded(seconds: u32) -> u32 {
    if seconds <= 120 {
        return seconds;
    }
    seconds.div_ceil(60).saturating_mul(60)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn grants_are_found_among_rules() {
        let rules = json!([
            {"host": "a.test", "origin": "manifest"},
            {"host": "b.test", "origin": "grant", "grant": "abcde12345", "methods": ["GET"], "path_allowlist": ["/v1", "/v2"],
                "lease": {"until": 1841, "uses_left": 3}},
            {"host": "c.test", "grant": "abcde12346", "lease": {"until": null, "uses_left": null}},
            {"host": "d.test", "grant": "abcde12347", "lease": {"until": 1000, "uses_left": null}},
            {"host": "e.test", "grant": "abcde12348", "ended": "exhausted", "lease": {"until": null, "uses_left": 0}},
        ]);
        let told: Vec<String> = rows(&rules, 1000)
            .iter()
            .map(|row| format!("{} {}: {}, {}", row.id, row.host, row.what, row.lease))
            .collect();
        assert_eq!(
            told,
            [
                "abcde12345 b.test: GET /v1 /v2, for 15 minutes or 3 requests, whatever is over first",
                "abcde12346 c.test: any method any path, until the bottle ends",
                "abcde12347 d.test: any method any path, over",
                "abcde12348 e.test: any method any path, exhausted",
            ]
        );
        assert!(rows(&Value::Null, 0).is_empty());
    }
}
