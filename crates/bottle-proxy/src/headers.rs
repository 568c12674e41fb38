//! Which header fields travel on.

use std::borrow::Cow;

use bottle_core::Guard;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, TE, TRAILER, UPGRADE};
use http::{HeaderMap, HeaderValue};

/// Fields between two neighbours only (RFC 9110 §7.6.1), in both directions. Sorted.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Request fields with which a client could make the next server believe in another path, method or sender. Sorted.
const REWRITING: [&str; 25] = [
    "alt-used",
    "forwarded",
    "via",
    "x-envoy-original-path",
    "x-forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-path",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-uri",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// Response fields that would lead a client around the proxy, or belong to the proxy. Sorted.
const LEADING_AWAY: [&str; 2] = ["alt-svc", "alt-used"];

/// Names a refusal of the inner gate to the outer one (`bottle-denial: dlp.secret`); origins cannot set it.
pub(crate) const DENIAL: HeaderName = HeaderName::from_static(DENIAL_NAME);
const DENIAL_NAME: &str = "bottle-denial";

/// Names the family of an order to the model that the inner gate found in an answer (`bottle-injection:
/// instruction-override`). It travels to the agent; origins cannot set it.
pub(crate) const INJECTION: HeaderName = HeaderName::from_static(INJECTION_NAME);
const INJECTION_NAME: &str = "bottle-injection";

/// Request fields for this proxy alone, or written anew from the permit. Sorted.
const OURS: [&str; 4] = [DENIAL_NAME, INJECTION_NAME, "expect", "host"];

/// Fields that frame, code or address a message: behind its body they mean nothing good. Sorted.
const FRAMING: [&str; 4] = [
    "content-encoding",
    "content-length",
    "content-range",
    "host",
];

/// Takes away what must not reach the next hop. `Host` goes too: it is written anew from the permit.
///
/// That the client takes trailers is said again for the next hop: gRPC does not answer without.
pub(crate) fn clean_request(headers: &mut HeaderMap) {
    let trailers = takes_trailers(headers);
    remove_nominated(headers);
    remove(headers, |name| {
        is_hop_by_hop(name)
            || (is_among(&REWRITING, name) && Guard::RewritingFields.is_on())
            || is_among(&OURS, name)
            || is_alias(name)
    });
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
}

/// A field's name as servers see it that turn names into variables (CGI, WSGI, PHP): to them `X_Api_Key` and
/// `X.Api.Key` are `X-Api-Key`.
pub(crate) fn dashed(name: &str) -> Cow<'_, str> {
    if is_plain(name) || !Guard::FieldAliases.is_on() {
        return Cow::Borrowed(name);
    }
    let mark = |letter: char| {
        if letter.is_ascii_alphanumeric() {
            letter
        } else {
            '-'
        }
    };
    Cow::Owned(name.chars().map(mark).collect())
}

fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
}

/// Whether some server takes a field for one that must not reach it.
fn is_alias(name: &str) -> bool {
    if is_plain(name) {
        return false;
    }
    let name = dashed(name);
    let lists: [&[&str]; 4] = [&REWRITING, &HOP_BY_HOP, &FRAMING, &OURS];
    Guard::FieldAliases.is_on() && lists.iter().any(|list| is_among(list, &name))
}

/// Takes away what must not reach the client.
pub(crate) fn clean_response(headers: &mut HeaderMap) {
    let trailers = announced(headers);
    remove_nominated(headers);
    remove(headers, |name| {
        is_hop_by_hop(name) || (is_among(&LEADING_AWAY, name) && Guard::LeadingAway.is_on())
    });
    if let Some(trailers) = trailers {
        headers.insert(TRAILER, trailers);
    }
}

/// What is announced behind the body and may stand there. It is said anew: HTTP/1.1 passes on nothing unannounced.
fn announced(headers: &HeaderMap) -> Option<HeaderValue> {
    if !headers.contains_key(TRAILER) {
        return None;
    }
    let nominated = nominated(headers);
    let names = tokens(headers, &TRAILER).filter_map(|name| HeaderName::from_bytes(name).ok());
    let names = names.filter(|name| !nominated.contains(name) && !is_refused_behind(name));
    let names: Vec<_> = names.collect();
    let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
    (!names.is_empty()).then(|| HeaderValue::from_str(&names.join(", ")).ok())?
}

fn is_refused_behind(name: &HeaderName) -> bool {
    let is_in = |list: &[&str]| is_among(list, name.as_str());
    is_in(&FRAMING)
        || is_in(&HOP_BY_HOP)
        || is_in(&LEADING_AWAY)
        || [DENIAL, INJECTION].contains(name)
}

