//! Which answers are looked at for orders to the model, and in which codings they are asked for.

use std::sync::Arc;

use bottle_core::Guard;
use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, HeaderValue, Method};

use super::policy::Scanning;
use crate::gate::Work;
use crate::headers::tokens;
use crate::watch::{Room, Watch};

/// Codings that can be taken off while an answer flows.
const READABLE: [&[u8]; 4] = [b"gzip", b"x-gzip", b"deflate", b"identity"];

/// How the answer to a request is watched; none where the policy says so, and where there will be no body.
pub(super) fn watch(scanning: &Scanning<'_>, room: &Arc<Room>, work: &mut Work) -> Option<Watch> {
    if !scanning.scan_response || work.method == Method::HEAD {
        return None;
    }
    if Guard::AskedCodings.is_on() {
        ask_for_readable(&mut work.headers);
    }
    Some(Watch {
        dlp: Arc::clone(scanning.dlp),
        room: Arc::clone(room),
    })
}

/// Leaves the codings that can be taken off, as the client weighs them. Where none is left the answer comes plain.
fn ask_for_readable(headers: &mut HeaderMap) {
    if !headers.contains_key(ACCEPT_ENCODING) {
        return;
    }
    let readable: Vec<&[u8]> = tokens(headers, &ACCEPT_ENCODING)
        .filter(|token| is_readable(token))
        .collect();
    let asked = HeaderValue::from_bytes(&readable.join(&b", "[..])).ok();
    let asked = asked.filter(|asked| !asked.is_empty());
    headers.insert(
        ACCEPT_ENCODING,
        asked.unwrap_or(HeaderValue::from_static("identity")),
    );
}

fn is_readable(token: &[u8]) -> bool {
    let coding = token.split(|byte| *byte == b';').next().unwrap_or_default();
    let coding = coding.trim_ascii();
    READABLE
        .iter()
        .any(|each| coding.eq_ignore_ascii_case(each))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(fields: &[&'static str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_static(field));
        }
        ask_for_readable(&mut headers);
        let values = headers.get_all(ACCEPT_ENCODING).iter();
        values
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn only_what_can_be_read_is_asked_for() {
        for (fields, expected) in [
            (&["gzip, deflate, br, zstd"][..], "gzip, deflate"),
            (&["br;q=1.0, GZIP;q=0.8", "*;q=0.1"], "GZIP;q=0.8"),
            (&["identity;q=0, gzip"], "identity;q=0, gzip"),
            (&["br"], "identity"),
            (&["*"], "identity"),
            (&[""], "identity"),
            (&["gzipped"], "identity"),
        ] {
            assert_eq!(asked(fields), [expected], "{fields:?}");
        }
        assert!(asked(&[]).is_empty());
    }
}
