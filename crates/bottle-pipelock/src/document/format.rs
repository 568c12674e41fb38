//! What the name of a file says about it.

/// Endings of names, with the media type that such files are sent with.
const MEDIA_TYPES: &[(&str, &[u8])] = &[
    ("atom", b"application/xml"),
    ("geojson", b"application/json"),
    ("har", b"application/json"),
    ("htm", b"text/html"),
    ("html", b"text/html"),
    ("ipynb", b"application/json"),
    ("json", b"application/json"),
    ("jsonl", b"application/json"),
    ("ndjson", b"application/json"),
    ("plist", b"application/xml"),
    ("rss", b"application/xml"),
    ("svg", b"application/xml"),
    ("webmanifest", b"application/json"),
    ("xhtml", b"text/html"),
    ("xml", b"application/xml"),
];
/// Endings of what is compressed in a way that its first bytes show.
const COMPRESSED: &[&str] = &["gz", "zlib", "zst"];
/// The ending of what is compressed with Brotli.
const BROTLI: &str = "br";

/// What the name of a file says about it; its first bytes are asked as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    /// The media type of what is in it.
    pub(super) media_type: Option<&'static [u8]>,
    /// The coding that its bytes do not show.
    pub(super) coding: Option<&'static [u8]>,
}

impl Format {
    /// By the last ending, and by the one in front where the last one is a compression.
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let mut endings = name.rsplit('.');
        let last = endings.next().unwrap_or_default();
        let is_brotli = last == BROTLI;
        let ending = if is_brotli || COMPRESSED.contains(&last) {
            endings.next().unwrap_or_default()
        } else {
            last
        };
        let mut known = MEDIA_TYPES.iter();
        Self {
            media_type: known
                .find(|(known, _)| *known == ending)
                .map(|(_, media_type)| *media_type),
            coding: is_brotli.then_some(b"br"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_and_the_one_in_front_of_a_compression() {
        let json: Option<&[u8]> = Some(b"application/json");
        let of = |name: &str| {
            let Format { media_type, coding } = Format::of(name);
            (media_type, coding.is_some())
        };
        assert_eq!(of("a.json"), (json, false));
        assert_eq!(of("logs/a.JSON.gz"), (json, false));
        assert_eq!(of("a.ndjson.br"), (json, true));
        for text in ["", "notes", "notes.txt", "a.json.bak", ".gz"] {
            assert_eq!(of(text), (None, false), "{text}");
        }
    }
}
