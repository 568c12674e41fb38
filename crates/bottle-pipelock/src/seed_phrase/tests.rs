//! Phrases, and texts that are none.
#![expect(clippy::disallowed_methods, reason = "a test may look at the clock")]

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};
use std::time::{Duration, Instant};

use bip39::{Language, Mnemonic};
use proptest::prelude::*;

/// The first phrase.
fn find(text: &[u8]) -> Option<Range<usize>> {
    let mut first = None;
    let _ = super::each(text, &mut |place| {
        first = Some(place);
        ControlFlow::Break(())
    });
    first
}

/// The entropy of the official test vectors, of each length.
fn vectors() -> Vec<Mnemonic> {
    let entropies = [16, 20, 24, 28, 32]
        .into_iter()
        .flat_map(|length| [0x00, 0x7f, 0x80, 0xff].map(|byte| vec![byte; length]));
    entropies
        .map(|entropy| Mnemonic::from_entropy(&entropy).unwrap())
        .collect()
}

fn phrase() -> String {
    Mnemonic::from_entropy(b"sixteen bytes of")
        .unwrap()
        .to_string()
}

#[track_caller]
fn passes(text: &str) {
    let found = find(text.as_bytes());
    assert_eq!(found.and_then(|place| text.get(place)), None);
}

#[test]
fn the_official_vectors() {
    let varied = |phrase: &Mnemonic| {
        let words: BTreeSet<_> = phrase.words().collect();
        words.len() * 4 >= phrase.word_count() * 3
    };
    let phrases: Vec<_> = vectors().into_iter().filter(varied).collect();
    assert!(phrases.len() >= 2, "{phrases:?}");
    for phrase in phrases {
        let text = phrase.to_string();
        assert_eq!(find(text.as_bytes()), Some(0..text.len()), "{text}");
    }
    let known = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    assert_eq!(find(known.as_bytes()), Some(0..known.len()));
}

#[test]
fn the_list_is_sorted_and_its_words_have_the_letters_we_look_for() {
    let list = Language::English.word_list();
    assert!(list.is_sorted());
    let lengths = list.iter().map(|word| word.len());
    assert_eq!((lengths.clone().min(), lengths.max()), (Some(3), Some(8)));
}

#[test]
fn whatever_stands_between() {
    let phrase = phrase();
    let words: Vec<&str> = phrase.split(' ').collect();
    let numbered = |render: fn((usize, &&str)) -> String| {
        words.iter().enumerate().map(render).collect::<String>()
    };
    let mut texts: Vec<String> = [
        " ", "  ", "\n", "\r\n", "\t", ",", ", ", ";", " - ", "+", "%20", "_", "|", "\",\"",
        "\", \"", "' '",
    ]
    .map(|between| words.join(between))
    .to_vec();
    texts.extend([
        numbered(|(number, word)| format!("{}. {word} ", number + 1)),
        numbered(|(number, word)| format!("{}) {word}\n", number + 1)),
        numbered(|(number, word)| format!("#{number}: {word}, ")),
        numbered(|(number, word)| format!("| {number} | {word} |\n")),
        numbered(|(number, word)| format!("\"{number}\": \"{word}\",\n        ")),
        format!("{{\"words\":[\"{}\"]}}", words.join("\",\n  \"")),
        phrase.to_uppercase(),
        numbered(|(_, word)| {
            let (first, rest) = word.split_at(1);
            format!("{}{rest} ", first.to_uppercase())
        }),
        format!("my seed is: {phrase}. Keep it."),
        format!("able about {phrase} zoo"),
    ]);
    for text in texts {
        let found = find(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
        assert!(text.get(found).is_some(), "{text}");
    }
}

#[test]
fn what_is_no_phrase() {
    let phrase = phrase();
    let words: Vec<&str> = phrase.split(' ').collect();
    passes("");
    passes(&words[..11].join(" "));
    passes(&words.join(" is "));
    passes(&words.join("x"));
    passes(&words.join(&" ".repeat(49)));
    // The checksum is wrong.
    passes(&["abandon"; 12].join(" "));
    passes("legal winner thank year wave sausage worth useful legal winner thank year");
    // A table has the same words again and again.
    passes(&format!("{} about", ["abandon"; 11].join(" ")));
    let mut swapped = words.clone();
    swapped.swap(0, 1);
    passes(&swapped.join(" "));
}

#[test]
fn the_list_itself_passes() {
    let list: &[&str] = Language::English.word_list();
    passes(&list.join("\n"));
    passes(&list.join("\", \""));
}

#[test]
fn prose_and_code_pass() {
    passes(include_str!("../../../../ARCHITECTURE.md"));
    passes(include_str!("../../../../README.md"));
    passes(include_str!("../../../../Cargo.lock"));
    passes(include_str!("../seed_phrase.rs"));
    passes(
        "Every young artist must arrive early, bring paper, pencil, ruler; please walk around the main hall. \
         People often visit the ocean in winter, because they enjoy fresh fish, warm bread and good coffee. Never leave your dog alone inside the car! Today we learn about human rights, then visit the museum.",
    );
}

#[test]
fn the_time_does_not_depend_on_what_is_repeated() {
    for word in [
        "abandon ",
        "act ",
        "zoo,about,",
        "the ",
        "a",
        "abc1",
        " ",
        "able about above ",
    ] {
        let text = word.repeat(256 * 1024 / word.len());
        let start = Instant::now();
        let _ = find(text.as_bytes());
        // Unoptimised and beside other tests; a search that is not linear takes minutes.
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{word} {:?}",
            start.elapsed()
        );
    }
}

proptest! {
    #[test]
    fn any_phrase_is_found_at_any_place(
        entropy in prop::collection::vec(any::<u8>(), 32),
        length in prop::sample::select(vec![16, 20, 24, 28, 32_usize]),
        before in "([a-z]{1,9}[ ,.]){0,30}",
        after in "([ ,.][a-z]{1,9}){0,30}",
        between in "[ \t\n,;:0-9]{1,20}",
    ) {
        let phrase = Mnemonic::from_entropy(&entropy[..length]).unwrap();
        let words: Vec<&str> = phrase.words().collect();
        prop_assume!(!words.is_sorted());
        let text = format!("{before}{}{after}", words.join(&between));
        prop_assert!(find(text.as_bytes()).is_some(), "{}", text);
    }

    #[test]
    fn never_panics(text in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = find(&text);
    }
}