/// Takes away what must not stand behind a response's body.
pub(crate) fn clean_trailers(trailers: &mut HeaderMap) {
    clean_response(trailers);
    remove(trailers, |name| is_among(&FRAMING, name));
    trailers.remove(TRAILER);
    trailers.remove(DENIAL);
    trailers.remove(INJECTION);
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    tokens(headers, &TE).any(|token| token.eq_ignore_ascii_case(b"trailers"))
}

/// Whether the client asks to leave HTTP behind. `Upgrade: h2c` is no such wish: it may be ignored, and is.
pub(crate) fn wants_upgrade(headers: &HeaderMap) -> bool {
    tokens(headers, &UPGRADE).any(|token| !token.eq_ignore_ascii_case(b"h2c"))
}

/// The comma-separated words of a field, over all its lines.
pub(crate) fn tokens<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a [u8]> {
    let values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    values
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|token| !token.is_empty())
}

fn remove_nominated(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) && Guard::Nominated.is_on() {
        for name in nominated(headers) {
            headers.remove(name);
        }
    }
}

fn is_hop_by_hop(name: &str) -> bool {
    is_among(&HOP_BY_HOP, name) && Guard::HopByHop.is_on()
}

/// Whether a name is in a sorted list.
pub(crate) fn is_among(sorted: &[&str], name: &str) -> bool {
    sorted.binary_search(&name).is_ok()
}

/// Fields that `Connection` declares to be for this hop only.
fn nominated(headers: &HeaderMap) -> Vec<HeaderName> {
    let tokens = tokens(headers, &CONNECTION);
    let names = tokens.filter_map(|token| HeaderName::from_bytes(token).ok());
    names
        .filter(|name| name != CONTENT_LENGTH && name != HOST)
        .collect()
}

/// One look at each field that is there: most of those that must go hardly ever are.
fn remove(headers: &mut HeaderMap, goes: impl Fn(&str) -> bool) {
    let names = headers.keys().filter(|name| goes(name.as_str()));
    let names: Vec<_> = names.cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn lists_are_sorted() {
        let lists: [&[&str]; 5] = [&HOP_BY_HOP, &REWRITING, &LEADING_AWAY, &FRAMING, &OURS];
        assert!(lists.iter().all(|list| list.is_sorted()));
    }

    #[test]
    fn only_end_to_end_fields_travel() {
        let mut headers = map(&[
            ("host", "a"),
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-original-url", "/admin"),
            ("x-original-uri", "/admin"),
            ("x-forwarded-uri", "/admin"),
            ("x-forwarded-path", "/admin"),
            ("x-envoy-original-path", "/admin"),
            ("alt-used", "evil.test"),
            ("x-http-method-override", "DELETE"),
            ("proxy-authorization", "x"),
            ("accept", "*/*"),
            ("content-length", "3"),
            ("expect", "100-continue"),
        ]);
        clean_request(&mut headers);
        let expected = [
            ("accept", "*/*"),
            ("content-length", "3"),
            ("te", "trailers"),
        ];
        assert_eq!(headers, map(&expected));
    }

    #[test]
    fn responses_lose_what_leads_away() {
        let mut headers = map(&[
            ("alt-svc", "h3=\":443\""),
            ("connection", "close"),
            ("etag", "x"),
            ("keep-alive", "5"),
        ]);
        clean_response(&mut headers);
        assert_eq!(headers, map(&[("etag", "x")]));
    }

    #[test]
    fn other_marks_in_a_name_are_dashes_to_some() {
        let mut headers = map(&[
            ("x_http_method_override", "DELETE"),
            ("x_forwarded-host", "evil.test"),
            ("x.original.url", "/admin"),
            ("content_length", "3"),
            ("bottle_denial", "x"),
            ("transfer_encoding", "chunked"),
            ("x_trace_id", "1"),
        ]);
        clean_request(&mut headers);
        assert_eq!(headers, map(&[("x_trace_id", "1")]));
    }

    #[test]
    fn only_what_may_stand_behind_a_body_is_announced() {
        let mut headers = map(&[
            (
                "trailer",
                "X-Sum, Content-Length, ALT-SVC, bottle-denial, Bottle-Injection, Trailer, X-Hop, TE,, (",
            ),
            ("connection", "x-hop"),
        ]);
        headers.append("trailer", HeaderValue::from_static("Grpc-Status"));
        clean_response(&mut headers);
        assert_eq!(headers, map(&[("trailer", "x-sum, grpc-status")]));
        let mut nothing = map(&[("trailer", "content-length")]);
        clean_response(&mut nothing);
        assert!(nothing.is_empty());
    }

    #[test]
    fn an_upgrade_is_seen_in_any_spelling() {
        assert!(wants_upgrade(&map(&[("upgrade", "WebSocket")])));
        assert!(wants_upgrade(&map(&[("upgrade", "h2c, websocket")])));
        assert!(!wants_upgrade(&map(&[("upgrade", "h2c")])));
        assert!(!wants_upgrade(&map(&[])));
    }
}
