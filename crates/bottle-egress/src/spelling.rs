//! What is written in a target, as servers read it that take many spellings for one.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Without its escapes; nothing is copied when there are none.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Whether a word is somewhere in a text, in whatever case.
pub(crate) fn contains(text: &str, word: &str) -> bool {
    let mut windows = text.as_bytes().windows(word.len());
    windows.any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// The name of a parameter as the most forgiving server reads it: without escapes, case, blanks around it, what makes a list of it, and
/// what a string ends at in C; with one mark between words.
pub fn parameter_name(name: &str) -> String {
    let name = name.replace('+', " ");
    let name = decoded(&name);
    let name = name.split('\0').next().unwrap_or_default();
    let around = |mark: char| mark.is_whitespace() || mark.is_control();
    let name = name.trim_matches(around);
    let name = match name.find('[') {
        Some(0) | None => name,
        Some(list) => name.get(..list).unwrap_or_default(),
    };
    let mark = |letter: char| match letter {
        '-' | '.' | ' ' => '_',
        letter => letter.to_ascii_lowercase(),
    };
    name.trim_matches(around).chars().map(mark).collect()
}
