//! Values of which only the name says that they are secret.

/// The shortest value that is taken for a secret.
const MIN_VALUE: usize = 12;
/// Tokens that begin so are made to be shown (Mapbox).
const PUBLIC: &[u8] = b"pk.";
/// What stands for a value in code and documentation.
const STANDS_FOR: &[&[u8]] = &[
    b"xxx",
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"your",
    b"test",
    b"dummy",
    b"placeholder",
    b"process.env",
    b"os.environ",
    b"localhost",
    b"password",
    b"secret",
    b"token",
    b"redacted",
    b"12345678",
];

/// Whether what follows the first `=` looks like a secret and not like code or a placeholder.
pub(crate) fn is_random(token: &[u8]) -> bool {
    let mut parts = token.splitn(2, |byte| *byte == b'=');
    parts.nth(1).is_some_and(is_secret)
}

/// Whether the password between `://user:` and `@` looks like a secret.
pub(crate) fn is_password(token: &[u8]) -> bool {
    let mut parts = token.rsplitn(2, |byte| *byte == b':');
    parts.next().is_some_and(is_secret)
}

/// Letters and digits mixed, and none of the words that stand for a value.
fn is_secret(value: &[u8]) -> bool {
    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ' | b'@');
    let value: Vec<u8> = value
        .iter()
        .copied()
        .filter(|byte| !is_mark(byte))
        .collect();
    let stands_for = |word: &&[u8]| {
        value
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    let is_public = is_uuid(&value) || value.starts_with(PUBLIC);
    value.len() >= MIN_VALUE && is_mixed(&value) && !is_public && !STANDS_FOR.iter().any(stands_for)
}

/// A number of 128 bits alone is the name of something.
fn is_uuid(value: &[u8]) -> bool {
    let parts = value.split(|byte| *byte == b'-');
    parts.clone().map(<[u8]>::len).eq([8, 4, 4, 4, 12])
        && parts.flatten().all(u8::is_ascii_hexdigit)
}

/// Whether letters and digits alternate often enough for a secret: names have their digits at the end.
fn is_mixed(value: &[u8]) -> bool {
    let kinds: Vec<bool> = value
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(u8::is_ascii_digit)
        .collect();
    let digits = kinds.iter().filter(|is_digit| **is_digit).count();
    let changes = kinds
        .iter()
        .zip(kinds.iter().skip(1))
        .filter(|(one, next)| one != next);
    digits >= 2 && changes.count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_what_stands_for_them() {
        for text in ["a=q7Rk2VdXs9Tf", "a='9f8a7b6c5d4e3f2a'"] {
            assert!(is_random(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "a",
            "a=",
            "a=q7Rk2Vd",
            "a=changeme9x8y7z",
            "a=settings.API_KEY_V2",
            "a=xxxx1y2z3a4b5c6d",
            "a=123e4567-e89b-12d3-a456-426614174000",
            "a=pk.q7Rk2VdXs9Tf",
        ] {
            assert!(!is_random(text.as_bytes()), "{text}");
        }
        assert!(is_password(b"me:q7Rk2VdXs9Tf@"));
        assert!(!is_password(b"postgres:postgres@"));
    }
}
