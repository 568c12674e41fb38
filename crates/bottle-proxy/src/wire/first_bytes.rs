//! What a connection speaks, told from its first bytes.

use std::io;

use bottle_core::Guard;
use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use super::Prefixed;
use crate::limits::{FIRST_BYTES_BUFFER, FIRST_BYTES_TIMEOUT};

/// The longest method token that is looked at (`VERSION-CONTROL` has 15 letters).
const MAX_METHOD: usize = 32;

/// The protocol behind some first bytes. There is no "probably": what is neither is unknown and gets closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FirstBytes {
    /// A TLS handshake record.
    Tls,
    /// An HTTP/1 request line may follow.
    Http,
    /// The preface of HTTP/2 begins.
    Http2,
    /// None of these (SOCKS, an SSH banner, …).
    Unknown,
    /// Too few bytes to tell.
    NeedMore,
}

impl FirstBytes {
    /// Tells the protocol from the bytes that a client sent first.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [] | [0x16] => Self::NeedMore,
            [0x16, 0x03, ..] => Self::Tls,
            [first, ..] if first.is_ascii_uppercase() => Self::of_method(bytes),
            _ if Guard::FirstBytes.is_on() => Self::Unknown,
            _ => Self::Http,
        }
    }

    fn of_method(bytes: &[u8]) -> Self {
        let is_method = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'-';
        let length = bytes.iter().take_while(|byte| is_method(byte)).count();
        match (bytes.split_at(length), length) {
            ((b"PRI", [b' ', ..]), _) => Self::Http2,
            ((_, [b' ', ..]), 1..=MAX_METHOD) => Self::Http,
            ((_, []), 1..=MAX_METHOD) => Self::NeedMore,
            _ => Self::Unknown,
        }
    }
}

/// Reads until the protocol is known and gives the bytes back in front of the stream.
///
/// An early end of the stream is [`FirstBytes::Unknown`].
///
/// # Errors
///
/// The stream's own errors, and `TimedOut` when the client does not make itself known in time.
pub(crate) async fn sniff<S: AsyncRead + Unpin>(
    mut stream: S,
    already: BytesMut,
) -> io::Result<(FirstBytes, Prefixed<S>)> {
    let mut seen = already;
    let deadline = async {
        loop {
            match FirstBytes::of(&seen) {
                FirstBytes::NeedMore => {}
                known => return Ok::<_, io::Error>(known),
            }
            seen.reserve(FIRST_BYTES_BUFFER);
            if stream.read_buf(&mut seen).await? == 0 {
                return Ok(FirstBytes::Unknown);
            }
        }
    };
    let kind = timeout(FIRST_BYTES_TIMEOUT, deadline).await??;
    Ok((kind, Prefixed::new(stream, seen)))
}

#[cfg(test)]
mod tests {
    use super::FirstBytes::{self, Http, Http2, NeedMore, Tls, Unknown};

    #[test]
    fn tells_tls_http_and_the_rest_apart() {
        let cases: &[(&[u8], FirstBytes)] = &[
            (b"", NeedMore),
            (b"\x16", NeedMore),
            (b"\x16\x03\x01", Tls),
            (b"\x16\x02", Unknown),
            (b"G", NeedMore),
            (b"GET", NeedMore),
            (b"GET /", Http),
            (b"M-SEARCH *", Http),
            (b"POST /", Http),
            (b"PRO", NeedMore),
            (b"PROPFIND /", Http),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Http2),
            (b"PRIX / HTTP/1.1", Http),
            (b"PRI\r\n", Unknown),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Unknown),
            (b"\x05\x01\x00", Unknown),
            (b"\x04\x01\x00\x50", Unknown),
            (b"get / HTTP/1.1", Unknown),
            (b" GET /", Unknown),
            (b"\r\nGET /", Unknown),
            (b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", Unknown),
        ];
        for (bytes, expected) in cases {
            assert_eq!(FirstBytes::of(bytes), *expected, "{}", bytes.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn more_bytes_never_change_an_answer(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64), cut in 0_usize..64) {
            let first = FirstBytes::of(bytes.get(..cut).unwrap_or(&bytes));
            if first != NeedMore {
                proptest::prop_assert_eq!(FirstBytes::of(&bytes), first);
            }
        }
    }
}
