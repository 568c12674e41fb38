//! What is covered, and that it does not matter how a stream is cut.

use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;

use super::*;

const VALUE: &str = "sk-abab/abc+1?&~";

fn run(mut stream: StreamMask, pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in pieces {
        out.extend_from_slice(&stream.push(Bytes::copy_from_slice(piece)));
    }
    out.extend(stream.finish().unwrap_or_default());
    out
}

fn through(value: &str, pieces: &[&[u8]]) -> String {
    let stream = StreamMask::new(Mask::over([value]).unwrap());
    String::from_utf8(run(stream, pieces)).unwrap()
}

fn part(text: &str) -> String {
    let stream = StreamMask::over_part(Mask::over([VALUE]).unwrap());
    String::from_utf8(run(stream, &[text.as_bytes()])).unwrap()
}

/// The value in every spelling that is covered to its last byte.
fn spelled(value: &str) -> Vec<String> {
    let each = |write: fn(u8) -> String| value.bytes().map(write).collect::<String>();
    let marks = |write: fn(u8) -> String| {
        let letter = |byte: u8| char::from(byte).to_string();
        let one = |byte: u8| {
            if byte.is_ascii_alphanumeric() {
                letter(byte)
            } else {
                write(byte)
            }
        };
        value.bytes().map(one).collect::<String>()
    };
    let entity = |byte: u8| match byte {
        b'&' => "&amp;".to_owned(),
        b'/' => "&#x2F;".to_owned(),
        b'+' => "&#43;".to_owned(),
        byte => char::from(byte).to_string(),
    };
    let by_turns = value
        .bytes()
        .enumerate()
        .map(|(index, byte)| match index % 4 {
            0 => format!("%{byte:02x}"),
            1 => format!("\\u{byte:04X}"),
            2 => format!("&#{byte};"),
            _ => format!("\\x{byte:02x}"),
        });
    vec![
        value.to_owned(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("%{byte:02x}")),
        marks(|byte| format!("%{byte:02X}")),
        marks(|byte| format!("%{byte:02x}")),
        value.replace('/', "%2F"),
        value.replace('/', "\\/"),
        value.replace('/', "\\u002f"),
        value.replace('/', "\\u002F").replace('&', "\\u0026"),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("\\x{byte:02x}")),
        value.bytes().map(entity).collect(),
        by_turns.collect(),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("{byte:02X}")),
        STANDARD.encode(value).trim_end_matches('=').to_owned(),
        URL_SAFE.encode(value).trim_end_matches('=').to_owned(),
    ]
}

#[test]
fn every_spelling_is_covered_and_lengths_stay() {
    for spelling in spelled(VALUE) {
        for (before, behind) in [("a ", " b"), ("%", "%"), ("\\", "&"), ("&am", ";")] {
            let text = format!("{before}{spelling}{behind}");
            let covered = format!("{before}{}{behind}", "*".repeat(spelling.len()));
            // A backslash before the value may belong to its first letter.
            if !(before == "\\" && spelling.starts_with(['\\', '%', '&'])) {
                assert_eq!(through(VALUE, &[text.as_bytes()]), covered, "{text}");
            }
        }
    }
    let other = "sk-abab/abc+ %2 \\u00 &am is not it";
    assert_eq!(through(VALUE, &[other.as_bytes()]), other);
}

#[test]
fn a_value_inside_something_encoded_is_covered() {
    for (before, behind) in [
        ("", ""),
        ("a", "b"),
        ("ab", "cd"),
        ("abc", "e"),
        ("{\"k\":\"", "\"}"),
    ] {
        for text in [
            STANDARD.encode(format!("{before}{VALUE}{behind}")),
            URL_SAFE.encode(format!("{before}{VALUE}{behind}")),
        ] {
            let out = through(VALUE, &[text.as_bytes()]);
            assert_eq!(out.len(), text.len());
            // A digit at each end is shared with a neighbour.
            let covered = out.bytes().filter(|byte| *byte == b'*').count();
            assert!(covered >= VALUE.len() * 8 / 6 - 1, "{text} {out}");
        }
    }
    let escaped = STANDARD.encode("????>>>>????").replace('/', "\\/");
    let out = through("????>>>>????", &[escaped.as_bytes()]);
    assert_eq!(out, "*".repeat(escaped.len()));
}

