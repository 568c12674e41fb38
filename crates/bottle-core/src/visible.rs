//! Text of unknown origin, made harmless for a terminal.

use std::fmt::Write as _;

/// Shows control characters, marks that reorder text and marks without width as escapes (`\u{202e}`),
/// so that what the operator sees is what is there.
///
/// ```
/// assert_eq!(bottle_core::visible("a\u{1b}[2Jb\u{202e}"), "a\\u{1b}[2Jb\\u{202e}");
/// ```
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for each in text.chars() {
        if hides(each) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "{}", each.escape_unicode());
        } else {
            shown.push(each);
        }
    }
    shown
}

/// Control characters, bidirectional marks, zero-width marks, tags and variation selectors.
fn hides(each: char) -> bool {
    each.is_control()
        || matches!(each,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}
