//! Credentials that the agent brings itself.

use bottle_core::{Guard, PLACEHOLDER};
use http::header::{HeaderName, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, HeaderValue};

use crate::gate::Work;
use crate::headers::{dashed, is_among, tokens};

/// Fields that never leave, on any route. Sorted.
const ALWAYS: [&str; 3] = ["authorization", "proxy-authorization", "x-api-key"];

/// Fields in which well-known services also take a key; on a route with a credential only ours may speak. Sorted.
const WITH_CREDENTIAL: [&str; 50] = [
    "api-key",
    "api-token",
    "apikey",
    "authentication",
    "circle-token",
    "cookie",
    "cookie2",
    "dd-api-key",
    "dd-application-key",
    "deploy-token",
    "fastly-key",
    "job-token",
    "ocp-apim-subscription-key",
    "private-token",
    "subscription-key",
    "x-access-token",
    "x-amz-security-token",
    "x-api-secret",
    "x-api-token",
    "x-apikey",
    "x-auth-key",
    "x-auth-token",
    "x-authorization",
    "x-consul-token",
    "x-figma-token",
    "x-firebase-auth",
    "x-forwarded-access-token",
    "x-functions-key",
    "x-github-token",
    "x-gitlab-token",
    "x-goog-api-key",
    "x-goog-iam-authorization-token",
    "x-honeycomb-team",
    "x-insert-key",
    "x-jfrog-art-api",
    "x-license-key",
    "x-nomad-token",
    "x-postmark-account-token",
    "x-postmark-server-token",
    "x-query-key",
    "x-rapidapi-key",
    "x-redmine-api-key",
    "x-session-token",
    "x-shopify-access-token",
    "x-subscription-token",
    "x-token",
    "x-trackertoken",
    "x-user-token",
    "x-vault-token",
    "xi-api-key",
];

/// What stands before a key among the subprotocols of a WebSocket, where browsers have no other place for it.
const SOCKET_KEYS: [&str; 6] = [
    "openai-insecure-api-key.",
    "base64url.bearer.authorization.k8s.io.",
    "authorization.",
    "bearer.",
    "access_token.",
    "token.",
];

/// Subprotocols behind which the next one is a key.
const BEFORE_SOCKET_KEYS: [&str; 5] = ["access_token", "authorization", "bearer", "jwt", "token"];

/// Takes away what never leaves.
pub(super) fn strip_always(work: &mut Work) {
    strip(work, |name| is_among(&ALWAYS, name));
}

/// Takes away everything that is known as a credential, and what some server takes for the field `own`.
pub(super) fn strip_all(work: &mut Work, own: &HeaderName) {
    let own = dashed(own.as_str()).into_owned();
    strip(work, |name| is_among(&WITH_CREDENTIAL, name) || name == own);
    if Guard::SocketKeys.is_on() {
        strip_socket_keys(work);
    }
}

/// Notes what is known as a credential, where the host may have it: a cookie, a key that its route does not bring.
pub(super) fn note(work: &mut Work) {
    let names = work.headers.keys();
    let known = names.filter(|name| is_among(&WITH_CREDENTIAL, &dashed(name.as_str())));
    let known: Vec<_> = known.cloned().collect();
    for name in known {
        note_field(work, &name);
    }
    if split_socket_keys(&work.headers).1 {
        work.foreign.push(SEC_WEBSOCKET_PROTOCOL);
    }
}

fn strip(work: &mut Work, is_one: impl Fn(&str) -> bool) {
    let names = work
        .headers
        .keys()
        .filter(|name| is_one(&dashed(name.as_str())));
    let names: Vec<_> = names.cloned().collect();
    for name in names {
        note_field(work, &name);
        work.headers.remove(name);
    }
}

/// Notes a field that holds something else than the placeholder: the agent has a key of its own.
fn note_field(work: &mut Work, name: &HeaderName) {
    let mut values = work.headers.get_all(name).iter();
    if values.any(|value| !is_placeholder(value.as_bytes())) {
        work.foreign.push(name.clone());
    }
}

fn is_placeholder(value: &[u8]) -> bool {
    value.ends_with(PLACEHOLDER.as_bytes())
}

fn strip_socket_keys(work: &mut Work) {
    if !work.headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        return;
    }
    let (others, foreign) = split_socket_keys(&work.headers);
    if foreign {
        work.foreign.push(SEC_WEBSOCKET_PROTOCOL);
    }
    match HeaderValue::from_bytes(&others.join(&b", "[..])) {
        Ok(value) if !value.is_empty() => work.headers.insert(SEC_WEBSOCKET_PROTOCOL, value),
        _ => work.headers.remove(SEC_WEBSOCKET_PROTOCOL),
    };
}

/// The subprotocols that are no keys, and whether there were keys of the agent's own.
fn split_socket_keys(headers: &HeaderMap) -> (Vec<&[u8]>, bool) {
    let (mut others, mut foreign, mut key_follows) = (Vec::new(), false, false);
    for token in tokens(headers, &SEC_WEBSOCKET_PROTOCOL) {
        let announces = BEFORE_SOCKET_KEYS
            .iter()
            .any(|word| token.eq_ignore_ascii_case(word.as_bytes()));
        if key_follows || SOCKET_KEYS.iter().any(|prefix| has_prefix(token, prefix)) {
            foreign |= !is_placeholder(token);
            key_follows = false;
        } else if announces {
            key_follows = true;
        } else {
            others.push(token);
        }
    }
    (others, foreign)
}

fn has_prefix(token: &[u8], prefix: &str) -> bool {
    let start = token.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(ALWAYS.is_sorted() && WITH_CREDENTIAL.is_sorted());
    }

    #[test]
    fn keys_among_subprotocols() {
        let mut headers = HeaderMap::new();
        for value in [
            "realtime, OpenAI-Insecure-API-Key.sk-mine",
            "token, mine, v4.channel.k8s.io",
        ] {
            headers.append(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(value));
        }
        let (others, foreign) = split_socket_keys(&headers);
        assert_eq!(others, [&b"realtime"[..], b"v4.channel.k8s.io"]);
        assert!(foreign);
        let ours = format!("chat, openai-insecure-api-key.{PLACEHOLDER}");
        headers.insert(SEC_WEBSOCKET_PROTOCOL, ours.parse().unwrap());
        assert_eq!(split_socket_keys(&headers), (vec![&b"chat"[..]], false));
    }
}
