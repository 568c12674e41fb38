//! A request path in the one spelling that rules are compared with.

use std::borrow::Cow;

use crate::guard::Guard;
use crate::text::text_newtype;

/// The longest path that is taken, in bytes. Protects the comparison, which is linear in it.
const MAX_LENGTH: usize = 16 * 1024;

/// How often what a path stands for may be decoded further until nothing is left to decode.
const MAX_DECODINGS: usize = 3;

/// What an encoded slash means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodedSlash {
    /// Refuse it: some servers read `%2f` as a separator, so what a prefix means would be open.
    Refuse,
    /// Keep it as data. For routes that do not look at paths.
    Keep,
}

/// A canonical request path: absolute, no dot segments, no empty segments, every escape well formed,
/// and no escape of a character that needs none (RFC 3986 §6.2.2).
///
/// ```
/// # use bottle_core::UrlPath;
/// assert_eq!(UrlPath::canonicalise("/v1//a/%2e%2E/b%20c").unwrap().as_str(), "/v1/b%20c");
/// assert!(UrlPath::canonicalise("/v1/..%2fadmin").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UrlPath(String);

text_newtype!(UrlPath);

/// Why a path has no canonical spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("a path begins with `/`")]
    NotAbsolute,
    /// Longer than 16 KiB.
    #[error("a path has at most 16 KiB")]
    TooLong,
    /// A character that may not stand in a path, raw or encoded.
    #[error(
        "a path has no control characters, blanks, backslashes, `?`, `#` or unencoded non-ASCII characters"
    )]
    Character,
    /// `%`, `%2`, `%zz`.
    #[error("`%` in a path is followed by two hexadecimal digits")]
    Escape,
    /// `%2f`.
    #[error("an encoded slash is read differently by different servers")]
    EncodedSlash,
    /// `%252e` and the like.
    #[error("a doubly encoded dot, slash or backslash is read differently by different servers")]
    DoubleEncoded,
    /// What the escapes stand for is not UTF-8.
    #[error("the escapes of a path stand for UTF-8")]
    Utf8,
    /// `..;` segments, which some servers read as `..`.
    #[error("a segment `..;` is read differently by different servers")]
    DotParameter,
    /// More `..` than folders.
    #[error("a path may not climb above its root")]
    AboveRoot,
}

impl std::str::FromStr for UrlPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::canonicalise(text)
    }
}

impl UrlPath {
    /// The canonical spelling of a path (without its query), where an encoded slash is refused.
    ///
    /// # Errors
    ///
    /// [`PathError`] where two servers could disagree about what the path means.
    pub fn canonicalise(path: &str) -> Result<Self, PathError> {
        Self::canonicalise_with(path, EncodedSlash::Refuse)
    }

    /// The same, with a say in what an encoded slash means.
    ///
    /// # Errors
    ///
    /// [`PathError`] where two servers could disagree about what the path means.
    pub fn canonicalise_with(path: &str, slash: EncodedSlash) -> Result<Self, PathError> {
        if path.len() > MAX_LENGTH {
            return Err(PathError::TooLong);
        }
        if !path.starts_with('/') {
            return Err(PathError::NotAbsolute);
        }
        let plain = decode_unreserved(path, slash)?;
        // `%25%32e` becomes `%252e` only now.
        if Guard::DoubleEncoding.is_on() && decode_unreserved(&plain, slash)? != plain {
            return Err(PathError::DoubleEncoded);
        }
        let decoded = unescape(plain.as_bytes());
        if Guard::PathUtf8.is_on() && std::str::from_utf8(&decoded).is_err() {
            return Err(PathError::Utf8);
        }
        if Guard::DoubleEncoding.is_on() && hides_deeper(decoded) {
            return Err(PathError::DoubleEncoded);
        }
        fold(&plain).map(Self)
    }

    /// The canonical spelling as plain text; nothing is copied when `path` has it already.
    ///
    /// # Errors
    ///
    /// [`PathError`] where two servers could disagree about what the path means.
    pub fn canonical(path: &str, slash: EncodedSlash) -> Result<Cow<'_, str>, PathError> {
        if is_plainly_canonical(path, slash) {
            return Ok(Cow::Borrowed(path));
        }
        Self::canonicalise_with(path, slash).map(|path| Cow::Owned(path.0))
    }

    /// The segments between the slashes; the root has none.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0
            .split('/')
            .skip(1)
            .filter(|segment| !segment.is_empty())
    }
}

/// Whether a path is canonical at first sight. A no says nothing: escapes of other characters than ASCII are left to
/// the careful reading.
fn is_plainly_canonical(path: &str, slash: EncodedSlash) -> bool {
    let Some(inner) = path.strip_prefix('/') else {
        return false;
    };
    if path.len() > MAX_LENGTH || !path.chars().all(is_path_character) {
        return false;
    }
    let mut segments = inner.split('/').peekable();
    while let Some(segment) = segments.next() {
        // Only the last segment may be empty: a final slash.
        let empty = segment.is_empty() && segments.peek().is_some();
        if empty || segment.starts_with('.') || !has_plain_escapes(segment, slash) {
            return false;
        }
    }
    true
}

