//! The bottle's own secrets, found by value.

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bottle_core::{HeaderName, Host, HostPattern, Secret};
use serde::Deserialize;

use crate::needles::Needles;

/// A secret that is shorter is not searched for: it would be found in everything.
pub const MIN_SECRET_LENGTH: usize = 6;

/// Of a longer value each part of this length is searched for: no more of a text needs to be kept to find it.
const LONGEST_PART: usize = 256;

/// Words that services want in the place of a password when the name before it is the secret.
const NO_PASSWORDS: [&str; 3] = ["x-oauth-basic", "api_token", "unused"];

/// A value that egress injects: it may travel in one header to some hosts, and nowhere else. Services are handed it as JSON.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Document")]
pub struct KnownSecret {
    /// What it is called: the slot, for example `EGRESS_TOKEN_0`.
    pub name: String,
    /// The value.
    pub value: Secret,
    /// Where it may go.
    pub hosts: Vec<HostPattern>,
    /// In which header.
    pub header: HeaderName,
}

/// A known value as it is handed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    value: String,
    hosts: Vec<HostPattern>,
    header: String,
}

impl TryFrom<Document> for KnownSecret {
    /// Quotes nothing of the value.
    type Error = &'static str;

    fn try_from(document: Document) -> Result<Self, Self::Error> {
        let Document {
            name,
            value,
            hosts,
            header,
        } = document;
        Ok(Self {
            name,
            value: Secret::new(value).map_err(|_| "no value that is kept as a secret")?,
            hosts,
            header: header.parse().map_err(|_| "no name of a header")?,
        })
    }
}

/// All of them, ready to search.
#[derive(Default)]
pub(crate) struct Known {
    secrets: Vec<KnownSecret>,
    needles: Needles,
}

impl Known {
    /// Ready to search for these.
    pub(crate) fn new(secrets: &[KnownSecret]) -> Self {
        let values = secrets.iter().map(|secret| secret.value.expose());
        let needles = values
            .flat_map(|value| [Some(value), secret_part(value)])
            .flatten()
            .filter(|value| value.len() >= MIN_SECRET_LENGTH)
            .flat_map(|value| parts(value.as_bytes()))
            .flat_map(secret_spellings);
        Self {
            secrets: secrets.to_vec(),
            needles: Needles::new(needles.collect()),
        }
    }

    /// Where secrets are in the text, in whatever case: a host name has none.
    pub(crate) fn places<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        self.needles.places(text)
    }

    /// Whether a header's value is a secret that belongs there, and nothing else.
    pub(crate) fn is_own(&self, host: &Host, name: &str, value: &[u8]) -> bool {
        self.secrets
            .iter()
            .filter(|secret| secret.header.as_str().eq_ignore_ascii_case(name))
            .filter(|secret| secret.hosts.iter().any(|pattern| pattern.matches(host)))
            .any(|secret| is_credential(value, secret.value.expose()))
    }
}

impl fmt::Debug for Known {
    /// Without what is searched for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secrets,
            needles: _,
        } = self;
        f.debug_struct("Known")
            .field("secrets", secrets)
            .finish_non_exhaustive()
    }
}

/// A value, or pieces of a long one: each of them gives it away.
fn parts(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .chunks(LONGEST_PART)
        .filter(move |part| part.len() == LONGEST_PART || value.len() < LONGEST_PART)
}

/// Whether this is how egress writes the secret: alone, or behind the word for one of its schemes.
fn is_credential(value: &[u8], secret: &str) -> bool {
    let (bare, basic) = (secret.as_bytes(), STANDARD.encode(secret));
    value == bare
        || value.strip_prefix(b"Bearer ") == Some(bare)
        || value.strip_prefix(b"token ") == Some(bare)
        || value.strip_prefix(b"Basic ") == Some(basic.as_bytes())
}

/// The half of `user:password` that is secret, if it is one: the password, or the name where a service takes its key
/// there and no password. A half that is too short to be searched for is none.
pub fn secret_part(value: &str) -> Option<&str> {
    let (user, password) = value.split_once(':')?;
    // One letter stands there for the sake of clients that insist on a password.
    let is_none = password.len() <= 1 || NO_PASSWORDS.contains(&password);
    let part = if is_none { user } else { password };
    (part.len() >= MIN_SECRET_LENGTH).then_some(part)
}

/// Every text that gives a secret away: itself, hexadecimal, and base64 at each of the three places at which it may
/// begin inside something longer that is encoded as a whole.
pub fn secret_spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = secret.iter().flat_map(|byte| hex_digits(*byte)).collect();
    let mut needles = vec![secret.to_vec(), hex.into_bytes()];
    for offset in 0..3_usize {
        let mut padded = vec![0; offset];
        padded.extend_from_slice(secret);
        // Six bits to a digit: the digits that no neighbour has a bit in.
        let (first, end) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
        for encoded in [
            STANDARD_NO_PAD.encode(&padded),
            URL_SAFE_NO_PAD.encode(&padded),
        ] {
            needles.extend(
                encoded
                    .get(first..end)
                    .map(|digits| digits.as_bytes().to_vec()),
            );
        }
    }
    needles
}

fn hex_digits(byte: u8) -> impl Iterator<Item = char> {
    [byte >> 4, byte & 15]
        .into_iter()
        .filter_map(|digit| char::from_digit(digit.into(), 16))
}
