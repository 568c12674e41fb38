//! Certificate authorities and leaf certificates of a bottle, as functions of their arguments: the clock and the
//! serial numbers come from the caller, only [`Key::generate`] asks the system for entropy.
//!
//! Keys are P-256, since every client takes them. Certificates pass OpenSSL's strict checks: key identifiers, key
//! usage and alternative names are all there.
//!
//! ```
//! use bottle_ca::{Authority, CaSpec, Key, LeafName, Serial, issue_ca};
//! use time::{Duration, OffsetDateTime};
//!
//! let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
//! let key = Key::generate()?;
//! let spec = CaSpec { common_name: "bottle dev-4x0kz".to_owned(), lifetime: Duration::days(30) };
//! let certificate = issue_ca(&spec, &key, Serial::new([1; 16]), now)?;
//!
//! let authority = Authority::from_pem(&certificate.to_pem(), &key.to_sec1_pem()?)?;
//! let name = LeafName::Dns("api.example.test".parse()?);
//! let leaf = authority.issue_leaf(&name, &Key::generate()?, Serial::new([2; 16]), now)?;
//! assert!(!leaf.der().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod authority;
mod error;
mod key;
mod serial;

pub use self::authority::{Authority, CaCertificate, CaSpec, Leaf, LeafName, issue_ca};
pub use self::error::CaError;
pub use self::key::Key;
pub use self::serial::Serial;
