//! The WebSocket handshake (RFC 6455 §4, RFC 8441): with the client on one side, with the next hop on the other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_core::{Guard, WebSocket};
use bottle_egress::{DenialCode, Exchange, Permit};
use http::header::{
    CONNECTION, CONTENT_LENGTH, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use hyper::ext::Protocol;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::headers::{tokens, wants_upgrade};

/// What is hashed behind the key (RFC 6455 §1.3).
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The one version there is.
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// Bytes of a key.
const KEY_LENGTH: usize = 16;

/// What a request wants to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Upgrade {
    /// A plain exchange.
    None,
    /// A WebSocket.
    WebSocket(Handshake),
    /// A WebSocket, not properly asked for.
    Malformed,
    /// Something else.
    Other,
}

/// A proper wish for a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handshake {
    /// The client's key; HTTP/2 has none.
    client_key: Option<String>,
    /// Our own key for the next hop.
    key: String,
    /// The subprotocols that the client offers.
    protocols: Vec<Vec<u8>>,
}

impl Upgrade {
    /// What a request wants to become.
    pub(crate) fn of(parts: &Parts) -> Self {
        if let Some(protocol) = parts.extensions.get::<Protocol>() {
            return match protocol.as_str() {
                "websocket" => Self::checked(Handshake::over_http2(&parts.headers)),
                _ => Self::Other,
            };
        }
        if !wants_upgrade(&parts.headers) {
            return Self::None;
        }
        let plain = tokens(&parts.headers, &UPGRADE)
            .filter(|token| !token.eq_ignore_ascii_case(b"h2c"))
            .all(|token| token.eq_ignore_ascii_case(b"websocket"));
        if plain {
            Self::checked(Handshake::over_http1(parts))
        } else {
            Self::Other
        }
    }

    fn checked(handshake: Option<Handshake>) -> Self {
        handshake.map_or(Self::Malformed, Self::WebSocket)
    }

    /// What a rule has to allow.
    pub(crate) fn exchange(&self) -> Exchange {
        match self {
            Self::None => Exchange::Plain,
            // No rule grants anything else, so that the nearest one refuses it.
            Self::WebSocket(_) | Self::Malformed | Self::Other => Exchange::WebSocket,
        }
    }

    /// Whether the route grants what is wanted, and it is properly wanted.
    ///
    /// # Errors
    ///
    /// The reason of a refusal.
    pub(crate) fn check(&self, permit: &Permit<'_>) -> Result<(), DenialCode> {
        match (self, permit.websocket()) {
            (Self::None, _) | (Self::WebSocket(_), WebSocket::Granted) => Ok(()),
            (Self::WebSocket(_), _) if !Guard::WebSocketGrant.is_on() => Ok(()),
            (Self::Malformed, WebSocket::Granted) if Guard::WebSocketAsked.is_on() => {
                Err(DenialCode::WsBadHandshake)
            }
            (Self::Malformed, WebSocket::Granted) => Ok(()),
            _ => Err(DenialCode::WsNotAllowed),
        }
    }
}

impl Handshake {
    fn over_http1(parts: &Parts) -> Option<Self> {
        let headers = &parts.headers;
        let upgrades =
            tokens(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case(b"upgrade"));
        let no_body = !headers.contains_key(TRANSFER_ENCODING)
            && headers
                .get(CONTENT_LENGTH)
                .is_none_or(|length| length == "0");
        let key = only(headers, &SEC_WEBSOCKET_KEY)?.to_str().ok()?;
        let is_key = STANDARD
            .decode(key)
            .is_ok_and(|bytes| bytes.len() == KEY_LENGTH);
        let proper = parts.method == Method::GET && upgrades && no_body && is_key;
        proper.then(|| Self::new(headers, Some(key.to_owned())))?
    }

    fn over_http2(headers: &HeaderMap) -> Option<Self> {
        Self::new(headers, None)
    }

    fn new(headers: &HeaderMap, client_key: Option<String>) -> Option<Self> {
        if only(headers, &SEC_WEBSOCKET_VERSION)? != VERSION {
            return None;
        }
        let mut key = [0; KEY_LENGTH];
        getrandom::fill(&mut key).ok()?;
        Some(Self {
            client_key,
            key: STANDARD.encode(key),
            protocols: tokens(headers, &SEC_WEBSOCKET_PROTOCOL)
                .map(<[u8]>::to_vec)
                .collect(),
        })
    }

