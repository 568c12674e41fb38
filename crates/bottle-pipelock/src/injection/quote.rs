//! Quotation marks around a sign.

use std::ops::Range;

use super::notation::Notation;

/// The longest quotation, on each side of a sign. A longer one is no phrase but a document.
const MAX_QUOTE: usize = 256;

/// Marks that open and close.
const PAIRS: [(&str, &str); 10] = [
    ("\u{201c}", "\u{201d}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{ab}", "\u{bb}"),
    ("\u{2039}", "\u{203a}"),
    ("\u{300c}", "\u{300d}"),
    ("\u{300e}", "\u{300f}"),
    ("&ldquo;", "&rdquo;"),
    ("\\u201c", "\\u201d"),
    ("&lsquo;", "&rsquo;"),
];
/// Marks that are the same on both sides, the longest spelling first.
const SAME: [&str; 7] = ["\\\"", "&quot;", "&#34;", "&#39;", "\"", "`", "'"];

/// Whether a sign stands between quotation marks that belong to it.
pub(super) fn is_quoted(text: &[u8], sign: &Range<usize>, notation: Notation) -> bool {
    let before = text
        .get(sign.start.saturating_sub(MAX_QUOTE)..sign.start)
        .unwrap_or_default();
    let behind = text
        .get(sign.end..(sign.end + MAX_QUOTE).min(text.len()))
        .unwrap_or_default();
    let (before, behind) = (last_paragraph(before), first_paragraph(behind));
    let is_paired = PAIRS
        .iter()
        .any(|(open, close)| is_between(before, behind, open, close));
    is_paired
        || SAME
            .iter()
            .any(|mark| is_in_same(before, behind, mark, notation))
}

fn last_paragraph(text: &[u8]) -> &[u8] {
    let end =
        memchr::memmem::rfind(text, b"\n\n").or_else(|| memchr::memmem::rfind(text, b"\\n\\n"));
    end.and_then(|end| text.get(end..)).unwrap_or(text)
}

fn first_paragraph(text: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(text, b"\n\n").or_else(|| memchr::memmem::find(text, b"\\n\\n"));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Whether the nearest mark in front opens and the nearest behind closes.
fn is_between(before: &[u8], behind: &[u8], open: &str, close: &str) -> bool {
    let find = memchr::memmem::find;
    let rfind = memchr::memmem::rfind;
    let opened = rfind(before, open.as_bytes());
    let closed_before = rfind(before, close.as_bytes()).filter(|_| open != close);
    let closes = find(behind, close.as_bytes());
    opened.is_some() && opened > closed_before && closes.is_some()
}

fn is_in_same(before: &[u8], behind: &[u8], mark: &str, notation: Notation) -> bool {
    let Some(open) = last_mark(before, mark) else {
        return false;
    };
    let (front, inside) = (
        before.get(..open).unwrap_or_default(),
        before.get(open + mark.len()..).unwrap_or_default(),
    );
    opens(front, inside) && !is_data(front, mark, notation) && closes(behind, mark)
}

/// The last mark that is not a part of a longer spelling.
fn last_mark(text: &[u8], mark: &str) -> Option<usize> {
    let place = memchr::memmem::rfind(text, mark.as_bytes())?;
    let is_escaped = mark.len() == 1 && text.get(..place)?.ends_with(b"\\");
    (!is_escaped).then_some(place)
}

/// A mark opens if no word ends in front of it and no space follows.
fn opens(front: &[u8], inside: &[u8]) -> bool {
    let ends_word = front.last().is_some_and(u8::is_ascii_alphanumeric)
        && !front.ends_with(b"\\n")
        && !is_prefix(front);
    // If nothing is in between, the sign follows.
    !ends_word && !inside.first().is_some_and(u8::is_ascii_whitespace)
}

/// Letters in front of a string of a program: `r"..."`, `f"..."`.
fn is_prefix(front: &[u8]) -> bool {
    matches!(front, [.., other, b'r' | b'f' | b'b' | b'u'] if !other.is_ascii_alphanumeric())
}

/// A mark closes if no word begins behind it. An apostrophe within a word is none.
fn closes(behind: &[u8], mark: &str) -> bool {
    let mut from = 0;
    while let Some(place) = behind
        .get(from..)
        .and_then(|rest| memchr::memmem::find(rest, mark.as_bytes()))
    {
        let next = behind.get(from + place + mark.len());
        if !next.is_some_and(u8::is_ascii_alphanumeric) {
            return true;
        }
        from += place + mark.len();
    }
    false
}

/// Whether a mark belongs to the notation of data: a string of JSON, the value of an attribute of HTML.
fn is_data(front: &[u8], mark: &str, notation: Notation) -> bool {
    let front = front.trim_ascii_end();
    if mark == "\"" && notation == Notation::Json {
        return true;
    }
    let is_attribute = front.ends_with(b"=") && is_in_tag(front);
    let key = front.strip_suffix(b":").map(<[u8]>::trim_ascii_end);
    let is_value = key.is_some_and(|key| key.ends_with(b"\"") || is_text_key(key));
    let is_item = mark == "\\\"" && (front.ends_with(b"[") || front.ends_with(b","));
    is_attribute || (notation != Notation::Program && is_value) || is_item
}

/// Keys of YAML under which there is text for a model.
fn is_text_key(key: &[u8]) -> bool {
    let name: &[&[u8]] = &[b"description", b"instructions", b"summary"];
    name.iter().any(|name| key.ends_with(name))
}

/// Whether the last tag that was begun has not ended.
fn is_in_tag(front: &[u8]) -> bool {
    let start = memchr::memrchr(b'<', front);
    start.is_some() && start > memchr::memrchr(b'>', front)
}
