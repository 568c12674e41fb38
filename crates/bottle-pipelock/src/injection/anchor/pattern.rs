//! What the automaton looks for.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::injection::class::{
    ACCESS, ADMIN, AI, ARE, ASIDE, ATOB, BEHAVE, BOUND, CALL, CJK_IGNORE, CJK_MODE, CONVERSATION,
    CREDENTIAL, Classes, DAN, DECODE, DEVELOPER, DUMP, ELEVATED, ENV_FILE, FROM, FUTURE,
    HENCEFORTH, IGNORE, IMAGINE, INSTRUCTION, INVISIBLE, KEEP, KEY_FILE, LAWLESS, LIFTED, LONGER,
    ME, MEMORY, MODE, MODEL, NEW, NO, NOW, OVERRIDE, PASSWD, PRIORITISE, PROMPT, REPLY, RUNNER,
    SAFETY, SECRETLY, SESSION, SILENTLY, SUPPOSED, SYSTEM, TELL, TELLING, THIS, THROUGH, TO, TOOL,
    UNLOCKED, YOUR,
};
use crate::injection::words::WORDS;

/// What was found, which decides what is looked at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::injection) enum Kind {
    /// A word, or its beginning or end.
    Word,
    /// A credential, of which every documentation writes: it counts when it is somebody's.
    Credential,
    /// A word that counts in capitals.
    Shouted,
    /// The name of a file with keys.
    File,
    /// Where an escape begins.
    Escaped,
    /// Anything that is rare enough by itself.
    Sure,
    /// What only looked like an anchor.
    Nothing,
    /// A character that may hide a letter.
    Odd,
    /// A piece of base64 that spells a word.
    Base64,
    /// A character that is not seen and spells ASCII.
    Hidden,
}

/// Classes whose words are looked for in any case.
const ANYWHERE: Classes = IGNORE
    | LAWLESS
    | UNLOCKED
    | IMAGINE
    | TELL
    | TELLING
    | HENCEFORTH
    | DECODE
    | ELEVATED
    | ASIDE
    | PRIORITISE
    | PASSWD
    | SECRETLY
    | SILENTLY
    | INSTRUCTION
    | PROMPT
    | LIFTED
    | OVERRIDE
    | TOOL
    | ATOB;
/// Words of other classes that are.
const OTHERS: &str =
    "precedence outrank outranks trump trumps supersede supersedes supercede supercedes";
/// Classes of what must not be given away.
const CREDENTIALS: Classes = CREDENTIAL | CONVERSATION;
/// Classes whose words are shouted.
const SHOUTED: Classes = SYSTEM | DAN;
/// What inserts the result of a program in a shell.
const INSERTED: &[&str] = &["$(", "`"];
/// Classes of names of files, with a dot in front of them.
const FILES: Classes = KEY_FILE | ENV_FILE;
/// Two classes whose words count beside each other, and what stands between.
const PAIRS: &[(Classes, &str, Classes)] = &[
    (FUTURE, "", SESSION),
    (YOUR, "", NEW),
    (YOUR, "", REPLY | ME | MEMORY),
    (TO | THROUGH, "", MEMORY),
    (NO, "", SAFETY),
    (LONGER, "", BOUND),
    (CALL, "", RUNNER),
    (CALL, "the ", RUNNER),
    (DEVELOPER, "", MODE),
    (FROM, "", NOW),
    (NOW, "", BEHAVE),
    (ADMIN, "", ACCESS),
    (INVISIBLE, "", FROM | TO),
    (KEEP, "", THIS),
    (SUPPOSED, "you ", ARE),
    (AI, "", MODEL),
];
/// "If you are" in one word less.
const CONTRACTED: &[&str] = &["if youre", "if you're", "if you\u{2019}re"];
/// Marks of chat templates, tags that HTML does not have, and the address of an image.
const MARKS: &[&str] = &[
    "<|im_start|>",
    "<|start_header_id|>",
    "<start_of_turn>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<<SYS>>",
    "[INST]",
    "<important>",
    "<critical>",
    "<instructions>",
    "<hidden>",
    "<secret>",
    "<urgent>",
    "<mandatory>",
    "](http",
];
/// Words that are looked for with something between their letters.
const SPACED: &[&str] = &[
    "ignore",
    "disregard",
    "forget",
    "override",
    "previous",
    "instruction",
    "system",
];
/// Where an entity or an escape begins, which may be that of a letter.
const ESCAPED: &[&str] = &["&#", "\\u"];
/// First bytes of characters (RFC 3629) that may be letters in another form, or nothing, each with the bytes that may
/// follow: Latin with marks, Greek, Cyrillic, Armenian; Cherokee, small capitals; zero width; letters of mathematics,
/// full width; on black and in flags.
const ODD: &[(&[u8], RangeInclusive<u8>)] = &[
    (&[], 0xc3..=0xd6),
    (&[0xc2], 0xad..=0xad),
    (&[0xe1], 0x8e..=0x8f),
    (&[0xe1], 0xb4..=0xbf),
    (&[0xe2, 0x80], 0x8b..=0x8f),
    (&[0xe2, 0x80], 0xaa..=0xae),
    (&[0xe2, 0x81], 0xa0..=0xaf),
    (&[0xe2], 0x84..=0x84),
    (&[0xe2], 0x92..=0x93),
    (&[0xea], 0x9c..=0x9f),
    (&[0xef], 0xbc..=0xbd),
    (&[0xef, 0xbb], 0xbf..=0xbf),
    (&[0xf0], 0x9d..=0x9d),
    (&[0xf0, 0x9f], 0x84..=0x87),
];
/// Tags, which are ASCII once more.
const HIDDEN: (&[u8], RangeInclusive<u8>) = (&[0xf3, 0xa0], 0x80..=0x81);
/// Words that are looked for in base64.
const ENCODED: &[&str] = &[
    "previous",
    "instruction",
    "disregard",
    "override",
    "password",
    "unrestricted",
    "conversation",
    "the user",
];

