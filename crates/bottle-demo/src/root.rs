//! The certificate authority of the pretend internet.

use bottle_ca::{CaError, CaSpec, Key, Serial, issue_ca};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

/// How long it is valid: no run takes a day.
const LIFETIME: Duration = Duration::days(1);

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoRootError {
    /// The certificate could not be made.
    #[error("could not issue the root of the pretend internet")]
    Issue(#[from] CaError),
    /// There is no randomness.
    #[error("the system gives no randomness")]
    Entropy(#[from] getrandom::Error),
}

/// An authority that is trusted by nobody but whoever is given its certificate.
#[derive(Debug)]
pub struct DemoRoot {
    /// The certificate, as PEM.
    pub certificate: String,
    /// The private key, as PEM (SEC1).
    pub key: Zeroizing<String>,
}

impl DemoRoot {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// When there is no randomness.
    pub fn generate(now: OffsetDateTime) -> Result<Self, DemoRootError> {
        let key = Key::generate()?;
        let spec = CaSpec {
            common_name: "bottle demo internet".to_owned(),
            lifetime: LIFETIME,
        };
        let certificate = issue_ca(&spec, &key, serial()?, now)?;
        Ok(Self {
            certificate: certificate.to_pem(),
            key: key.to_sec1_pem()?,
        })
    }
}

/// A serial number that nobody can guess.
pub(crate) fn serial() -> Result<Serial, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(Serial::new(bytes))
}
