//! The members of JSON documents, by their names.

/// Each name with its value as they are written, however deep; escapes are the scanner's. Elements of an array belong to the
/// name of the array. What is no JSON gives whatever looks like it.
pub(super) fn members(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = text;
    let mut name: &[u8] = b"";
    std::iter::from_fn(move || {
        loop {
            let (token, after) = next(rest)?;
            rest = after;
            let follows = after.trim_ascii_start();
            if follows.first() == Some(&b':') {
                name = token;
            } else {
                return Some((name, token));
            }
        }
    })
}

/// The next string, without its quotation marks, or other word; and what is behind it.
fn next(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:".contains(byte);
    let start = text.iter().position(|byte| !is_space(byte))?;
    let text = text.get(start..)?;
    if let Some(string) = text.strip_prefix(b"\"") {
        let end = end_of_string(string);
        let behind = string.get(end + 1..).unwrap_or_default();
        return Some((string.get(..end)?, behind));
    }
    let is_end = |byte: &u8| is_space(byte) || *byte == b'"';
    let end = text.iter().position(is_end).unwrap_or(text.len());
    Some(text.split_at(end))
}

/// Where a string ends whose opening mark is gone.
fn end_of_string(string: &[u8]) -> usize {
    let mut at = 0;
    while let Some(rest) = string.get(at..) {
        let Some(mark) = memchr::memchr2(b'"', b'\\', rest) else {
            break;
        };
        at += mark;
        if string.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    string.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<String> {
        let text = members(text.as_bytes()).map(|(name, value)| {
            let [name, value] = [name, value].map(String::from_utf8_lossy);
            format!("{name}={value}")
        });
        text.collect()
    }

    #[test]
    fn each_with_its_name() {
        assert_eq!(
            read(r#"{"a": "x", "n" : 12, "list": ["y", {"in\"ner": "z"}], "t":true}"#),
            ["a=x", "n=12", "list=y", r#"in\"ner=z"#, "t=true"]
        );
        assert_eq!(read(r#"["a","b"]"#), ["=a", "=b"]);
        assert_eq!(read(r#"{"open": "never closed"#), ["open=never closed"]);
        assert_eq!(read(r#""ends with a mark \"#), [r"=ends with a mark \"]);
        assert!(read(" {}[] ").is_empty());
    }

    proptest! {
        #[test]
        fn anything_is_read(text in "[a\"\\\\:{},\\[\\] ]{0,60}") {
            let most = text.len();
            prop_assert!(members(text.as_bytes()).count() <= most);
        }
    }
}
