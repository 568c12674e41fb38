//! Which answers are looked at, and which of them can be held.

use bottle_pipelock::is_enveloped;
use http::header::CONTENT_TYPE;
use http::response::Parts;
use http::{HeaderMap, StatusCode};

use crate::headers::is_among;
use crate::limits::RESPONSE_HOLD_BYTES;

/// How an answer is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) flow: Flow,
    pub(super) certainty: Certainty,
}

/// Whether an answer waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It is held until it was looked at, as far as it is short and quick.
    Held,
    /// It goes on as it comes.
    Free,
}

/// Whether an answer is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// Its type says so.
    Text,
    /// Its first bytes have to tell.
    Unknown,
}

/// Types whose pieces somebody waits for. Sorted.
const EVENTS: [&str; 7] = [
    "application/json-seq",
    "application/jsonl",
    "application/ndjson",
    "application/stream+json",
    "application/x-ndjson",
    "multipart/x-mixed-replace",
    "text/event-stream",
];

/// Types under `application/` that are text. Sorted.
const TEXTS: [&str; 10] = [
    "ecmascript",
    "graphql",
    "javascript",
    "json",
    "rtf",
    "sql",
    "x-javascript",
    "x-www-form-urlencoded",
    "xml",
    "yaml",
];

/// Types under `application/` that no model reads as they are. Others are looked at if they begin like a text. Sorted.
const BINARY: [&str; 19] = [
    "gzip",
    "java-archive",
    "pdf",
    "vnd.debian.binary-package",
    "vnd.ms-fontobject",
    "vnd.rar",
    "wasm",
    "x-7z-compressed",
    "x-bzip2",
    "x-compressed-tar",
    "x-git-receive-pack-result",
    "x-git-upload-pack-result",
    "x-gzip",
    "x-rpm",
    "x-tar",
    "x-xz",
    "x-zip-compressed",
    "zip",
    "zstd",
];

impl Kind {
    /// How an answer with these fields and, if it is known, this length is looked at; none when it is not.
    pub(super) fn of(parts: &Parts, length: Option<u64>) -> Option<Self> {
        let status = parts.status;
        let is_bare = status.is_informational()
            || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&status);
        if is_bare || length == Some(0) {
            return None;
        }
        let media = media_type(&parts.headers);
        // In a call either side waits for the other.
        let is_call = is_enveloped(Some(media.as_bytes()));
        let is_event = is_call || is_among(&EVENTS, &media);
        let certainty = match certainty(&media) {
            _ if is_event => Certainty::Text,
            certainty => certainty?,
        };
        let cap = u64::try_from(RESPONSE_HOLD_BYTES).unwrap_or(u64::MAX);
        let is_long = length.is_some_and(|length| length > cap);
        let flow = if is_event || is_long {
            Flow::Free
        } else {
            Flow::Held
        };
        Some(Self { flow, certainty })
    }
}

/// The media type alone, in lower case; empty where there is none. When several are named, nobody knows which one
/// counts.
fn media_type(headers: &HeaderMap) -> String {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return String::new();
    };
    let value = value.to_str().unwrap_or_default();
    let media = value.split(';').next().unwrap_or_default();
    media.trim().to_ascii_lowercase()
}

/// Whether a media type is text; none where it says that it is not.
fn certainty(media: &str) -> Option<Certainty> {
    let (family, kind) = media.split_once('/').unwrap_or_default();
    let suffix = kind.rsplit_once('+').map(|(_, suffix)| suffix);
    if matches!(suffix, Some("json" | "xml" | "yaml")) {
        return Some(Certainty::Text);
    }
    let is_packed = matches!(suffix, Some("gzip" | "zip" | "zstd"));
    match family {
        "text" => Some(Certainty::Text),
        "application" if is_among(&TEXTS, kind) => Some(Certainty::Text),
        "application" if is_packed || is_among(&BINARY, kind) => None,
        "audio" | "font" | "image" | "video" => None,
        _ => Some(Certainty::Unknown),
    }
}

/// How many bytes tell whether a text is one.
pub(super) const TELLING: usize = 512;

/// Whether bytes may be the beginning of a text: none of them is one that texts have not (MIME Sniffing, section 3,
/// "binary data byte").
pub(super) fn is_text(beginning: &[u8]) -> bool {
    let is_binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    !beginning.iter().take(TELLING).any(is_binary)
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::*;

    fn kind(media: &str, length: Option<u64>) -> Option<Kind> {
        let response = Response::builder().header(CONTENT_TYPE, media).body(());
        Kind::of(&response.unwrap().into_parts().0, length)
    }

    fn certain(media: &str) -> Option<Certainty> {
        kind(media, None).map(|kind| kind.certainty)
    }

    #[test]
    fn lists_are_sorted() {
        let lists: [&[&str]; 3] = [&EVENTS, &TEXTS, &BINARY];
        assert!(lists.iter().all(|list| list.is_sorted()));
    }

    #[test]
    fn texts_are_looked_at_and_pictures_are_not() {
        for media in [
            "text/html; charset=utf-8",
            "TEXT/Plain",
            "application/json",
            "application/vnd.github+json",
            "image/svg+xml",
            "text/event-stream",
        ] {
            assert_eq!(certain(media), Some(Certainty::Text), "{media}");
        }
        for media in [
            "image/png",
            "video/mp4",
            "font/woff2",
            "application/zip",
            "application/wasm",
            "application/x-git-upload-pack-result",
            "application/vnd.oci.image.layer.v1.tar+gzip",
        ] {
            assert_eq!(certain(media), None, "{media}");
        }
        for media in [
            "",
            "image",
            "application/octet-stream",
            "binary/octet-stream",
            "application/x-unheard-of",
            "x/y, image/png",
        ] {
            assert_eq!(certain(media), Some(Certainty::Unknown), "{media}");
        }
    }

    #[test]
    fn several_types_are_none() {
        let response = Response::builder().header(CONTENT_TYPE, "image/png");
        let response = response.header(CONTENT_TYPE, "text/html").body(());
        let kind = Kind::of(&response.unwrap().into_parts().0, None).unwrap();
        assert_eq!(kind.certainty, Certainty::Unknown);
    }

    #[test]
    fn events_and_what_is_long_are_not_held() {
        let flow = |media, length| kind(media, length).map(|kind| kind.flow);
        let cap = u64::try_from(RESPONSE_HOLD_BYTES).unwrap();
        assert_eq!(flow("text/html", None), Some(Flow::Held));
        assert_eq!(flow("text/html", Some(cap)), Some(Flow::Held));
        assert_eq!(flow("text/html", Some(cap + 1)), Some(Flow::Free));
        assert_eq!(flow("text/event-stream", None), Some(Flow::Free));
        assert_eq!(flow("application/grpc", Some(9)), Some(Flow::Free));
        assert_eq!(flow("application/grpc-web+proto", None), Some(Flow::Free));
        assert_eq!(flow("text/html", Some(0)), None);
    }

    #[test]
    fn answers_without_a_body_are_not_looked_at() {
        for status in [204, 304] {
            let response = Response::builder().status(status).body(());
            assert_eq!(Kind::of(&response.unwrap().into_parts().0, None), None);
        }
    }

    #[test]
    fn first_bytes_tell() {
        assert!(is_text("Grüße\r\n\t\u{1b}[1m".as_bytes()) && is_text(b""));
        assert!(!is_text(b"PK\x03\x04") && !is_text(b"\x89PNG\r\n\x1a\n\0"));
        let late = [vec![b' '; TELLING], vec![0]].concat();
        assert!(is_text(&late));
    }
}