/// Whether every escape stands for an ASCII character that needs one and means nothing else to anybody.
fn has_plain_escapes(segment: &str, slash: EncodedSlash) -> bool {
    let mut parts = segment.split('%');
    parts.next();
    parts.all(|part| {
        let digits = part
            .get(..2)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            None | Some(b'%' | b'\\' | 0..=0x1f | 0x7f..) => false,
            Some(b'/') => slash == EncodedSlash::Keep,
            Some(byte) => !is_unreserved(byte),
        }
    })
}

/// Decodes the escapes that stand for characters which never need one, and refuses what is ambiguous.
fn decode_unreserved(path: &str, slash: EncodedSlash) -> Result<String, PathError> {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        if first != '%' {
            if !is_path_character(first) {
                return Err(PathError::Character);
            }
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let escape = rest.get(..3).ok_or(PathError::Escape)?;
        let byte = decode(escape).ok_or(PathError::Escape)?;
        rest = rest.get(3..).unwrap_or_default();
        match byte {
            b'/' if slash == EncodedSlash::Refuse && Guard::EncodedSlash.is_on() => {
                return Err(PathError::EncodedSlash);
            }
            b'\\' | 0..=0x1f | 0x7f if Guard::PathCharacters.is_on() => {
                return Err(PathError::Character);
            }
            b'%' if hides_separator(rest) && Guard::DoubleEncoding.is_on() => {
                return Err(PathError::DoubleEncoded);
            }
            _ if is_unreserved(byte) => plain.push(char::from(byte)),
            _ => plain.push_str(escape),
        }
    }
    Ok(plain)
}

/// Printable ASCII without what ends a path or is read as a separator by some.
const fn is_path_character(each: char) -> bool {
    matches!(each, '!'..='~') && !matches!(each, '?' | '#' | '\\')
}

/// RFC 3986 §2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The byte that `%XY` stands for.
fn decode(escape: &str) -> Option<u8> {
    let digits = escape.strip_prefix('%')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}

/// Whether what follows `%25` makes it a doubly encoded dot, slash, backslash, percent sign or NUL.
fn hides_separator(rest: &str) -> bool {
    let next = rest.get(..2).unwrap_or_default().to_ascii_lowercase();
    matches!(next.as_str(), "2e" | "2f" | "5c" | "25" | "00")
}

/// Every escape as the byte that it stands for. What stands there must be UTF-8: an overlong `%c0%ae` is a dot to some.
fn unescape(path: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&first, tail)) = rest.split_first() {
        let escape = rest
            .get(..3)
            .and_then(|escape| std::str::from_utf8(escape).ok());
        let decoded = escape.and_then(decode);
        bytes.push(decoded.unwrap_or(first));
        rest = decoded.and_then(|_| rest.get(3..)).unwrap_or(tail);
    }
    bytes
}

/// Whether a server that decodes further finds a dot, a separator or NUL (`%25%2532e` is a dot to one that decodes three
/// times), or is not done soon.
fn hides_deeper(mut decoded: Vec<u8>) -> bool {
    let count = |bytes: &[u8]| {
        bytes
            .iter()
            .filter(|byte| matches!(byte, b'.' | b'/' | b'\\' | 0))
            .count()
    };
    for _ in 0..MAX_DECODINGS {
        let further = unescape(&decoded);
        if further.len() == decoded.len() {
            return false;
        }
        if count(&further) > count(&decoded) {
            return true;
        }
        decoded = further;
    }
    true
}

/// Folds `.`, `..` and empty segments. A final slash stays: it means something to servers.
fn fold(path: &str) -> Result<String, PathError> {
    let mut kept: Vec<&str> = Vec::new();
    let mut folder = true;
    for segment in path.split('/').skip(1) {
        folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." if Guard::DotSegments.is_on() => {
                if kept.pop().is_none() && Guard::AboveRoot.is_on() {
                    return Err(PathError::AboveRoot);
                }
            }
            _ if is_dot_parameter(segment) && Guard::DotParameter.is_on() => {
                return Err(PathError::DotParameter);
            }
            _ => kept.push(segment),
        }
    }
    let mut canonical = String::with_capacity(path.len());
    for segment in &kept {
        canonical.push('/');
        canonical.push_str(segment);
    }
    if folder {
        canonical.push('/');
    }
    Ok(canonical)
}

