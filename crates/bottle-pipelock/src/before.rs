//! What may stand in front of the literal by which a token is found.

/// Digits in front of a Telegram token: the bot's number.
const BOT_DIGITS: usize = 8;
/// The first part of a Discord token: 17 to 20 digits in base64.
const ACCOUNT: std::ops::RangeInclusive<usize> = 23..=28;
/// The literal with which a JSON object begins in base64.
const JSON: &[u8] = b"eyJ";
/// The shortest first part of a web token.
const JWT_HEADER: usize = 13;

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

/// A number.
pub(crate) fn digits(before: &[u8]) -> bool {
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit());
    digits.take(BOT_DIGITS).count() == BOT_DIGITS
}

/// The first part of a web token, perhaps with more in front.
pub(crate) fn jwt_header(before: &[u8]) -> bool {
    let run = url_safe_tail(before, usize::MAX);
    let first = run
        .windows(JSON.len())
        .position(|part| part.eq_ignore_ascii_case(JSON));
    first.is_some_and(|place| run.len() - place >= JWT_HEADER)
}

/// The number of a Discord account in base64, which begins with a digit.
pub(crate) fn discord_account(before: &[u8]) -> bool {
    let run = url_safe_tail(before, ACCOUNT.end() + 1);
    ACCOUNT.contains(&run.len()) && matches!(run, [b'M' | b'N' | b'O', ..])
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
