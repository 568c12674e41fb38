//! Parameters of header fields (RFC 9110 section 5.6.6, RFC 2231).

use percent_encoding::percent_decode;

/// A parameter of a field like `Content-Disposition`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// In small letters, without the marks of RFC 2231: `filename` for `filename*` and `filename*0*`.
    pub name: Vec<u8>,
    /// Without quotes, escapes and percent-encoding.
    pub value: Vec<u8>,
}

/// All of them, behind the first `;`, as far as they can be read.
pub(super) fn parameters(field: &[u8]) -> impl Iterator<Item = Parameter> {
    let start = memchr::memchr(b';', field).unwrap_or(field.len());
    let mut rest = field.get(start..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            rest = rest.strip_prefix(b";")?;
            let end = memchr::memchr2(b'=', b';', rest).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = after;
            if let Some(after) = after.strip_prefix(b"=") {
                let (value, after) = value(after.trim_ascii_start());
                rest = after;
                return Some(Parameter::read(name.trim_ascii(), value));
            }
        }
    })
}

impl Parameter {
    fn read(name: &[u8], value: Vec<u8>) -> Self {
        let mut parts = name.split(|byte| *byte == b'*');
        let is_encoded = name.ends_with(b"*");
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let value = if is_encoded { extended(&value) } else { value };
        Self { name, value }
    }
}

/// The value in front, and the `;` behind it with all that follows.
fn value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    let mut rest = text;
    if let Some(quoted) = text.strip_prefix(b"\"") {
        rest = quoted;
        while let Some(end) = memchr::memchr2(b'"', b'\\', rest) {
            let (plain, tail) = rest.split_at(end);
            value.extend_from_slice(plain);
            // Other backslashes are those of paths.
            if let [b'\\', escaped @ (b'"' | b'\\'), after @ ..] = tail {
                value.push(*escaped);
                rest = after;
            } else if let [b'\\', after @ ..] = tail {
                value.push(b'\\');
                rest = after;
            } else {
                rest = tail.get(1..).unwrap_or_default();
                let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
                return (value, rest.get(end..).unwrap_or_default());
            }
        }
    }
    let end = memchr::memchr(b';', rest).unwrap_or(rest.len());
    let (plain, after) = rest.split_at(end);
    value.extend_from_slice(plain.trim_ascii_end());
    (value, after)
}

/// `charset'language'text`, with the text percent-encoded; later pieces of a value have the text alone.
fn extended(value: &[u8]) -> Vec<u8> {
    let mut quotes = memchr::memchr_iter(b'\'', value);
    let start = quotes.nth(1).map_or(0, |quote| quote + 1);
    percent_decode(value.get(start..).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field: &str) -> Vec<String> {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        parameters(field.as_bytes())
            .map(|Parameter { name, value }| format!("{}={}", text(name), text(value)))
            .collect()
    }

    #[test]
    fn in_any_spelling() {
        assert_eq!(
            read("form-data; name=\"a b\"; FileName = x.txt ;y=z"),
            ["name=a b", "filename=x.txt", "y=z"]
        );
        assert_eq!(
            read(r#"x; a="\"q\" \\ C:\dir"; b=";=""#),
            [r#"a="q" \ C:\dir"#, "b=;="]
        );
        assert_eq!(
            read("x; filename*=UTF-8'en'%e2%82%ac%20x; f*0*=''a%41; f*1=b%41"),
            ["filename=€ x", "f=aA", "f=b%41"]
        );
    }

    #[test]
    fn what_is_broken_gives_what_it_has() {
        assert_eq!(read("x; a=\"open; b=c"), ["a=open", "b=c"]);
        assert_eq!(read("x;;; a; b=;c"), ["b="]);
        assert!(read("x").is_empty() && read("").is_empty());
    }
}
