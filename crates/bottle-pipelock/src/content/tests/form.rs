//! Forms and queries.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

use super::{FORM, WORD, all, pieces, shows};
use crate::content::parameters;

fn encode(text: &str) -> String {
    let text = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    text.replace("%20", "+")
}

proptest! {
    #[test]
    fn all_values_and_names_in_order(fields in prop::collection::vec(("[^\\[{]+", "[^\\[{]+"), 1..8)) {
        let encoded = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let body = encoded.collect::<Vec<_>>().join("&");
        let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let seen: Vec<_> = all(FORM, &body).iter().map(pieces).collect();
        assert_eq!(&seen[..2], &[values, names]);
        assert_eq!(&parameters(body.as_bytes())[..], &all(FORM, &body)[..2]);
    }

    #[test]
    fn cut_over_values_or_names_it_is_whole(cut in 1..WORD.len()) {
        let (first, second) = WORD.split_at(cut);
        assert!(shows(FORM, format!("a={first}&b={second}"), WORD));
        assert!(shows(FORM, format!("a={first};b={second}"), WORD));
        assert!(shows("text/plain", format!("{first}=1&{second}=2"), WORD));
        assert!(!shows(FORM, format!("a={first}&x=~&b={second}"), WORD));
    }
}

#[test]
fn encodings_that_are_none_stay() {
    let texts = parameters(b"a=%zz%4+%41%&b&=c&&%2");
    assert_eq!(
        texts.iter().map(pieces).collect::<Vec<_>>(),
        [["%zz%4 A%", "c"].to_vec(), ["a", "b", "%2"].to_vec()]
    );
    assert!(parameters(b"").is_empty() && parameters(b"&;=").is_empty());
}

#[test]
fn documents_in_fields_are_entered() {
    let payload = json!(["Needle", "_0123"]).to_string();
    let body = format!("payload={}&x=y", encode(&payload));
    assert!(shows(FORM, body, "Needle_0123"));
    // As curl sends documents.
    assert!(shows(FORM, payload, "Needle_0123"));
}
