//! The agent's credentials go, the operator's come: only for the route that declares one, only over https.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_core::{AuthScheme, Guard, Secret};
use bottle_egress::{DenialCode, Permit, Scheme, SlotAuth};
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderName, RANGE};
use http::{HeaderMap, HeaderValue, Method};
use zeroize::Zeroizing;

use super::foreign;
use super::query::has_key;
use crate::gate::{Refusal, Work};
use crate::limits::MIN_RANGE;
use crate::mask::Mask;
use crate::secrets::Secrets;

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
/// `cred.foreign` when the agent brings a key of its own in the query of a route with a credential, `cred.missing`
/// when the slot has no value, `cred.cleartext` when it would travel unencrypted. Nothing is ever sent without a
/// credential that its route declares.
pub(super) fn replace(
    work: &mut Work,
    permit: &Permit<'_>,
    values: impl FnOnce() -> Arc<Values>,
) -> Result<(), Refusal> {
    if Guard::AgentCredentials.is_on() {
        foreign::strip_always(work);
    }
    let Some(auth) = permit.credential() else {
        foreign::note(work);
        return Ok(());
    };
    let values = values();
    work.mask.clone_from(&values.mask);
    // TRACE is answered with the request as it arrived, credential included.
    if work.method == Method::TRACE && Guard::Trace.is_on() {
        return Err(DenialCode::MethodNotAllowed.into());
    }
    let name = field_name(auth)?;
    if Guard::KeyFields.is_on() {
        foreign::strip_all(work, &name);
    }
    if has_key(permit.target()) && Guard::QueryKeys.is_on() {
        return Err(DenialCode::CredForeign.into());
    }
    let in_clear = permit.destination().scheme != Scheme::Https;
    if in_clear && Guard::Cleartext.is_on() {
        return Err(DenialCode::CredCleartext.into());
    }
    let Some(secret) = values.secrets.slots.get(&auth.slot.to_string()) else {
        return if Guard::MissingValue.is_on() {
            Err(DenialCode::CredMissing.into())
        } else {
            Ok(())
        };
    };
    let value = field_value(auth, secret)?;
    prepare_for_echo(&mut work.headers);
    work.headers.insert(name, value);
    Ok(())
}

/// A server may send back what it was sent: it must come in a form in which it can be found.
fn prepare_for_echo(headers: &mut HeaderMap) {
    let plain = HeaderValue::from_static("identity");
    headers.insert(ACCEPT_ENCODING, plain);
    let mut ranges = headers.get_all(RANGE).iter();
    let is_asked = match (ranges.next(), ranges.next()) {
        (Some(range), None) => is_long(range.as_bytes()),
        _ => false,
    };
    // Whoever asked for a part understands the whole, too (RFC 9110 §14.2).
    if !is_asked && Guard::ShortRanges.is_on() {
        headers.remove(RANGE);
    }
}

fn field_name(auth: &SlotAuth) -> Result<HeaderName, Refusal> {
    match &auth.header {
        Some(name) => HeaderName::from_bytes(name.as_str().as_bytes())
            .map_err(|_| DenialCode::CredMissing.into()),
        None => Ok(AUTHORIZATION),
    }
}

fn field_value(auth: &SlotAuth, secret: &Secret) -> Result<HeaderValue, Refusal> {
    let value = Zeroizing::new(match (&auth.header, auth.scheme) {
        // A named header carries the value alone: that is how `X-Api-Key` and `Private-Token` are used.
        (Some(_), _) => secret.expose().to_owned(),
        (None, AuthScheme::Bearer) => format!("Bearer {}", secret.expose()),
        (None, AuthScheme::Token) => format!("token {}", secret.expose()),
        (None, AuthScheme::Basic) => format!("Basic {}", STANDARD.encode(secret.expose())),
    });
    let mut value = HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| Refusal::from(DenialCode::CredMissing))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether a part is long enough to be asked for where a value could come back: out of single bytes it could be put
/// together without ever being there as a whole.
fn is_long(range: &[u8]) -> bool {
    let text = str::from_utf8(range).unwrap_or_default();
    let part = text
        .strip_prefix("bytes=")
        .and_then(|part| part.split_once('-'));
    let number = |text: &str| text.parse::<u64>().ok();
    match part {
        Some(("", last)) => number(last).is_some_and(|last| last >= MIN_RANGE),
        Some((first, "")) => number(first).is_some(),
        Some((first, last)) => {
            let length = number(last).zip(number(first));
            length.is_some_and(|(last, first)| last.saturating_sub(first) >= MIN_RANGE)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_long;

    #[test]
    fn parts_are_long_or_not_asked_for() {
        for range in ["bytes=0-", "bytes=5000-", "bytes=0-4096", "bytes=-4096"] {
            assert!(is_long(range.as_bytes()), "{range}");
        }
        for range in [
            "bytes=0-5",
            "bytes=10-4000",
            "bytes=-5",
            "bytes=0-4096,5000-5001",
            "bytes=9-1",
            "bytes=-",
            "lines=0-",
            "bytes=x-",
            "",
            "bytes=0-5000-",
        ] {
            assert!(!is_long(range.as_bytes()), "{range}");
        }
    }
}
