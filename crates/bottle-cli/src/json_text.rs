//! JSON for a terminal: nothing in it that hides or obeys.

use std::fmt::Write as _;

use bottle_core::visible;
use serde::Serialize;

/// A document on lines of its own. Marks that a terminal would obey, that reorder text or that are not seen stand as escapes,
/// which any reader of JSON takes for what they are.
pub(crate) fn pretty(document: &impl Serialize) -> serde_json::Result<String> {
    let mut text = shown(&serde_json::to_string_pretty(document)?);
    text.push('\n');
    Ok(text)
}

/// A document in one line, likewise.
pub(crate) fn line(document: &impl Serialize) -> serde_json::Result<String> {
    let mut text = shown(&serde_json::to_string(document)?);
    text.push('\n');
    Ok(text)
}

/// A text of JSON with escapes for what is not to be seen as itself, which stands in its strings alone.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for each in text.chars() {
        if each == '\n' || !hides(each) {
            shown.push(each);
            continue;
        }
        for unit in each.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    shown
}

fn hides(each: char) -> bool {
    let mut buffer = [0; 4];
    !each.is_ascii_graphic()
        && each != ' '
        && visible(each.encode_utf8(&mut buffer)).len() != each.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_an_escape_and_means_the_same() {
        let text = "a\u{9b}2J\u{1b}]52\u{202e}b\u{e0041}\u{2028}\n ä\u{1f600}";
        let shown = pretty(&[text]).unwrap();
        assert_eq!(
            shown,
            "[\n  \"a\\u009b2J\\u001b]52\\u202eb\\udb40\\udc41\\u2028\\n ä\u{1f600}\"\n]\n"
        );
        let read: [String; 1] = serde_json::from_str(&shown).unwrap();
        assert_eq!(read, [text]);
        assert_eq!(line(&1).unwrap(), "1\n");
    }
}
