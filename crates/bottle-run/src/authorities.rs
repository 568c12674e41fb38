//! The two certificate authorities of a bottle.

use bottle_ca::{CaError, CaSpec, Key, Serial, issue_ca};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::entropy::{self, Entropy, EntropyError};

/// How long a bottle's authorities are valid: longer than any session, short enough to be worthless afterwards.
const LIFETIME: Duration = Duration::days(30);

/// Why there are no authorities.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthoritiesError {
    /// The certificate could not be made.
    #[error("could not issue a certificate authority")]
    Issue(#[from] CaError),
    /// No serial number.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// One authority as the files that a sidecar reads.
pub struct AuthorityPem {
    /// The certificate.
    pub certificate: String,
    /// The private key (SEC1).
    pub key: Zeroizing<String>,
}

/// The two independent authorities of a bottle, with keys of their own, new for every run.
pub struct Authorities {
    /// What egress shows to the agent; the agent trusts this one alone.
    pub egress: AuthorityPem,
    /// What pipelock shows to egress; egress trusts this one alone.
    pub pipelock: AuthorityPem,
}

impl Authorities {
    /// Makes both.
    ///
    /// # Errors
    ///
    /// When there is no randomness for keys and serial numbers.
    pub fn generate(
        name: &str,
        now: OffsetDateTime,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, AuthoritiesError> {
        Ok(Self {
            egress: authority(&format!("bottle {name} egress"), now, entropy)?,
            pipelock: authority(&format!("bottle {name} pipelock"), now, entropy)?,
        })
    }
}

fn authority(
    name: &str,
    now: OffsetDateTime,
    entropy: &mut dyn Entropy,
) -> Result<AuthorityPem, AuthoritiesError> {
    let key = Key::generate()?;
    let spec = CaSpec {
        common_name: name.to_owned(),
        lifetime: LIFETIME,
    };
    let certificate = issue_ca(&spec, &key, Serial::new(entropy::bytes(entropy)?), now)?;
    Ok(AuthorityPem {
        certificate: certificate.to_pem(),
        key: key.to_sec1_pem()?,
    })
}

impl std::fmt::Debug for AuthorityPem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorityPem")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Authorities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { egress, pipelock } = self;
        f.debug_struct("Authorities")
            .field("egress", egress)
            .field("pipelock", pipelock)
            .finish()
    }
}
