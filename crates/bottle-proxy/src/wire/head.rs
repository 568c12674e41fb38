//! The one grammar of a request head that this proxy passes on.
//!
//! HTTP libraries forgive much (two framings at once, bare line feeds, folded lines), each in its own way, and request
//! smuggling lives in the difference. So a head is read here first, by the letter of RFC 9112; what is not plain is
//! refused before any library sees it.

use bottle_core::Guard;
use thiserror::Error;

/// The most header lines of one head; the library behind us reserves room for as many.
const MAX_HEADERS: usize = 100;

/// Digits of a `Content-Length` that surely fit 64 bits.
const MAX_LENGTH_DIGITS: usize = 18;

/// Headers that say how a message is framed or where it goes. `Connection` must not nominate them.
const FRAMING: [&str; 3] = ["content-length", "transfer-encoding", "host"];

/// What follows a head on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    /// No body: the next head.
    Nothing,
    /// A body of so many bytes.
    Length(u64),
    /// A chunked body.
    Chunks,
    /// Another protocol, if the answer says so; the next head if not.
    Upgrade,
    /// `CONNECT`: from here on the bytes are not HTTP of this connection any more.
    Tunnel,
}

/// Why a request head is refused.
#[derive(Debug, Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub(crate) enum HeadError {
    #[error("the request line is not `METHOD target HTTP/1.x`")]
    RequestLine,
    #[error("a header line is malformed")]
    HeaderLine,
    #[error("too many header lines")]
    TooManyHeaders,
    #[error("content-length is not one plain number")]
    ContentLength,
    #[error("transfer-encoding is not `chunked`")]
    TransferEncoding,
    #[error("content-length and transfer-encoding together")]
    TwoFramings,
    #[error("exactly one host header is needed")]
    Host,
    #[error("connection names a framing header")]
    Connection,
    #[error("CONNECT with a body")]
    ConnectBody,
}

/// Checks a whole head, `\r\n\r\n` included, and says what follows it.
///
/// # Errors
///
/// [`HeadError`] for everything that two readers could understand in two ways.
pub(crate) fn check(head: &[u8]) -> Result<Follows, HeadError> {
    let text = head
        .strip_suffix(b"\r\n\r\n")
        .ok_or(HeadError::HeaderLine)?;
    let mut lines = Lines(Some(text));
    let line = RequestLine::parse(lines.next().ok_or(HeadError::RequestLine)?)?;
    let mut framing = Framing::default();
    for (count, header) in lines.enumerate() {
        if count >= MAX_HEADERS {
            return Err(HeadError::TooManyHeaders);
        }
        framing.see(header, line.version)?;
    }
    framing.finish(&line)
}

/// Whether the first line of a head that is not complete yet can still become one. Nothing is said while it grows.
pub(crate) fn starts_well(unfinished: &[u8]) -> bool {
    let Some(end) = unfinished.iter().position(|byte| *byte == b'\n') else {
        return true;
    };
    let line = unfinished
        .get(..end)
        .and_then(|line| line.strip_suffix(b"\r"));
    line.is_some_and(|line| RequestLine::parse(line).is_ok())
}

/// Splits at `\r\n` only; a lone CR or LF stays inside a line and is refused there.
struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0?;
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            self.0 = None;
            return Some(rest);
        };
        let (line, tail) = rest.split_at(end);
        self.0 = tail.get(2..);
        Some(line)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Http10,
    Http11,
}

struct RequestLine {
    is_connect: bool,
    version: Version,
}

impl RequestLine {
    fn parse(line: &[u8]) -> Result<Self, HeadError> {
        let mut parts = line.split(|byte| *byte == b' ');
        let (Some(method), Some(target), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(HeadError::RequestLine);
        };
        let version = match version {
            b"HTTP/1.1" => Version::Http11,
            b"HTTP/1.0" => Version::Http10,
            _ => return Err(HeadError::RequestLine),
        };
        let plain_target = !target.is_empty()
            && target
                .iter()
                .all(|byte| byte.is_ascii_graphic() && *byte != b'#');
        if (!is_token(method) || !plain_target) && Guard::RequestLine.is_on() {
            return Err(HeadError::RequestLine);
        }
        Ok(Self {
            is_connect: method == b"CONNECT",
            version,
        })
    }
}

#[derive(Default)]
struct Framing {
    length: Option<u64>,
    chunked: bool,
    upgrade: bool,
    hosts: usize,
}