#[test]
fn of_a_name_and_a_password_the_password_is_covered() {
    let value = "deploy-user:correct-horse";
    let basic = STANDARD.encode(value);
    let digits = basic.trim_end_matches('=');
    let padding = &basic[digits.len()..];
    for (text, covered) in [
        ("<correct-horse>", "<*************>".to_owned()),
        (value, "deploy-user:*************".to_owned()),
        (&basic, "*".repeat(digits.len()) + padding),
        ("deploy-user", "deploy-user".to_owned()),
    ] {
        assert_eq!(through(value, &[text.as_bytes()]), covered);
    }
    assert_eq!(
        through("key-of-mine:", &[b"<key-of-mine>"]),
        "<***********>"
    );
    let github = "key-of-mine:x-oauth-basic";
    assert_eq!(through(github, &[b"<key-of-mine>"]), "<***********>");
    let short = Mask::over(["ab:cd-e"]).unwrap();
    assert_eq!(
        Mask::cover_all([&short], Bytes::from_static(b"<ab:cd-e>")),
        "<*******>"
    );
}

#[test]
fn only_a_clear_beginning_is_held_back() {
    let mut stream = StreamMask::new(Mask::over([VALUE]).unwrap());
    for whole in ["data: tick\n\n", "data: sk-", ".\\", ".%7", "ends with s"] {
        assert_eq!(stream.push(Bytes::from_static(whole.as_bytes())), whole);
        assert!(!stream.is_holding());
    }
    assert_eq!(stream.push(Bytes::from_static(b"data: sk-ab")), "data: ");
    assert_eq!(stream.held(), 5);
    assert_eq!(stream.push(Bytes::from_static(b"c\n")), "sk-abc\n");
    assert!(!stream.is_holding());
    assert_eq!(stream.push(Bytes::from_static(b"sk-")), "sk-");
    assert_eq!(
        stream.push(Bytes::from_static(b"abab/abc+1?&~.")),
        "*************."
    );
    assert!(Mask::over([]).is_none() && Mask::over(["short"]).is_none());
}

#[test]
fn what_is_cut_off_is_covered_if_it_tells_much() {
    assert_eq!(through(VALUE, &[b"<sk-aba"]), "<******");
    assert_eq!(through(VALUE, &[b"<sk-ab"]), "<sk-ab");
    assert_eq!(through(VALUE, &[b"<sk%2dabab\\", b"/a"]), "<************");
    assert_eq!(through("abcdefg", &[b"<abcd"]), "<****");
    let text = format!("<{VALUE}>sk-abab");
    assert_eq!(
        through(VALUE, &[text.as_bytes()]),
        "<****************>*******"
    );
}

#[test]
fn a_part_may_begin_and_end_inside_a_value() {
    assert_eq!(part("bc+1?&~ and so on"), "******* and so on");
    assert_eq!(part("1?&~ and so on"), "1?&~ and so on");
    assert_eq!(part("and so on sk-abab"), "and so on *******");
    assert_eq!(part("bab/abc+1"), "*********");
    assert_eq!(part("bab/a"), "bab/a");
    assert_eq!(part("abc+1?&~sk-abab/abc+1?&~sk-aba"), "*".repeat(30));
    assert_eq!(part("abab is not it"), "abab is not it");
    let base64 = STANDARD.encode(VALUE);
    assert_eq!(part(&base64[4..20]), "*".repeat(16));
}

#[test]
fn all_are_found_before_any_is_covered() {
    let masks = ["old-value", "old-value-and-more"].map(|value| Mask::over([value]).unwrap());
    let text = Bytes::from_static(b"<old-value-and-more>");
    assert_eq!(Mask::cover_all(&masks, text), "<******************>");
}

proptest! {
    #[test]
    fn any_cut_gives_the_same(
        around in "[sk\\-ab/c+1 %\\\\&2F;u0]{0,24}",
        rest in "[sk\\-ab/c+1 %\\\\&2F;u0]{0,24}",
        spelling in 0..17_usize,
        cuts in proptest::collection::vec(0_usize..160, 0..12),
    ) {
        let spelling = spelled(VALUE).swap_remove(spelling);
        let text = format!("{around}{spelling}{rest}").into_bytes();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
        let mask = Mask::over([VALUE]).unwrap();
        let found = mask.find(&text);
        let begins = |at: usize| found.iter().any(|place| (place.start..place.start + 3).contains(&at));
        let whole = run(StreamMask::new(Arc::clone(&mask)), &[&text]);
        let out = run(StreamMask::new(mask), &pieces);
        prop_assert_eq!(out.len(), text.len());
        for (at, byte) in out.iter().enumerate() {
            // A cut behind the first three bytes has let them pass.
            prop_assert!(*byte == whole[at] || (*byte == text[at] && begins(at)), "{} {:?}", at, String::from_utf8(out));
        }
    }

    #[test]
    fn any_bytes_keep_their_length(text in proptest::collection::vec(any::<u8>(), 0..200), size in 1_usize..40) {
        let pieces: Vec<&[u8]> = text.chunks(size).collect();
        for stream in [StreamMask::new, StreamMask::over_part] {
            let out = run(stream(Mask::over([VALUE, "deploy-user:correct-horse"]).unwrap()), &pieces);
            prop_assert_eq!(out.len(), text.len());
        }
    }
}
