//! JSON.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{WORD, all, base64, gzip, pieces, shows};
use crate::content::{Text, texts};

const JSON: &str = "application/json";

/// Any document.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Strings and keys of a document, in its order.
fn strings(value: &Value, values: &mut Vec<String>, keys: &mut Vec<String>) {
    match value {
        Value::String(text) => values.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, values, keys)),
        Value::Object(map) => {
            for (key, value) in map {
                keys.push(key.clone());
                strings(value, values, keys);
            }
        }
        _ => {}
    }
}

/// The texts of a document that has these values and keys.
fn expected(values: &[String], keys: &[String]) -> Vec<Vec<String>> {
    let present = |texts: &[String]| -> Vec<String> {
        texts
            .iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect()
    };
    let both = [present(values), present(keys)];
    both.into_iter().filter(|text| !text.is_empty()).collect()
}

proptest! {
    #[test]
    fn all_values_and_keys_in_order(document in document(), pretty in any::<bool>()) {
        let (mut values, mut keys) = (Vec::new(), Vec::new());
        strings(&document, &mut values, &mut keys);
        // Documents in strings have tests of their own.
        prop_assume!(values.iter().all(|value| !value.trim().starts_with(['{', '['])));
        let body = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
        let seen: Vec<_> = all(JSON, body.unwrap()).iter().map(pieces).collect();
        assert_eq!(seen, expected(&values, &keys));
    }

    #[test]
    fn cut_over_values_or_keys_it_is_whole(cut in 1..WORD.len()) {
        let (first, second) = WORD.split_at(cut);
        let bodies = [
            json!({"a": first, "b": second}),
            json!([first, second]),
            json!({"a": [{"x": first}, 1, null, {"y": {"z": [second]}}]}),
            json!([{first: 1}, {second: 2}]),
            json!({"a": json!({"b": first}).to_string(), "c": json!([second]).to_string()}),
        ];
        for body in bodies {
            assert!(shows(JSON, body.to_string(), WORD), "{}", body);
        }
        let lines = format!("{}\n{}\n", json!({"a": first}), json!({"a": second}));
        assert!(shows("application/x-ndjson", &lines, WORD));
        let between = json!({"a": first, "b": "x", "c": second}).to_string();
        assert!(!shows(JSON, between, WORD));
    }
}

#[test]
fn what_was_cut_off_gives_what_it_has() {
    let body = format!(r#"{{"a":"{}","b":"{}"#, &WORD[..5], &WORD[5..]);
    assert!(shows(JSON, &body, WORD));
    assert!(shows(JSON, format!("nonsense {body}"), WORD));
}

#[test]
fn documents_in_strings_are_entered() {
    let mut body = json!({"a": "Needle\n"})
        .to_string()
        .replace("dl", "d\\u006c");
    for depth in 0..5 {
        let values: Vec<_> = all(JSON, &body).iter().flat_map(pieces).collect();
        assert_eq!(
            values.contains(&"Needle\n".to_owned()),
            depth < 4,
            "{depth}"
        );
        body = json!({"in": format!(" {body}\n"), "type": "x"}).to_string();
    }
    // A quote that is open in one ends with it.
    let body = json!(["{\"a}", "{\"x\":\"the\"}", "[\"end\"]"]).to_string();
    assert!(shows(JSON, body, "theend"));
}

#[test]
fn small_numbers_are_bytes() {
    let bytes: Vec<u8> = WORD.bytes().collect();
    assert!(shows(
        JSON,
        json!({"x": [1, 2], "data": bytes}).to_string(),
        WORD
    ));
    assert!(shows(
        JSON,
        format!("[{}]", serde_json::to_string_pretty(&bytes).unwrap()),
        WORD
    ));
    let object: serde_json::Map<_, _> = (0..bytes.len())
        .map(|at| (at.to_string(), bytes[at].into()))
        .collect();
    let in_order: Vec<_> = (0..bytes.len())
        .map(|at| format!("\"{at}\":{}", object[&at.to_string()]))
        .collect();
    assert!(shows(JSON, format!("{{{}}}", in_order.join(",")), WORD));

    let row = |numbers: &str| {
        let texts = texts(Some(b"application/json"), format!("[{numbers}]").as_bytes());
        texts.unwrap().pop().map(|Text { bytes, .. }| bytes)
    };
    assert_eq!(row("65,66,67,68,69,70,71,72"), Some(b"ABCDEFGH".to_vec()));
    assert_eq!(row("65,66,67,68,69,70,71"), None);
    assert_eq!(row("65,66,67,68,256,69,70,71,72"), None);
    assert_eq!(row("65,66,67,68,1.5,69,70,71,72"), None);
    assert_eq!(row("65,66,67,68,-1,69,70,71,72"), None);
    assert_eq!(row("65,66,67,68,null,69,70,71,72"), None);
    assert_eq!(
        row("256,65,66,67,68,69,70,71,72,1e1"),
        Some(b"ABCDEFGH".to_vec())
    );
}

#[test]
fn data_urls_are_entered() {
    let inner = json!({"a": "Needle", "b": "_0123"}).to_string();
    for file in [inner.clone().into_bytes(), gzip(&inner)] {
        let body = json!({"image": format!("data:x/y;charset=a;base64,{}", base64(file))});
        assert!(shows(JSON, body.to_string(), "Needle_0123"));
    }
    let plain = json!({"x": "data:,a", "y": "data: 1, 2", "z": "database64,x"});
    assert_eq!(all(JSON, plain.to_string()).len(), 2);
}