/// `.;x` and `..;x`, with the semicolon encoded or not.
fn is_dot_parameter(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    let rest = lower.trim_start_matches('.');
    let dots = lower.len() - rest.len();
    (1..=2).contains(&dots) && (rest.starts_with(';') || rest.starts_with("%3b"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(path: &str) -> Result<String, PathError> {
        UrlPath::canonicalise(path).map(|path| path.to_string())
    }

    #[test]
    fn dot_segments_fold_however_they_are_spelt() {
        for path in [
            "/v1/../admin",
            "/v1/./../admin",
            "/v1/%2e%2e/admin",
            "/v1/.%2E/admin",
            "//v1//..//admin",
        ] {
            assert_eq!(canonical(path).unwrap(), "/admin", "{path}");
        }
        assert_eq!(canonical("/").unwrap(), "/");
        assert_eq!(canonical("//").unwrap(), "/");
        assert_eq!(canonical("/a/").unwrap(), "/a/");
        assert_eq!(canonical("/a/b/..").unwrap(), "/a/");
        assert_eq!(canonical("/a/.").unwrap(), "/a/");
    }

    #[test]
    fn data_stays_as_it_is() {
        for path in [
            "/a%20b",
            "/%E2%82%AC",
            "/a;b=c",
            "/~x/@y:z",
            "/a/...",
            "/a/..b",
            "/.well-known/x",
            "/a%25b",
            "/a!$&'()*+,=",
        ] {
            assert_eq!(canonical(path).unwrap(), path);
        }
        assert_eq!(canonical("/%61%2d").unwrap(), "/a-");
        let kept = UrlPath::canonicalise_with("/@scope%2fname", EncodedSlash::Keep).unwrap();
        assert_eq!(kept.as_str(), "/@scope%2fname");
    }

    #[test]
    fn what_servers_disagree_about_is_refused() {
        use PathError::{
            AboveRoot, Character, DotParameter, DoubleEncoded, EncodedSlash, Escape, NotAbsolute,
            TooLong, Utf8,
        };
        for (path, error) in [
            ("", NotAbsolute),
            ("v1", NotAbsolute),
            ("*", NotAbsolute),
            ("/../../x", AboveRoot),
            ("/v1/..%2fadmin", EncodedSlash),
            ("/v1/%2F", EncodedSlash),
            ("/v1/..%5cadmin", Character),
            ("/v1\\..\\x", Character),
            ("/v1/%252e%252e/x", DoubleEncoded),
            ("/v1/%252F", DoubleEncoded),
            ("/v1/%25252e", DoubleEncoded),
            ("/v1/%25%32e", DoubleEncoded),
            ("/v1/%25%2532e", DoubleEncoded),
            ("/v1/%25%2535c", DoubleEncoded),
            ("/v1/..;/admin", DotParameter),
            ("/v1/%2e%2e%3b/admin", DotParameter),
            ("/a%00b", Character),
            ("/a\0b", Character),
            ("/a b", Character),
            ("/a\r\nb", Character),
            ("/é", Character),
            ("/a?b", Character),
            ("/a#b", Character),
            ("/%c0%ae%c0%ae/x", Utf8),
            ("/%ff", Utf8),
            ("/%", Escape),
            ("/%2", Escape),
            ("/%zz", Escape),
            ("/%+1", Escape),
        ] {
            assert_eq!(canonical(path), Err(error), "{path:?}");
        }
        assert_eq!(
            canonical(&format!("/{}", "a".repeat(MAX_LENGTH))),
            Err(TooLong)
        );
    }

    proptest! {
        #[test]
        fn never_panics_and_is_idempotent(path in "(/|%2e|%2E|\\.|%25|%32|%2f|%c3%a9|[a-z;%\\\\é]){0,20}") {
            for slash in [EncodedSlash::Refuse, EncodedSlash::Keep] {
                if let Ok(once) = UrlPath::canonicalise_with(&path, slash) {
                    let canonical = UrlPath::canonical(&path, slash).unwrap();
                    prop_assert_eq!(canonical.as_ref(), once.as_str());
                    let twice = UrlPath::canonicalise_with(once.as_str(), slash);
                    prop_assert_eq!(twice, Ok(once.clone()));
                    prop_assert!(!once.as_str().contains("//"));
                    prop_assert!(!once.segments().any(|segment| matches!(segment, "." | "..")));
                }
            }
        }

        #[test]
        fn what_is_canonical_at_first_sight_is_so_at_the_second(path in "(/|%2e|%20|%2f|%25|%3b|%c3%a9|\\.|[a-z;~]|//){0,12}") {
            for slash in [EncodedSlash::Refuse, EncodedSlash::Keep] {
                if is_plainly_canonical(&path, slash) {
                    let careful = UrlPath::canonicalise_with(&path, slash);
                    prop_assert_eq!(careful.map(|path| path.0), Ok(path.clone()));
                }
            }
        }

        #[test]
        fn any_text_is_survived(path in ".{0,60}") {
            let _ = UrlPath::canonicalise(&path);
        }
    }
}
