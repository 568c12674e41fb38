//! Values of which only the name says that they are secret.

/// The shortest value that is taken for a secret.
const MIN_VALUE: usize = 12;
/// Tokens that begin so are made to be shown (Mapbox).
const PUBLIC: &[u8] = b"pk.";
/// What stands for a value in code and documentation, whatever is beside it.
const STANDS_FOR: &[&[u8]] = &[
    b"xxx",
    b"process.env",
    b"os.environ",
    b"localhost",
    b"placeholder",
    b"12345678",
];
/// Words of placeholders. A value that is as good as one without them is none.
const WORDS: &[&[u8]] = &[
    b"changeme",
    b"change_me",
    b"change-me",
    b"replaceme",
    b"replace-me",
    b"replace_me",
    b"password",
    b"redacted",
    b"example",
    b"secret",
    b"secure",
    b"dummy",
    b"token",
    b"admin",
    b"test",
    b"your",
];
/// What is left of a password without those words has this many characters.
const MIN_PASSWORD: usize = 10;

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

/// Whether what follows the name of a setting is a password that somebody made up: three kinds of characters, and not
/// what documents have for one.
pub(crate) fn is_strong(token: &[u8]) -> bool {
    let is_between = |byte: &u8| matches!(byte, b':' | b'=' | b' ' | b'\t' | b'"' | b'\'' | b'\\');
    let value = token.iter().skip_while(|byte| !is_between(byte));
    let value: Vec<u8> = value.skip_while(|byte| is_between(byte)).copied().collect();
    let end = value
        .iter()
        .position(|byte| is_between(byte) && !matches!(byte, b':' | b'='));
    let value = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
    let value = value.trim_ascii_end();
    let has = |is_kind: fn(&u8) -> bool| usize::from(value.iter().any(is_kind));
    let is_mark = |byte: &u8| {
        byte.is_ascii_punctuation() && !matches!(byte, b'.' | b'_' | b'-' | b'/' | b':')
    };
    let kinds = has(u8::is_ascii_lowercase) + has(u8::is_ascii_uppercase) + has(is_mark);
    has(u8::is_ascii_digit) == 1
        && kinds >= 2
        && !stands_for_one(value)
        && !is_code(value)
        && without_words(value).len() >= MIN_PASSWORD
}

/// Names and places: `config.Database2`, `secretsmanager:Db1`, `/run/secrets/Db1`.
fn is_code(value: &[u8]) -> bool {
    let is_name = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':')
    };
    let is_mark = |byte: &u8| matches!(byte, b'.' | b'/' | b':');
    value.iter().all(is_name) && value.iter().any(is_mark)
}

/// Letters and digits mixed, and none of the words that stand for a value.
fn is_secret(value: &[u8]) -> bool {
    let is_mark = |byte: &u8| matches!(byte, b'"' | b'\'' | b' ' | b'@');
    let value: Vec<u8> = value
        .iter()
        .copied()
        .filter(|byte| !is_mark(byte))
        .collect();
    let is_public = is_uuid(&value) || value.starts_with(PUBLIC);
    let own = without_words(&value);
    own.len() >= MIN_VALUE && is_mixed(&own) && !is_public && !stands_for_one(&value)
}

fn stands_for_one(value: &[u8]) -> bool {
    STANDS_FOR.iter().any(|word| {
        let mut places = value.windows(word.len());
        places.any(|part| part.eq_ignore_ascii_case(word))
    })
}

/// What is left without the words of placeholders.
fn without_words(value: &[u8]) -> Vec<u8> {
    let mut left = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let is_here = |word: &&&[u8]| {
            let front = rest.get(..word.len());
            front.is_some_and(|front| front.eq_ignore_ascii_case(word))
        };
        let word = WORDS.iter().find(is_here);
        rest = word.map_or(after, |word| rest.get(word.len()..).unwrap_or_default());
        if word.is_none() {
            left.push(*first);
        }
    }
    left
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
        // A word that documents have does not make a secret one of theirs.
        for text in ["a=q7Rk2VdXs9TfExample", "a=s3cretP4ssw0rd9x_EXAMPLE"] {
            assert!(is_random(text.as_bytes()), "{text}");
        }
        assert!(is_password(b"me:q7Rk2VdXs9Tf@"));
        assert!(!is_password(b"postgres:postgres@"));
    }

    #[test]
    fn passwords_are_told_from_code() {
        for text in [
            "password: Harbour!Lantern58",
            "password = \"q7Rk2VdXs9\"",
            "passwd: 'Quince_58#Pebble'",
            "password Kettle=Drum4409!",
        ] {
            assert!(is_strong(text.as_bytes()), "{text}");
        }
        for text in [
            "password: changeme",
            "password: ChangeMe123!",
            "password: YourPassword123!",
            "password: secrets.Database2",
            "password: /run/secrets/Db1",
            "password: user_password_field",
            "password: REDACTED-REDACTED",
            "password: correct-horse-battery",
            "password: ",
            "",
        ] {
            assert!(!is_strong(text.as_bytes()), "{text}");
        }
    }
}