    /// Writes the handshake with the next hop. Extensions are not offered: frames stay readable.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        headers.remove(SEC_WEBSOCKET_ACCEPT);
        headers.insert(SEC_WEBSOCKET_VERSION, VERSION);
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        // Base64 is always a header value.
        if let Ok(key) = HeaderValue::from_str(&self.key) {
            headers.insert(SEC_WEBSOCKET_KEY, key);
        }
    }

    /// Whether a 101 is the answer to what was written: the right hash, no extension, a subprotocol that was offered.
    pub(crate) fn is_answered_by<B>(&self, response: &Response<B>) -> bool {
        let headers = response.headers();
        let upgraded =
            tokens(headers, &UPGRADE).all(|token| token.eq_ignore_ascii_case(b"websocket"));
        let accepted = only(headers, &SEC_WEBSOCKET_ACCEPT)
            .is_some_and(|value| value.as_bytes() == accept(&self.key).as_bytes());
        let offered = match headers.get(SEC_WEBSOCKET_PROTOCOL) {
            None => true,
            Some(_) => only(headers, &SEC_WEBSOCKET_PROTOCOL)
                .is_some_and(|chosen| self.protocols.iter().any(|each| each == chosen.as_bytes())),
        };
        headers.contains_key(UPGRADE)
            && upgraded
            && accepted
            && offered
            && !headers.contains_key(SEC_WEBSOCKET_EXTENSIONS)
    }

    /// Makes the answer to the client out of the next hop's header fields, cleaned.
    pub(crate) fn answer(&self, headers: &mut HeaderMap) -> StatusCode {
        headers.remove(SEC_WEBSOCKET_ACCEPT);
        let Some(key) = &self.client_key else {
            return StatusCode::OK;
        };
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        if let Ok(accept) = HeaderValue::from_str(&accept(key)) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        }
        StatusCode::SWITCHING_PROTOCOLS
    }
}

/// What proves that a key was read (RFC 6455 §4.2.2).
fn accept(key: &str) -> String {
    let text = format!("{key}{GUID}");
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
}

/// The value of a field that must stand there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn parts(lines: &[(&str, &str)]) -> Parts {
        let mut request = Request::get("/chat");
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_hash_of_the_specification() {
        assert_eq!(accept(KEY), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn only_a_proper_wish_is_one() {
        let proper = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", KEY),
        ];
        assert!(matches!(
            Upgrade::of(&parts(&proper)),
            Upgrade::WebSocket(_)
        ));
        for missing in [0, 2, 3] {
            let mut lines = proper.to_vec();
            lines.remove(missing);
            assert_eq!(Upgrade::of(&parts(&lines)), Upgrade::Malformed);
        }
        for wrong in [
            ("sec-websocket-key", "c2hvcnQ="),
            ("sec-websocket-version", "8"),
            ("sec-websocket-key", KEY),
            ("content-length", "3"),
        ] {
            let lines = [&proper[..], &[wrong]].concat();
            assert_eq!(Upgrade::of(&parts(&lines)), Upgrade::Malformed, "{wrong:?}");
        }
        assert_eq!(Upgrade::of(&parts(&[])), Upgrade::None);
        assert_eq!(Upgrade::of(&parts(&[("upgrade", "h2c")])), Upgrade::None);
        assert_eq!(
            Upgrade::of(&parts(&[("upgrade", "websocket, tls")])),
            Upgrade::Other
        );
    }

    #[test]
    fn an_answer_must_fit() {
        let handshake = Handshake {
            client_key: Some(KEY.to_owned()),
            key: KEY.to_owned(),
            protocols: vec![b"chat".to_vec()],
        };
        let answer = |lines: &[(&str, &str)]| {
            let mut response = Response::builder().status(101);
            for (name, value) in lines {
                response = response.header(*name, *value);
            }
            handshake.is_answered_by(&response.body(()).unwrap())
        };
        let right = ("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(answer(&[right, ("upgrade", "websocket")]));
        assert!(answer(&[
            right,
            ("upgrade", "websocket"),
            ("sec-websocket-protocol", "chat")
        ]));
        assert!(!answer(&[right]));
        assert!(!answer(&[("upgrade", "websocket")]));
        assert!(!answer(&[right, ("upgrade", "h2c")]));
        assert!(!answer(&[
            ("sec-websocket-accept", "x"),
            ("upgrade", "websocket")
        ]));
        assert!(!answer(&[
            right,
            ("upgrade", "websocket"),
            ("sec-websocket-protocol", "other")
        ]));
        let deflate = ("sec-websocket-extensions", "permessage-deflate");
        assert!(!answer(&[right, ("upgrade", "websocket"), deflate]));
    }
}
