//! Bodies that were made to wear the reader out. A reader whose work grows faster than the body would not come back.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{base64, gzip, zlib};
use crate::content::{TooComplex, parameters, texts};

/// Long enough for anything that is not linear to be felt.
const LENGTH: usize = 1 << 17;

/// What any body may have in texts.
fn most(length: usize) -> usize {
    8 * length + 1024 * 1024
}

fn bytes_of(content_type: &str, body: &[u8]) -> Option<usize> {
    let texts = texts(Some(content_type.as_bytes()), body).ok()?;
    let length = texts.iter().map(|text| text.bytes.len()).sum();
    assert!(length <= most(body.len()), "{content_type}");
    Some(length)
}

const TYPES: [&str; 5] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "text/html",
    "text/plain",
];

#[test]
fn the_same_over_and_over() {
    let units = [
        "[",
        "{",
        "\"",
        "\\",
        "[\"",
        "{\"a\":",
        "\"\\u",
        "1,",
        "1",
        "a",
        "<",
        "<a",
        "<a ",
        "<!--",
        "<![CDATA[",
        "<a \">\"",
        "<a '",
        "<a\"'",
        "&",
        "&#",
        "&#x1",
        "&l",
        "%",
        "=",
        "&=",
        "+",
        "--b",
        "--b\r",
        "\n--b",
        "\r\n--b\r",
        "-",
        "\n",
        "\n--c",
        "x\n--bx",
        "--b\ncontent-type:",
        ";",
        "\"{\\\"",
        "\"[\",",
        " ",
        "]]>",
        "-->",
        "\"data:",
    ];
    for unit in units {
        let text = unit.repeat(LENGTH / unit.len());
        for content_type in TYPES {
            bytes_of(content_type, text.as_bytes());
        }
        for front in [
            "[",
            "<a \"",
            "--b\ncontent-type: x; boundary=b\n\n",
            "{\"a\":\"",
            "--b\ncontent-disposition: x;",
            "<a>",
        ] {
            bytes_of("x/y", format!("{front}{text}").as_bytes());
        }
        parameters(text.as_bytes());
    }
}

#[test]
fn a_bomb_is_refused() {
    let bomb = gzip(vec![0; 80 * LENGTH]);
    assert_eq!(texts(None, &bomb), Err(TooComplex));
    assert_eq!(texts(None, &zlib(vec![0; 80 * LENGTH], 9)), Err(TooComplex));
    let small = base64(gzip(vec![b' '; LENGTH]));
    let files = format!("[{}]", format!("\"data:;base64,{small}\",").repeat(2000));
    assert_eq!(texts(None, files.as_bytes()), Err(TooComplex));
}

#[test]
fn many_documents_in_one_are_refused() {
    let file = format!("\"data:;base64,{}\",", base64("[\"x\"]"));
    let files = |count| format!("[{}]", file.repeat(count));
    assert!(texts(None, files(900).as_bytes()).is_ok());
    assert_eq!(texts(None, files(1100).as_bytes()), Err(TooComplex));
}

#[test]
fn documents_in_documents_stay_in_bounds() {
    let mut body = "\"x\",".repeat(1000);
    for _ in 0..6 {
        body = serde_json::json!([format!("[{body}]")]).to_string();
        assert!(bytes_of("application/json", body.as_bytes()).is_some());
    }
}

#[test]
fn ordinary_large_bodies_are_read() {
    let mut json = String::from("[");
    while json.len() < LENGTH {
        let _ = write!(
            json,
            "{{\"name\":\"a\\nb\",\"rows\":[1,2,3,4,5,6,7,8,9],\"id\":{}}},",
            json.len()
        );
    }
    assert!(bytes_of("application/json", json.as_bytes()).unwrap() > LENGTH / 8);
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(
        content_type in prop::sample::select(TYPES.to_vec()),
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            prop::collection::vec(prop::sample::select(b"\"\\{[<>&#x;=%+-bu1 \r\n'!:,]}/a".to_vec()), 0..60),
        ],
    ) {
        bytes_of(content_type, &body);
        parameters(&body);
    }
}
