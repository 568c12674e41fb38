//! The agent's credentials go, the operator's come: only for the route that declares one, only over https.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_core::{AuthScheme, Guard, PLACEHOLDER, Secret};
use bottle_egress::{DenialCode, Permit, Scheme, SlotAuth};
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, COOKIE, HeaderName, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::gate::{Refusal, Work};
use crate::mask::Mask;
use crate::secrets::Secrets;

/// Credentials of the agent that never leave, on any route.
const ALWAYS_STRIPPED: [HeaderName; 3] = [
    AUTHORIZATION,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
];

/// Fields in which well-known services also take a key; on a route with a credential only ours may speak.
const STRIPPED_WITH_CREDENTIAL: [HeaderName; 6] = [
    COOKIE,
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-goog-api-key"),
    HeaderName::from_static("x-auth-token"),
    HeaderName::from_static("x-access-token"),
    HeaderName::from_static("private-token"),
];

/// Query parameters in which services take a key. On a route with a credential the agent may not bring its own.
const KEY_PARAMETERS: [&str; 10] = [
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "auth_token",
    "client_secret",
    "key",
    "private_token",
    "token",
    "x-api-key",
];

/// The values of a bottle, and the mask over them.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) secrets: Secrets,
    pub(super) mask: Option<Arc<Mask>>,
}

impl Values {
    /// The values of a secrets file; none when it cannot be read.
    pub(super) fn of(secrets: Option<Secrets>) -> Self {
        let secrets = secrets.unwrap_or_default();
        let mask = Mask::over(secrets.slots.values().map(Secret::expose));
        Self { secrets, mask }
    }
}

/// Replaces the agent's credentials by the route's.
///
/// # Errors
///
/// `cred.foreign` when the agent brings a key of its own in the query of a route with a credential, `cred.missing` when the slot has no value, `cred.cleartext` when it would travel unencrypted. Nothing is ever sent
/// without a credential that its route declares.
pub(super) fn replace(
    work: &mut Work,
    permit: &Permit<'_>,
    secrets: &Secrets,
) -> Result<(), Refusal> {
    if Guard::AgentCredentials.is_on() {
        strip(work, &ALWAYS_STRIPPED);
    }
    let Some(auth) = permit.credential() else {
        return Ok(());
    };
    // TRACE is answered with the request as it arrived, credential included.
    if work.method == Method::TRACE && Guard::Trace.is_on() {
        return Err(DenialCode::MethodNotAllowed.into());
    }
    if Guard::KeyFields.is_on() {
        strip(work, &STRIPPED_WITH_CREDENTIAL);
    }
    if has_key(permit.target()) && Guard::QueryKeys.is_on() {
        return Err(DenialCode::CredForeign.into());
    }
    let in_clear = permit.destination().scheme != Scheme::Https;
    if in_clear && Guard::Cleartext.is_on() {
        return Err(DenialCode::CredCleartext.into());
    }
    let Some(secret) = secrets.slots.get(&auth.slot.to_string()) else {
        return if Guard::MissingValue.is_on() {
            Err(DenialCode::CredMissing.into())
        } else {
            Ok(())
        };
    };
    let (name, value) = field(auth, secret)?;
    // A server may send back what it was sent: it must come in a form in which it can be found.
    let plain = HeaderValue::from_static("identity");
    work.headers.insert(ACCEPT_ENCODING, plain);
    work.headers.insert(name, value);
    Ok(())
}

fn field(auth: &SlotAuth, secret: &Secret) -> Result<(HeaderName, HeaderValue), Refusal> {
    let value = Zeroizing::new(match (&auth.header, auth.scheme) {
        // A named header carries the value alone: that is how `X-Api-Key` and `Private-Token` are used.
        (Some(_), _) => secret.expose().to_owned(),
        (None, AuthScheme::Bearer) => format!("Bearer {}", secret.expose()),
        (None, AuthScheme::Token) => format!("token {}", secret.expose()),
        (None, AuthScheme::Basic) => format!("Basic {}", STANDARD.encode(secret.expose())),
    });
    let unusable = || Refusal::from(DenialCode::CredMissing);
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| unusable())?;
    value.set_sensitive(true);
    let name = match &auth.header {
        Some(name) => HeaderName::from_bytes(name.as_str().as_bytes()).map_err(|_| unusable())?,
        None => AUTHORIZATION,
    };
    Ok((name, value))
}

/// Takes fields away. Those that held something else than the placeholder are noted: the agent has a key of its own.
fn strip(work: &mut Work, names: &[HeaderName]) {
    for name in names {
        let placeholder = |value: &HeaderValue| {
            let text = value.to_str().unwrap_or_default();
            text.ends_with(PLACEHOLDER)
        };
        if work
            .headers
            .get_all(name)
            .iter()
            .any(|value| !placeholder(value))
        {
            work.foreign.push(name.clone());
        }
        work.headers.remove(name);
    }
}

/// Whether a parameter of the query is named like a key.
fn has_key(target: &str) -> bool {
    let Some((_, query)) = target.split_once('?') else {
        return false;
    };
    query.split(['&', ';']).any(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        let name = percent_decode_str(name)
            .decode_utf8_lossy()
            .to_ascii_lowercase();
        KEY_PARAMETERS.contains(&name.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::has_key;

    #[test]
    fn keys_in_the_query_are_seen_in_any_spelling() {
        for target in [
            "/x?key=1",
            "/x?a=1&API_KEY=2",
            "/x?%6bey=1",
            "/x?a;access_token=1",
            "/x?token",
        ] {
            assert!(has_key(target), "{target}");
        }
        for target in ["/x", "/key=1", "/x?monkey=1", "/x?q=key", "/x?page_token=1"] {
            assert!(!has_key(target), "{target}");
        }
    }
}
