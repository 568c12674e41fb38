//! What may stand in front of the literal by which a token is found.

/// Digits in front of a Telegram token: the bot's number.
const BOT_DIGITS: usize = 8;
/// The literal with which a JSON object begins in base64.
const JSON: &[u8] = b"eyJ";
/// The shortest first part of a web token.
const JWT_HEADER: usize = 13;
/// How much is looked at in front of a web token's second part: a longer run can only be a header with certificates.
const LONGEST_HEADER: usize = 1000;
/// How much of an Azure key stands in front of its mark, of 52 characters.
const AZURE_FRONT: usize = 50;
/// How far in front of a parameter its question mark is looked for.
const QUERY: usize = 256;
/// The longest name of a variable that is looked at.
const VARIABLE: usize = 64;
/// Tokens of this name are no credentials: places in a list, and what a page gives to its own forms.
const HARMLESS: &[&[u8]] = &[
    b"PAGE",
    b"NEXT",
    b"CSRF",
    b"XSRF",
    b"CONTINUATION",
    b"SYNC",
    b"PUBLIC",
];

/// Anything.
pub(crate) fn anything(_: &[u8]) -> bool {
    true
}

/// Nothing that could be part of the same word.
pub(crate) fn boundary(before: &[u8]) -> bool {
    !before.last().is_some_and(u8::is_ascii_alphanumeric) || is_line_end(before)
}

/// Nothing that could be part of the same run of URL-safe base64.
pub(crate) fn apart(before: &[u8]) -> bool {
    !before.last().is_some_and(|byte| is_url_safe(*byte)) || is_line_end(before)
}

/// Whether a line or a column ends here as it is written in a string.
fn is_line_end(before: &[u8]) -> bool {
    matches!(before, [.., b'\\', b'n' | b'r' | b't' | b'f' | b'v'])
}

/// Nothing that could be part of the same run of either base64.
pub(crate) fn alone(before: &[u8]) -> bool {
    !before
        .last()
        .is_some_and(|byte| is_url_safe(*byte) || matches!(byte, b'+' | b'/'))
}

/// Nothing that could be part of the same number or name, and no other group of a row of numbers.
pub(crate) fn number(before: &[u8]) -> bool {
    let is_row = match before {
        [.., a, b, c, d, b' ' | b'-'] => [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit),
        _ => false,
    };
    alone(before) && before.last().is_none_or(|byte| *byte != b'.') && !is_row
}

/// A digest of 128 bits in hexadecimal.
pub(crate) fn hex_32(before: &[u8]) -> bool {
    let (end, front) = hex_tail(before, 32);
    end == 32 && boundary(front)
}

/// Hexadecimal, 36 digits of it.
pub(crate) fn hex_36(before: &[u8]) -> bool {
    let (end, front) = hex_tail(before, 36);
    end == 36 && boundary(front)
}

/// The first 52 characters of a key.
pub(crate) fn azure_front(before: &[u8]) -> bool {
    let front = before
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric());
    front.take(AZURE_FRONT).count() == AZURE_FRONT
}

/// The query of an address: a form has no question mark in front.
pub(crate) fn query(before: &[u8]) -> bool {
    matches!(before.last(), Some(b'?' | b'&'))
        && before
            .iter()
            .rev()
            .take(QUERY)
            .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\''))
            .any(|byte| *byte == b'?')
}

/// The beginning of a variable's name in capitals, unless the name says that the value is no credential.
pub(crate) fn variable(before: &[u8]) -> bool {
    let is_mark = |byte: &u8| matches!(byte, b'_' | b'-');
    let length = before
        .iter()
        .rev()
        .take(VARIABLE)
        .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || is_mark(byte))
        .count();
    let (front, name) = before.split_at(before.len() - length);
    boundary(front)
        && name.last().is_none_or(is_mark)
        && !HARMLESS.iter().any(|word| {
            name.split_last()
                .is_some_and(|(_, name)| name.ends_with(word))
        })
}

/// The beginning of a setting's name: of a line's first word, or of a name of several words. A single word in quotes or in
/// the midst of a line may as well be a field that somebody fills in.
pub(crate) fn setting(before: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let length = before
        .iter()
        .rev()
        .take(VARIABLE)
        .take_while(|byte| is_name(byte))
        .count();
    let (front, name) = before.split_at(before.len() - length);
    let is_long = name.len() > 1 && name.last().is_none_or(|byte| !byte.is_ascii_uppercase());
    let is_option = name.starts_with(b"--") && name.len() == 2;
    is_option || is_long && boundary(front) || name.is_empty() && is_line_start(front)
}

/// Nothing but spaces in front on the line, or what makes a list of it.
fn is_line_start(before: &[u8]) -> bool {
    let front = before.trim_ascii_end();
    let spaces = before.get(front.len()..).unwrap_or_default();
    let is_list = |front: &[u8]| matches!(front, [b'-'] | [.., b'\n', b'-']);
    front.is_empty()
        || spaces.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
        || is_line_end(front)
        || is_list(front)
}

/// How many hexadecimal digits are at the end, up to `most`, and what is in front of them.
fn hex_tail(text: &[u8], most: usize) -> (usize, &[u8]) {
    let digits = text
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_hexdigit());
    let length = digits.take(most).count();
    (length, text.get(..text.len() - length).unwrap_or_default())
}

/// A number.
pub(crate) fn digits(before: &[u8]) -> bool {
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit());
    digits.take(BOT_DIGITS).count() == BOT_DIGITS
}

/// The first part of a web token, perhaps with more in front, or the end of a very long one.
pub(crate) fn jwt_header(before: &[u8]) -> bool {
    let run = url_safe_tail(before, LONGEST_HEADER);
    let first = run
        .windows(JSON.len())
        .position(|part| part.eq_ignore_ascii_case(JSON));
    run.len() == LONGEST_HEADER || first.is_some_and(|place| run.len() - place >= JWT_HEADER)
}

/// The URL-safe base64 at the end, `most` bytes of it at most.
fn url_safe_tail(text: &[u8], most: usize) -> &[u8] {
    let length = text
        .iter()
        .rev()
        .take(most)
        .take_while(|byte| is_url_safe(**byte))
        .count();
    text.get(text.len() - length..).unwrap_or_default()
}

const fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
