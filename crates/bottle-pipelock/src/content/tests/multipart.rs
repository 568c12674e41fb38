//! Multipart bodies.

use proptest::prelude::*;
use serde_json::json;

use super::{FOX, FOX_BROTLI, WORD, all, base64, gzip, pieces, shows};
use crate::content::{TooComplex, texts};

const TYPE: &str = "multipart/form-data; boundary=limit";

/// A body of parts with these heads.
fn multipart(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        let head = head.lines().map(|line| format!("{line}\r\n"));
        body.extend_from_slice(b"--limit\r\n");
        body.extend(head.collect::<String>().into_bytes());
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    body
}

fn field(name: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{name}\"")
}

proptest! {
    #[test]
    fn all_bodies_and_names_in_order(contents in prop::collection::vec("[a-zA-Z0-9 \r\n-]{1,40}", 2..6)) {
        let heads: Vec<_> = (0..contents.len()).map(|number| field(&format!("n{number}"))).collect();
        let parts = heads.iter().zip(&contents);
        let parts: Vec<_> = parts.map(|(head, content)| (head.as_str(), content.as_bytes())).collect();
        let names: Vec<_> = (0..contents.len()).map(|number| format!("n{number}")).collect();
        let seen: Vec<_> = all(TYPE, multipart(&parts)).iter().map(pieces).collect();
        assert_eq!(seen, [names, contents]);
    }

    #[test]
    fn cut_over_parts_or_names_it_is_whole(cut in 1..WORD.len()) {
        let (first, second) = WORD.split_at(cut);
        let parts = [(&*field("a"), first.as_bytes()), (&*field("b"), second.as_bytes())];
        let body = multipart(&parts);
        assert!(shows(TYPE, &body, WORD));
        assert!(shows("multipart/form-data", &body, WORD));
        assert!(shows("multipart/form-data; boundary=other", &body, WORD));
        assert!(shows("text/plain", &body, WORD));
        let bare = String::from_utf8(body).unwrap().replace('\r', "");
        assert!(shows(TYPE, bare, WORD));
        let encoded = (base64(first), base64(second));
        let head = "Content-Transfer-Encoding: base64";
        assert!(shows(TYPE, multipart(&[(head, encoded.0.as_bytes()), (head, encoded.1.as_bytes())]), WORD));
        assert!(shows(TYPE, multipart(&[(&field(first), b"x"), (&field(second), b"y")]), WORD));
        let file = |name| format!("content-disposition: form-data; name=x;\r\n filename*=utf-8''{name}");
        assert!(shows(TYPE, multipart(&[(&file(first), b"x"), (&file(second), b"y")]), WORD));
        let between = multipart(&[parts[0], ("x: y", b"-"), parts[1]]);
        assert!(!shows(TYPE, between, WORD));
    }
}

#[test]
fn encodings_of_parts_come_off() {
    let quoted = "Content-Transfer-Encoding: Quoted-Printable";
    assert!(shows(
        TYPE,
        multipart(&[(quoted, b"Needle=5F01=\r\n23")]),
        "Needle_0123"
    ));
    let coded = "Content-Encoding: gzip\nContent-Transfer-Encoding: base64";
    let body = multipart(&[(coded, base64(gzip(WORD)).as_bytes())]);
    assert!(shows(TYPE, body, WORD));
    assert!(shows(
        TYPE,
        multipart(&[("content-encoding: br", FOX_BROTLI)]),
        FOX
    ));
    // Said and not true: the bytes count.
    let body = multipart(&[
        ("content-encoding: br", b"Needle"),
        ("content-encoding: x", b"_0123"),
    ]);
    assert!(shows(TYPE, body, "Needle_0123"));
}

#[test]
fn parts_are_looked_at_in_turn() {
    let document = json!({"a": "Needle", "b": "_0123"}).to_string();
    let head = "Content-Type: application/json";
    assert!(shows(
        TYPE,
        multipart(&[(head, document.as_bytes())]),
        "Needle_0123"
    ));
    assert!(shows(
        TYPE,
        multipart(&[("x: y", &gzip(&document))]),
        "Needle_0123"
    ));
    let inner = String::from_utf8(multipart(&[
        (&field("a"), b"Needle"),
        (&field("b"), b"_0123"),
    ]))
    .unwrap();
    let inner = inner.replace("limit", "inner");
    let head = "Content-Type: multipart/mixed;\n boundary=\"inner\"";
    assert!(shows(
        TYPE,
        multipart(&[(head, inner.as_bytes())]),
        "Needle_0123"
    ));
}

#[test]
fn a_boundary_is_a_line_of_its_own() {
    let body = "--limit\r\n\r\nNeedle--limit\r\n--limits\r\n --limit\r\n_0123\r\n--limit \r\n\r\nx\r\n--limit--";
    let seen: Vec<_> = all(TYPE, body).iter().map(pieces).collect();
    assert_eq!(
        seen,
        [["Needle--limit\r\n--limits\r\n --limit\r\n_0123", "x"]]
    );
}

#[test]
fn a_part_without_an_empty_line_is_a_body() {
    assert!(shows(
        TYPE,
        "--limit\nNeedle\n--limit\n_0123\n--limit--\n",
        "Needle_0123"
    ));
}

#[test]
fn boundaries_that_differ_are_all_tried() {
    let body = |boundary: &str| {
        let text = multipart(&[(&field("a"), b"Needle"), (&field("b"), b"_0123")]);
        String::from_utf8(text).unwrap().replace("limit", boundary)
    };
    let decoy = "--decoy\r\n\r\nx\r\n--decoy--\r\n";
    let content_type = "multipart/form-data; boundary=decoy; boundary=limit";
    assert!(shows(
        content_type,
        format!("{decoy}{}", body("limit")),
        "Needle_0123"
    ));
    let many = "multipart/x; boundary=a; boundary=b; boundary=c; boundary=d";
    assert_eq!(texts(Some(many.as_bytes()), b"x"), Err(TooComplex));
}

#[test]
fn one_part_as_it_stands_is_no_text() {
    assert!(all(TYPE, multipart(&[("x: y", b"Needle")])).is_empty());
    for text in [
        "--",
        "--\n",
        "---\na: b\n---\nc: d\n",
        "-- a comment\nselect 1;\n",
        "--limit",
    ] {
        assert!(all("text/plain", text).is_empty(), "{text}");
    }
}

#[test]
fn parts_have_their_limit() {
    let parts = |count| {
        texts(
            Some(TYPE.as_bytes()),
            &multipart(&vec![("x: y", &b"z"[..]); count]),
        )
    };
    assert!(parts(100).is_ok());
    assert_eq!(parts(101), Err(TooComplex));
}