/// Every pattern.
pub(super) fn all() -> Vec<(Kind, Vec<u8>)> {
    let mut all = Vec::new();
    let mut add = |kind, pattern: &str| all.push((kind, pattern.as_bytes().to_vec()));
    for (kind, classes) in [
        (Kind::Word, ANYWHERE),
        (Kind::Credential, CREDENTIALS),
        (Kind::Shouted, SHOUTED),
    ] {
        for word in words(classes) {
            add(kind, word);
        }
    }
    for word in OTHERS.split_ascii_whitespace() {
        add(Kind::Word, word);
    }
    for mark in CONTRACTED.iter().chain(MARKS) {
        add(Kind::Sure, mark);
    }
    for begin in ESCAPED {
        add(Kind::Escaped, begin);
    }
    for program in words(DUMP) {
        for mark in INSERTED {
            add(Kind::Sure, &format!("{mark}{program}"));
        }
    }
    for (first, between, second) in PAIRS {
        for (first, second) in
            words(*first).flat_map(|first| words(*second).map(move |second| (first, second)))
        {
            add(Kind::Sure, &format!("{first} {between}{second}"));
        }
    }
    for file in words(FILES) {
        add(Kind::File, &format!(".{file}"));
    }
    for word in SPACED {
        add(Kind::Sure, &spaced(word));
    }
    for word in ideographs() {
        add(Kind::Sure, word);
        add(Kind::Sure, &escapes(word));
    }
    for piece in ENCODED.iter().flat_map(|word| base64(word)) {
        add(Kind::Base64, &piece);
    }
    all.extend(
        ODD.iter()
            .flat_map(|odd| characters(odd).map(|bytes| (Kind::Odd, bytes))),
    );
    all.extend(characters(&HIDDEN).map(|bytes| (Kind::Hidden, bytes)));
    all
}

fn characters((start, last): &(&[u8], RangeInclusive<u8>)) -> impl Iterator<Item = Vec<u8>> {
    last.clone().map(|last| [*start, &[last]].concat())
}

fn spaced(word: &str) -> String {
    word.chars().flat_map(|letter| [letter, ' ']).collect()
}

/// Words of Chinese, Japanese and Korean.
fn ideographs() -> impl Iterator<Item = &'static str> {
    words(CJK_IGNORE | CJK_MODE)
}

/// All words of some classes.
fn words(classes: Classes) -> impl Iterator<Item = &'static str> {
    let sets = WORDS.iter().filter(move |(of, _)| of & classes != 0);
    sets.flat_map(|(_, words)| words.split_ascii_whitespace())
}

/// The same as escapes of JSON.
fn escapes(word: &str) -> String {
    let units = word.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    units.collect::<Vec<_>>().concat()
}

/// What a word is in base64, in three cases and behind each number of other bytes.
fn base64(word: &str) -> Vec<String> {
    let title = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let forms = [word.to_owned(), title(word), word.to_ascii_uppercase()];
    forms
        .iter()
        .flat_map(|form| (0..3).filter_map(|before| aligned(form.as_bytes(), before)))
        .collect()
}

/// The digits that no byte in front and none behind has a part in.
fn aligned(word: &[u8], before: usize) -> Option<String> {
    let mut padded = vec![0; before];
    padded.extend_from_slice(word);
    let digits = STANDARD_NO_PAD.encode(&padded);
    // Of eight bits each, six in a digit: the first digit that is of the word alone.
    let first = (before * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    digits.get(first..last).map(str::to_owned)
}
