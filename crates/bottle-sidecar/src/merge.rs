//! Values that are added to those that a service has.

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

/// The document with all that `old` has and `new` does not name again. Parsers' messages are withheld: they could quote a
/// value.
pub(crate) fn documents(old: &[u8], new: &[u8]) -> Result<Vec<u8>> {
    let (mut all, new) = (parse(old)?, parse(new)?);
    for (key, value) in new {
        match (all.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
            (Some(Value::Array(old)), Value::Array(new)) => {
                old.retain(|each| !new.iter().any(|other| is_same(each, other)));
                old.extend(new);
            }
            (_, value) => drop(all.insert(key, value)),
        }
    }
    serde_json::to_vec(&all)
        .ok()
        .context("the values cannot be put together")
}

fn parse(document: &[u8]) -> Result<Map<String, Value>> {
    serde_json::from_slice(document)
        .ok()
        .context("the values are not a JSON document")
}

/// Whether two known values are of one name and travel in one header.
fn is_same(one: &Value, other: &Value) -> bool {
    ["name", "header"]
        .iter()
        .all(|key| one.get(key) == other.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_named_again_is_replaced_and_the_rest_stays() {
        let known = |name: &str, value: &str| json!({ "name": name, "value": value, "header": "h", "hosts": [] });
        let old = json!({ "version": 1, "slots": { "A": "1", "B": "2" }, "git_keys": { "r": "k" },
            "known": [known("A", "1"), known("B", "2")] });
        let new =
            json!({ "version": 1, "slots": { "B": "3", "C": "4" }, "known": [known("B", "3")] });
        let all = documents(old.to_string().as_bytes(), new.to_string().as_bytes()).unwrap();
        let all: Value = serde_json::from_slice(&all).unwrap();
        assert_eq!(
            all,
            json!({ "version": 1, "slots": { "A": "1", "B": "3", "C": "4" }, "git_keys": { "r": "k" },
                "known": [known("A", "1"), known("B", "3")] })
        );
        for bad in ["", "[]", "{\"a\":sesame}"] {
            let error = documents(bad.as_bytes(), b"{}").unwrap_err();
            assert!(!format!("{error:#}").contains("sesame"), "{error:#}");
        }
    }
}
