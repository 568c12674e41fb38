//! What stands right in front of a word and right behind it.

use super::tag::{self, Markup};
use super::token::{CLOSES, DOTTED, ENDS, Flags, INSERTED, LABEL, TAG};

/// The marks that follow from what is in front of a word.
pub(super) fn flags_before(before: &[u8], behind: &[u8]) -> Flags {
    let Some(last) = before.last() else {
        return 0;
    };
    match last {
        b'.' | b'_' => flag(is_dotted(before) && !is_public(behind), DOTTED),
        b'(' => flag(before.ends_with(b"$("), INSERTED),
        b'`' => INSERTED,
        b'<' => TAG,
        _ => 0,
    }
}

/// The mark, if it is set.
pub(super) const fn flag(is_set: bool, flag: Flags) -> Flags {
    if is_set { flag } else { 0 }
}

/// The marks that follow from what is behind a word.
pub(super) fn flags_behind(behind: &[u8]) -> Flags {
    if behind.starts_with(b"\n") || behind.starts_with(b"\r") {
        return ENDS | flag(is_paragraph_end(behind), CLOSES);
    }
    match behind.trim_ascii_start() {
        [b':' | b']' | b'>', ..] | [b'*', b'*', b':' | b']', ..] => LABEL,
        [b'.' | b'!' | b'?', next, ..] if !next.is_ascii_alphanumeric() => ENDS | CLOSES,
        [] | [b'.' | b'!' | b'?'] | [b'-', b'-', b'>', ..] => ENDS | CLOSES,
        [b'<', ..] => ENDS | flag(is_block(behind), CLOSES),
        [b';' | b'"' | b'-' | b',' | b')', ..] | [b'\\', b'n' | b'"', ..] => {
            ENDS | flag(is_paragraph_end(behind), CLOSES)
        }
        _ => 0,
    }
}

/// Whether a line ends here and the next one is empty or has the mark of a list or a heading.
fn is_paragraph_end(behind: &[u8]) -> bool {
    let line = behind.strip_prefix(b"\r").unwrap_or(behind);
    let next = line
        .strip_prefix(b"\n")
        .or_else(|| line.strip_prefix(b"\\n"));
    let Some(next) = next else {
        return line.starts_with(b"\",") || line.starts_with(b"\"}") || line.starts_with(b"\":");
    };
    matches!(
        next,
        [
            b'\n' | b'\r' | b'-' | b'*' | b'#' | b'<' | b'|' | b'[' | b'0'..=b'9',
            ..
        ] | [b'\\', b'n', ..]
    )
}

fn is_block(behind: &[u8]) -> bool {
    matches!(tag::first(behind.trim_ascii_start()), Some(Markup::Tag(_)))
}

fn is_dotted(before: &[u8]) -> bool {
    match before {
        [.., b'_'] | [b'.'] => true,
        [.., other, b'.'] => !other.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// Whether it is a part of the path of a public key, which is meant to be given away.
fn is_public(behind: &[u8]) -> bool {
    const MAX_PATH: usize = 64;
    let is_path = |byte: &&u8| byte.is_ascii_alphanumeric() || b"/._-".contains(byte);
    let length = behind.iter().take(MAX_PATH).take_while(is_path).count();
    let path = behind.get(..length).unwrap_or_default();
    path.strip_suffix(b".").unwrap_or(path).ends_with(b".pub")
}
