//! Tricks, and texts without any.
#![expect(clippy::disallowed_methods, reason = "a test may look at the clock")]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::fold;

const TOKEN: &str = "sk-ant-api03-AZaz09";

fn folded(text: &str) -> String {
    String::from_utf8(fold(text.as_bytes()).unwrap()).unwrap()
}

fn shifted(text: &str, first: char, code: u32) -> String {
    let shift = |letter: char| char::from_u32(u32::from(letter) - u32::from(first) + code).unwrap();
    text.chars().map(shift).collect()
}

#[test]
fn what_cannot_be_seen_is_gone() {
    for code in [
        0x80_u32, 0xa0, 0xad, 0x34f, 0x61c, 0x1680, 0x180e, 0x2000, 0x2009, 0x200a, 0x200b, 0x200c,
        0x200d, 0x200e, 0x2028, 0x202a, 0x202e, 0x202f, 0x205f, 0x2060, 0x2063, 0x2066, 0x2069,
        0x206f, 0x2800, 0x3000, 0x3164, 0xfeff, 0xe0001, 0xe007f, 0x301, 0x336, 0x20dd,
    ] {
        let between = char::from_u32(code).unwrap().to_string();
        let letters: Vec<String> = TOKEN.chars().map(String::from).collect();
        assert_eq!(folded(&letters.join(&between)), TOKEN, "{code:x}");
        assert_eq!(
            folded(&format!("{between}{TOKEN}{between}")),
            TOKEN,
            "{code:x}"
        );
    }
}

#[test]
fn what_invisible_characters_spell_stands_behind() {
    let tags = shifted(TOKEN, '\0', 0xe0000);
    assert_eq!(
        folded(&format!("hello{tags} there")),
        format!("hello there\0{TOKEN}")
    );
    let selectors = shifted(TOKEN, '\u{10}', 0xe0100);
    assert_eq!(
        folded(&format!("hello{selectors}")),
        format!("hello\0{TOKEN}")
    );
    assert_eq!(folded("a\u{fe0f}b"), "ab\0\u{f}");
}

#[test]
fn letters_are_ascii_where_they_look_like_it() {
    for (text, ascii) in [
        ("\u{455}k\u{2010}\u{430}nt", "sk-ant"),
        ("\u{410}\u{39a}I\u{391}", "AKIA"),
        ("g\u{4bb}\u{440}_", "ghp_"),
        ("\u{13aa}\u{13e6}\u{406}\u{13aa}", "AKIA"),
        ("\u{3f2}\u{3f9}", "cC"),
        ("\u{1d00}\u{299}\u{1d04}", "abc"),
        ("\u{ff33}\u{ff2b}\u{ff0d}\u{ff11}\u{ff3f}", "SK-1_"),
        ("\u{1d42c}\u{1d424}", "sk"),
        ("\u{24d0}\u{24b7}\u{2460}", "aB1"),
        ("\u{1f1e6}\u{1f1ff}\u{1f150}\u{1f189}", "AZAZ"),
        ("\u{fb01}\u{b2}\u{2083}", "fi23"),
        ("p\u{e1}ssw\u{f6}rd", "password"),
        ("s\u{30a}\u{332}k", "sk"),
        ("\u{131}d\u{212a}", "idK"),
    ] {
        assert_eq!(folded(text), ascii);
    }
    assert_eq!(folded(&shifted("AZ09az", '!', 0xff01)), "AZ09az");
}

#[test]
fn what_has_no_tricks_is_no_view() {
    for text in ["", "plain ASCII\r\n\t\0", "\u{4f60}\u{597d}", "\u{1f600}"] {
        assert_eq!(fold(text.as_bytes()), None, "{text}");
    }
    assert_eq!(fold(b"\xff\xfe\x80 bytes"), None);
    let mixed = [b"\xff".as_slice(), "\u{455}k".as_bytes(), b"\xc3"].concat();
    assert_eq!(fold(&mixed).unwrap(), b"\xffsk\xc3");
}

#[test]
fn the_time_and_the_size_do_not_depend_on_what_is_repeated() {
    for word in [
        "\u{301}",
        "\u{315}\u{301}",
        "\u{fdfa}",
        "\u{200b}",
        "\u{ac01}",
        "e\u{e0041}",
        "\u{455}",
    ] {
        let text = word.repeat(256 * 1024 / word.len());
        let start = Instant::now();
        let view = fold(text.as_bytes()).unwrap_or_default();
        assert!(view.len() <= 11 * text.len(), "{word}");
        // Unoptimised and beside other tests.
        assert!(start.elapsed() < Duration::from_secs(30), "{word}");
    }
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = fold(&bytes);
    }

    #[test]
    fn ascii_stays_and_a_view_of_a_view_is_itself(text in "\\PC{0,200}") {
        if let Some(view) = fold(text.as_bytes()) {
            prop_assert_eq!(fold(&view), None);
        }
        let ascii: String = text.chars().filter(char::is_ascii).collect();
        prop_assert_eq!(fold(ascii.as_bytes()), None);
    }

    #[test]
    fn letters_between_which_there_is_nothing(token in "[ -~]{1,80}", code in 0x200b..=0x200f_u32) {
        let nothing = char::from_u32(code).unwrap();
        let text: String = token.chars().flat_map(|letter| [letter, nothing]).collect();
        prop_assert_eq!(folded(&text), token);
    }
}
