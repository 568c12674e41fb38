//! Whatever a body says it is, reading it ends, and what comes out has its bounds. The input is a line, taken for a media
//! type and for the codings of the body, and the body.
#![no_main]

use bottle_pipelock::{Text, decode, parameters, texts};
use libfuzzer_sys::fuzz_target;

/// How many bytes may come out of a coding.
const LIMIT: usize = 1024 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, body) = bytes.split_at(end.unwrap_or(0));
    let body = body.get(1..).unwrap_or_default();
    if let Ok(plain) = decode([line], body, LIMIT) {
        assert!(plain.len() <= LIMIT.max(body.len()));
    }
    if let Ok(seen) = texts(Some(line), body) {
        let length: usize = seen.iter().map(|text| text.bytes.len()).sum();
        assert!(length <= 8 * body.len() + LIMIT);
        seen.iter().for_each(is_sound);
    }
    for text in parameters(body) {
        is_sound(&text);
        assert!(text.bytes.len() <= body.len());
    }
});

/// Every piece has a place, and none is empty.
fn is_sound(text: &Text) {
    let Text { bytes, starts } = text;
    assert_eq!(starts.first(), Some(&0));
    assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(starts.last() < Some(&bytes.len()));
}