impl Framing {
    fn see(&mut self, line: &[u8], version: Version) -> Result<(), HeadError> {
        let colon = line
            .iter()
            .position(|byte| *byte == b':')
            .ok_or(HeadError::HeaderLine)?;
        let (name, rest) = line.split_at(colon);
        let value = trim(rest.get(1..).unwrap_or_default());
        if !is_token(name) || !value.iter().all(|byte| is_value_byte(*byte)) {
            return Err(HeadError::HeaderLine);
        }
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => self.hosts += 1,
            7 if name.eq_ignore_ascii_case(b"upgrade") => self.upgrade = true,
            10 if name.eq_ignore_ascii_case(b"connection") => check_connection(value)?,
            14 if name.eq_ignore_ascii_case(b"content-length") => self.see_length(value)?,
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                self.see_coding(value, version)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn see_length(&mut self, value: &[u8]) -> Result<(), HeadError> {
        let plain =
            (1..=MAX_LENGTH_DIGITS).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
        if (!plain || self.length.is_some()) && Guard::LengthDigits.is_on() {
            return Err(HeadError::ContentLength);
        }
        let digits = std::str::from_utf8(value).map_err(|_| HeadError::ContentLength)?;
        self.length = Some(digits.parse().map_err(|_| HeadError::ContentLength)?);
        Ok(())
    }

    fn see_coding(&mut self, value: &[u8], version: Version) -> Result<(), HeadError> {
        let plain = version == Version::Http11 && value.eq_ignore_ascii_case(b"chunked");
        if (self.chunked || !plain) && Guard::Codings.is_on() {
            return Err(HeadError::TransferEncoding);
        }
        self.chunked = true;
        Ok(())
    }

    fn finish(self, line: &RequestLine) -> Result<Follows, HeadError> {
        let one_host = match line.version {
            Version::Http11 => self.hosts == 1,
            Version::Http10 => self.hosts <= 1,
        };
        if !one_host && Guard::OneHost.is_on() {
            return Err(HeadError::Host);
        }
        match (line.is_connect, self.chunked, self.length) {
            (_, true, Some(_)) if Guard::TwoFramings.is_on() => Err(HeadError::TwoFramings),
            (true, false, None | Some(0)) => Ok(Follows::Tunnel),
            (true, _, _) => Err(HeadError::ConnectBody),
            (false, true, _) => Ok(Follows::Chunks),
            (false, false, None | Some(0)) if self.upgrade => Ok(Follows::Upgrade),
            (false, false, None | Some(0)) => Ok(Follows::Nothing),
            (false, false, Some(length)) => Ok(Follows::Length(length)),
        }
    }
}

fn check_connection(value: &[u8]) -> Result<(), HeadError> {
    let nominates = |token: &[u8]| {
        FRAMING
            .iter()
            .any(|name| token.eq_ignore_ascii_case(name.as_bytes()))
    };
    if value
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(nominates)
        && Guard::FramingNominated.is_on()
    {
        return Err(HeadError::Connection);
    }
    Ok(())
}

fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// A value without the blanks around it (RFC 9110 §5.5). A line feed is none: to the library it ends the line.
fn trim(value: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let first = value.iter().position(is_text);
    let last = value.iter().rposition(is_text);
    let text = first
        .zip(last)
        .and_then(|(first, last)| value.get(first..=last));
    text.unwrap_or_default()
}

fn is_value_byte(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x7e | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::{Follows, HeadError, check};

    fn head(lines: &str) -> Result<Follows, HeadError> {
        check(format!("{}\r\n\r\n", lines.replace('\n', "\r\n")).as_bytes())
    }

    #[test]
    fn plain_heads_pass() {
        assert_eq!(head("GET / HTTP/1.1\nHost: a.test"), Ok(Follows::Nothing));
        assert_eq!(head("GET / HTTP/1.0"), Ok(Follows::Nothing));
        assert_eq!(
            head("GET / HTTP/1.1\nHost: a.test\nUpgrade: websocket"),
            Ok(Follows::Upgrade)
        );
        assert_eq!(
            head("POST / HTTP/1.1\nhost:a.test\ncontent-length: 12"),
            Ok(Follows::Length(12))
        );
        assert_eq!(
            head("POST / HTTP/1.1\nHOST: a.test\nTransfer-Encoding: Chunked"),
            Ok(Follows::Chunks)
        );
        assert_eq!(
            head("CONNECT a.test:443 HTTP/1.1\nHost: a.test:443"),
            Ok(Follows::Tunnel)
        );
        assert_eq!(
            head("GET / HTTP/1.1\nHost: a\nConnection: TE, close\nTE: trailers"),
            Ok(Follows::Nothing)
        );
        assert_eq!(
            head("GET / HTTP/1.1\nHost: a\nX: caf\u{e9}\tx"),
            Ok(Follows::Nothing)
        );
    }

    #[test]
    fn request_lines_are_strict() {
        for line in [
            "GET  / HTTP/1.1",
            "GET / HTTP/1.1 ",
            "GET / HTTP/2.0",
            "GET /",
            "GET\t/ HTTP/1.1",
            " GET / HTTP/1.1",
            "GET / http/1.1",
            "G(T / HTTP/1.1",
            "GET /\u{e9} HTTP/1.1",
            "GET /#x HTTP/1.1",
            "GET /\u{7f} HTTP/1.1",
            "",
        ] {
            assert_eq!(
                head(&format!("{line}\nHost: a")),
                Err(HeadError::RequestLine),
                "{line:?}"
            );
        }
    }

    #[test]
    fn framing_is_unambiguous() {
        for (lines, error) in [
            (
                "Content-Length: 3\nTransfer-Encoding: chunked",
                HeadError::TwoFramings,
            ),
            (
                "Transfer-Encoding: chunked\nContent-Length: 3",
                HeadError::TwoFramings,
            ),
            (
                "Content-Length: 3\nContent-Length: 3",
                HeadError::ContentLength,
            ),
            ("Content-Length: 3, 3", HeadError::ContentLength),
            ("Content-Length: +3", HeadError::ContentLength),
            ("Content-Length: 0x3", HeadError::ContentLength),
            ("Content-Length:", HeadError::ContentLength),
            (
                "Content-Length: 9999999999999999999",
                HeadError::ContentLength,
            ),
            (
                "Transfer-Encoding: gzip, chunked",
                HeadError::TransferEncoding,
            ),
            ("Transfer-Encoding: xchunked", HeadError::TransferEncoding),
            (
                "Transfer-Encoding: chunked\nTransfer-Encoding: chunked",
                HeadError::TransferEncoding,
            ),
            ("Connection: close, Content-Length", HeadError::Connection),
            ("Connection: host", HeadError::Connection),
            ("Host: b", HeadError::Host),
            ("Authorization : x", HeadError::HeaderLine),
            ("X: a\n folded", HeadError::HeaderLine),
            ("no colon", HeadError::HeaderLine),
            (": x", HeadError::HeaderLine),
            ("X: a\u{0}b", HeadError::HeaderLine),
            ("X: a\u{c}", HeadError::HeaderLine),
        ] {
            assert_eq!(
                head(&format!("POST / HTTP/1.1\nHost: a\n{lines}")),
                Err(error),
                "{lines:?}"
            );
        }
        assert_eq!(head("GET / HTTP/1.1"), Err(HeadError::Host));
        assert_eq!(
            head("CONNECT a:1 HTTP/1.1\nHost: a\nContent-Length: 4"),
            Err(HeadError::ConnectBody)
        );
        assert_eq!(
            check(b"GET / HTTP/1.1\nHost: a\r\n\r\n"),
            Err(HeadError::RequestLine)
        );
        assert_eq!(
            check(b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
            Err(HeadError::HeaderLine)
        );
        // At the end of a value, too: it hides a line.
        for hidden in ["X:\nContent-Length: 5", "X: \n Y: z", "X: a\n", "X: a\r"] {
            let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{hidden}\r\n\r\n");
            assert_eq!(
                check(head.as_bytes()),
                Err(HeadError::HeaderLine),
                "{hidden:?}"
            );
        }
    }

    #[test]
    fn a_wrong_first_line_is_seen_before_the_head_is_whole() {
        assert!(super::starts_well(b"GET / HT"));
        assert!(super::starts_well(b"GET / HTTP/1.1\r\nHos"));
        assert!(!super::starts_well(b"EHLO me\r\n"));
        assert!(!super::starts_well(b"GET / HTTP/1.1\n"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = (check(&bytes), super::starts_well(&bytes));
            let mut ended = bytes;
            ended.extend_from_slice(b"\r\n\r\n");
            let _ = check(&ended);
        }
    }
}
