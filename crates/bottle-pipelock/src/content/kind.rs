//! What a body is.

use super::multipart;

/// A format that hides something from who looks at bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Form,
    Multipart,
    Markup,
}

impl Kind {
    /// What a body is taken for: by its media type, and by itself. Servers differ in which of the two they believe.
    pub(super) fn of(content_type: Option<&[u8]>, body: &[u8]) -> impl Iterator<Item = Self> {
        let declared = content_type.and_then(Self::declared);
        let apparent = Self::apparent(body).filter(|kind| Some(*kind) != declared);
        declared.into_iter().chain(apparent)
    }

    /// By the media type (RFC 9110 section 8.3.1), whatever its parameters.
    fn declared(content_type: &[u8]) -> Option<Self> {
        let essence = content_type.split(|byte| matches!(byte, b';' | b','));
        let essence = essence.map(<[u8]>::trim_ascii).next()?.to_ascii_lowercase();
        let names = |word: &[u8]| memchr::memmem::find(&essence, word).is_some();
        if essence.starts_with(b"multipart/") {
            Some(Self::Multipart)
        } else if names(b"urlencoded") {
            Some(Self::Form)
        } else if names(b"json") {
            Some(Self::Json)
        } else if names(b"xml") || names(b"html") {
            Some(Self::Markup)
        } else {
            None
        }
    }

    /// By the first bytes.
    fn apparent(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let text = body.trim_ascii_start();
        match text.first()? {
            b'{' | b'[' => Some(Self::Json),
            b'<' => Some(Self::Markup),
            b'-' if multipart::is_apparent(text) => Some(Self::Multipart),
            _ if is_form(text) => Some(Self::Form),
            _ => None,
        }
    }
}

/// Whether there is more than one parameter and nothing that would be encoded in one.
fn is_form(text: &[u8]) -> bool {
    // All of a piece is looked at, whatever its first byte is: that goes sixteen bytes at a time.
    const PIECE: usize = 256;
    let is_encoded = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>');
    let all_are = |piece: &[u8]| piece.iter().fold(true, |all, byte| all & is_encoded(byte));
    let text = text.trim_ascii_end();
    text.chunks(PIECE).all(all_are)
        && memchr::memchr(b'=', text).is_some()
        && memchr::memchr(b'&', text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(content_type: &str, body: &str) -> Vec<Kind> {
        let content_type = (!content_type.is_empty()).then_some(content_type.as_bytes());
        Kind::of(content_type, body.as_bytes()).collect()
    }

    #[test]
    fn the_media_type_tells() {
        let json = [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json-rpc",
            "application/vnd.api+json",
            "application/x-ndjson",
        ];
        for content_type in json {
            assert_eq!(kinds(content_type, "x"), [Kind::Json], "{content_type}");
        }
        let form = "application/x-www-form-urlencoded";
        assert_eq!(kinds(form, "x"), [Kind::Form]);
        assert_eq!(
            kinds("multipart/mixed; boundary=json", "x"),
            [Kind::Multipart]
        );
        assert_eq!(kinds("image/svg+xml", "x"), [Kind::Markup]);
        assert_eq!(kinds("text/html", "x"), [Kind::Markup]);
        assert!(kinds("text/plain; x=json", "x").is_empty());
    }

    #[test]
    fn the_body_tells_when_it_is_something_else() {
        assert_eq!(kinds("", "\u{feff} \n{}"), [Kind::Json]);
        assert_eq!(kinds("application/json", "[]"), [Kind::Json]);
        assert_eq!(kinds("text/html", "[]"), [Kind::Markup, Kind::Json]);
        assert_eq!(kinds("", "<a>"), [Kind::Markup]);
        assert_eq!(kinds("", "a=1&b=%20\n"), [Kind::Form]);
        for prose in ["", "a=1", "a&b", "if a=b && c", "-----BEGIN x-----\nabc\n"] {
            assert!(kinds("", prose).is_empty(), "{prose}");
        }
    }
}
