//! How a request body is looked at.

use bottle_core::LargeBodies;
use bottle_pipelock::{is_enveloped, is_media_type};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

/// Media types that have no structure in which a secret could be cut, by the beginning of their names.
const PLAIN: [&str; 13] = [
    "application/octet-stream",
    "application/pdf",
    "application/vnd.oci.image.layer.",
    "application/wasm",
    "application/x-git-",
    "application/x-tar",
    "application/zip",
    "audio/",
    "font/",
    "image/",
    "text/csv",
    "text/plain",
    "video/",
];

/// How a request body is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Message by message, as they come.
    Messages,
    /// As text, which may flow, unless its first bytes say otherwise.
    Plain,
    /// As a whole, taken apart.
    Structured,
    /// As a whole, without its compression.
    Packed,
}

impl Kind {
    /// What the header fields say of the body.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let media_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        if codings.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
            Self::Packed
        } else if is_enveloped(media_type) {
            Self::Messages
        } else if is_media_type(media_type, &PLAIN) {
            Self::Plain
        } else {
            Self::Structured
        }
    }

    /// Whether a body that is too large to be held may be looked at while it flows.
    pub(super) fn may_flow(self, large_bodies: LargeBodies) -> bool {
        match self {
            Self::Plain => true,
            Self::Packed => false,
            Self::Structured | Self::Messages => large_bodies == LargeBodies::Text,
        }
    }

    /// The same, after a look at the first bytes.
    pub(super) fn seen(self, first: &[u8]) -> Self {
        let text = first.trim_ascii_start();
        let has_structure = matches!(
            text,
            [b'{' | b'[' | b'<', ..]
                | [b'-', b'-', ..]
                | [0x1f, 0x8b, ..]
                | [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..]
                | [0x28, 0xb5, 0x2f, 0xfd, ..]
        );
        match self {
            Self::Plain if has_structure => Self::Structured,
            kind => kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(fields: &[(&str, &str)]) -> Kind {
        let fields = fields
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Kind::of(&fields.collect::<HeaderMap>())
    }

    #[test]
    fn what_the_fields_say() {
        assert_eq!(kind(&[]), Kind::Structured);
        assert_eq!(
            kind(&[("content-type", "application/json")]),
            Kind::Structured
        );
        assert_eq!(kind(&[("content-type", "Image/PNG")]), Kind::Plain);
        assert_eq!(
            kind(&[("content-type", "application/x-git-receive-pack-request")]),
            Kind::Plain
        );
        assert_eq!(
            kind(&[("content-type", "application/grpc+proto")]),
            Kind::Messages
        );
        assert_eq!(
            kind(&[("content-type", "image/png"), ("content-encoding", "gzip")]),
            Kind::Packed
        );
    }

    #[test]
    fn what_the_first_bytes_say() {
        assert_eq!(Kind::Plain.seen(b"PACK\0\0"), Kind::Plain);
        for first in [
            &b" {\"a\":1}"[..],
            b"<a>",
            b"--x",
            b"\x1f\x8b\x08",
            b"x\x9c",
        ] {
            assert_eq!(Kind::Plain.seen(first), Kind::Structured);
            assert_eq!(Kind::Messages.seen(first), Kind::Messages);
        }
    }
}
