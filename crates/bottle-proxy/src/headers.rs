//! Which header fields travel on.

use std::borrow::Cow;

use bottle_core::Guard;
use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, EXPECT, HOST, HeaderName,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderValue};

/// Fields between two neighbours only (RFC 9110 §7.6.1), in both directions.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("http2-settings"),
];

/// Request fields with which a client could make the next server believe in another path, method or sender.
const REWRITING: [HeaderName; 25] = [
    HeaderName::from_static("alt-used"),
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("via"),
    HeaderName::from_static("x-forwarded"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-envoy-original-path"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-method"),
    HeaderName::from_static("x-forwarded-path"),
    HeaderName::from_static("x-forwarded-scheme"),
    HeaderName::from_static("x-forwarded-uri"),
    HeaderName::from_static("x-original-host"),
    HeaderName::from_static("x-original-method"),
    HeaderName::from_static("x-original-uri"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-host"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-method-override"),
];

/// Response fields that would lead a client around the proxy, or belong to the proxy.
const LEADING_AWAY: [HeaderName; 2] = [
    HeaderName::from_static("alt-svc"),
    HeaderName::from_static("alt-used"),
];

/// Names a refusal of the inner gate to the outer one (`bottle-denial: dlp.secret`); origins cannot set it.
pub(crate) const DENIAL: HeaderName = HeaderName::from_static("bottle-denial");

/// Fields that frame, code or address a message: behind its body they mean nothing good.
const FRAMING: [HeaderName; 4] = [CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, HOST];

/// Takes away what must not reach the next hop. `Host` goes too: it is written anew from the permit.
///
/// That the client takes trailers is said again for the next hop: gRPC does not answer without.
pub(crate) fn clean_request(headers: &mut HeaderMap) {
    let trailers = takes_trailers(headers);
    remove_hop_by_hop(headers);
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if Guard::RewritingFields.is_on() {
        remove_all(headers, &REWRITING);
    }
    headers.remove(EXPECT);
    headers.remove(HOST);
    headers.remove(DENIAL);
    if Guard::FieldAliases.is_on() {
        remove_aliases(headers);
    }
}

/// A field's name as servers see it that turn names into variables (CGI, WSGI, PHP): to them `X_Api_Key` and
/// `X.Api.Key` are `X-Api-Key`.
pub(crate) fn dashed(name: &HeaderName) -> Cow<'_, str> {
    let name = name.as_str();
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

/// Takes away fields that some server takes for one that must not reach it.
fn remove_aliases(headers: &mut HeaderMap) {
    let names = headers.keys().filter(|name| !is_plain(name.as_str()));
    let aliases = names.filter(|name| {
        let name = dashed(name);
        let is_in = |list: &[HeaderName]| list.iter().any(|each| each == name.as_ref());
        is_in(&REWRITING) || is_in(&HOP_BY_HOP) || is_in(&FRAMING) || is_in(&[EXPECT, DENIAL])
    });
    let aliases: Vec<_> = aliases.cloned().collect();
    remove_all(headers, &aliases);
}

/// Takes away what must not reach the client.
pub(crate) fn clean_response(headers: &mut HeaderMap) {
    let trailers = announced(headers);
    remove_hop_by_hop(headers);
    if let Some(trailers) = trailers {
        headers.insert(TRAILER, trailers);
    }
    if Guard::LeadingAway.is_on() {
        remove_all(headers, &LEADING_AWAY);
    }
}

/// What is announced behind the body and may stand there. It is said anew: HTTP/1.1 passes on nothing unannounced.
fn announced(headers: &HeaderMap) -> Option<HeaderValue> {
    let nominated = nominated(headers);
    let names = tokens(headers, &TRAILER).filter_map(|name| HeaderName::from_bytes(name).ok());
    let names = names.filter(|name| !nominated.contains(name) && !is_refused_behind(name));
    let names: Vec<_> = names.collect();
    let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
    (!names.is_empty()).then(|| HeaderValue::from_str(&names.join(", ")).ok())?
}

fn is_refused_behind(name: &HeaderName) -> bool {
    let is_in = |list: &[HeaderName]| list.contains(name);
    is_in(&FRAMING) || is_in(&HOP_BY_HOP) || is_in(&LEADING_AWAY) || *name == DENIAL
}

/// Takes away what must not stand behind a response's body.
pub(crate) fn clean_trailers(trailers: &mut HeaderMap) {
    clean_response(trailers);
    remove_all(trailers, &FRAMING);
    trailers.remove(TRAILER);
    trailers.remove(DENIAL);
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

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) && Guard::Nominated.is_on() {
        for name in nominated(headers) {
            headers.remove(name);
        }
    }
    if Guard::HopByHop.is_on() {
        remove_all(headers, &HOP_BY_HOP);
    }
}

/// Fields that `Connection` declares to be for this hop only.
fn nominated(headers: &HeaderMap) -> Vec<HeaderName> {
    let tokens = tokens(headers, &CONNECTION);
    let names = tokens.filter_map(|token| HeaderName::from_bytes(token).ok());
    names
        .filter(|name| name != CONTENT_LENGTH && name != HOST)
        .collect()
}

fn remove_all(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::{clean_request, clean_response, wants_upgrade};
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
                "X-Sum, Content-Length, ALT-SVC, bottle-denial, Trailer, X-Hop, TE,, (",
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
