//! Tags of HTML, which a reader does not see, and the marks of chat templates, which a model does.

use memchr::{memchr, memmem};

use super::class::{BOUNDARY, Classes, IMAGE, IMPORTANT, TURN};
use super::dictionary::DICTIONARY;

/// The longest tag that is passed over. A longer one is read as text.
const MAX_TAG: usize = 256;
/// How much behind a mark of a chat template is read for a gap.
const MAX_ROLE: usize = 48;
/// How much of an address is read.
const MAX_ADDRESS: usize = 256;

/// Marks of chat templates (`ChatML`, Llama 2 and 3, Gemma, Phi).
const MARKS: &[(&[u8], Classes)] = &[
    (b"<|im_start|>", TURN),
    (b"<|start_header_id|>", TURN),
    (b"<start_of_turn>", TURN),
    (b"<|system|>", BOUNDARY),
    (b"<|user|>", BOUNDARY),
    (b"<|assistant|>", BOUNDARY),
    (b"<<SYS>>", BOUNDARY),
    (b"[INST]", BOUNDARY),
];
/// Tags within words.
const INLINE: &[&[u8]] = &[
    b"b", b"i", b"u", b"em", b"strong", b"span", b"font", b"wbr", b"a", b"small", b"mark", b"sub",
    b"sup",
];
/// Attributes with text.
const TEXTS: &[&[u8]] = &[
    b"alt=",
    b"title=",
    b"content=",
    b"label=",
    b"placeholder=",
    b"value=",
    b"data-",
    b"summary=",
];

/// What stands in place of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// A mark that says something, and its length.
    Mark(Classes, usize),
    /// A tag that divides words, and its length.
    Tag(usize),
    /// A tag that does not.
    Inline(usize),
    /// `<`, then a name that may be read as a word.
    Name,
}

/// What markup a text begins with.
pub(super) fn first(text: &[u8]) -> Option<Markup> {
    match text.first()? {
        b'<' | b'[' => mark(text).or_else(|| tag(text)),
        b']' => image(text),
        _ => None,
    }
}

fn mark(text: &[u8]) -> Option<Markup> {
    let (mark, classes) = MARKS.iter().find(|(mark, _)| text.starts_with(mark))?;
    let length = mark.len();
    Some(if is_template(text.get(length..).unwrap_or_default()) {
        Markup::Tag(length)
    } else {
        Markup::Mark(*classes, length)
    })
}

/// Whether there is a gap to fill where the words of a turn would be, perhaps behind the name of a role.
fn is_template(turn: &[u8]) -> bool {
    let near = turn.get(..MAX_ROLE).unwrap_or(turn).trim_ascii_start();
    let name = near.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let behind = near.get(name.count()..).unwrap_or_default();
    let behind = behind.strip_prefix(b"<|end_header_id|>").unwrap_or(behind);
    let behind = behind.strip_prefix(b"\\n").unwrap_or(behind);
    matches!(behind.trim_ascii_start(), [b'{', ..])
}

fn tag(text: &[u8]) -> Option<Markup> {
    let inside = text.strip_prefix(b"<")?;
    let near = inside.get(..MAX_TAG).unwrap_or(inside);
    if inside.starts_with(b"!--") {
        return Some(Markup::Tag(4));
    }
    let body = near.get(..memchr(b'>', near)?)?;
    let name = body.strip_prefix(b"/").unwrap_or(body);
    let length = name
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let name = name.get(..length)?;
    let is_text = TEXTS.iter().any(|text| memmem::find(body, text).is_some());
    // `<IMPORTANT>`: HTML has no such names.
    let is_word =
        length == body.len() && DICTIONARY.classes(&name.to_ascii_lowercase()) & IMPORTANT != 0;
    if name.is_empty() || is_text || is_word {
        return Some(Markup::Name);
    }
    let is_inline = INLINE
        .iter()
        .any(|inline| inline.eq_ignore_ascii_case(name));
    let length = body.len() + 2;
    Some(if is_inline {
        Markup::Inline(length)
    } else {
        Markup::Tag(length)
    })
}

/// The end of the text of a link whose address has a gap to fill: `](https://host/?q={data}`.
fn image(text: &[u8]) -> Option<Markup> {
    let address = text.strip_prefix(b"](http")?;
    let near = address.get(..MAX_ADDRESS).unwrap_or(address);
    let query = near.get(memchr(b'?', near)?..)?;
    let value = query.get(memchr(b'=', query)? + 1..)?;
    let is_gap = match value {
        [b'{' | b'<' | b'[' | b'$', ..] => true,
        [one, two, three, ..] => [one, two, three]
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || **byte == b'_'),
        _ => false,
    };
    is_gap.then_some(Markup::Mark(IMAGE, 2))
}
