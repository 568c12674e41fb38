//! The agent's credentials go, the operator's come: only for the route that declares one, only over https.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_core::{AuthScheme, Secret};
use bottle_egress::{DenialCode, Permit, Scheme, SlotAuth};
use http::header::{AUTHORIZATION, HeaderName, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method};
use zeroize::Zeroizing;

use crate::gate::{Refusal, Work};
use crate::secrets::Secrets;

/// Credentials of the agent that never leave, on any route.
const ALWAYS_STRIPPED: [HeaderName; 3] = [
    AUTHORIZATION,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
];

/// Fields in which well-known services also take a key; on a route with a credential only ours may speak.
const STRIPPED_WITH_CREDENTIAL: [HeaderName; 5] = [
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-goog-api-key"),
    HeaderName::from_static("x-auth-token"),
    HeaderName::from_static("x-access-token"),
    HeaderName::from_static("private-token"),
];

/// Replaces the agent's credentials by the route's.
///
/// # Errors
///
/// `cred.missing` when the slot has no value, `cred.cleartext` when it would travel unencrypted. Nothing is ever sent
/// without a credential that its route declares.
pub(super) fn replace(work: &mut Work, permit: &Permit, secrets: &Secrets) -> Result<(), Refusal> {
    let headers = &mut work.headers;
    remove_all(headers, &ALWAYS_STRIPPED);
    let Some(auth) = permit.credential() else {
        return Ok(());
    };
    // TRACE is answered with the request as it arrived, credential included.
    if work.method == Method::TRACE {
        return Err(DenialCode::MethodNotAllowed.into());
    }
    remove_all(headers, &STRIPPED_WITH_CREDENTIAL);
    if permit.destination().scheme != Scheme::Https {
        return Err(DenialCode::CredCleartext.into());
    }
    let secret = secrets
        .slots
        .get(&auth.slot.to_string())
        .ok_or(DenialCode::CredMissing)?;
    let (name, value) = field(auth, secret)?;
    headers.insert(name, value);
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

fn remove_all(headers: &mut HeaderMap, names: &[HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}
