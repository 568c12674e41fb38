//! What both services do with their configuration folder.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bottle_ca::{Authority as Ca, CaError, CaSpec, Key, Serial, issue_ca};
use bottle_core::{Diagnostics, Secret};
use bottle_egress::UpstreamPart;
use rustls::RootCertStore;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use crate::files::{FileError, read_certificates, read_text};
use crate::leaf::{LeafError, Leafs};
use crate::resolve::Resolver;
use crate::upstream::{Addresses, Direct, Hop, OuterProxy, Way, WaySource};

/// The service's own authority, inside the configuration folder.
const CA_FILE: &str = "ca.pem";

/// Its key.
const CA_KEY_FILE: &str = "ca-key.pem";

/// How long the authority of a service that runs alone is good.
const OWN_CA_LIFETIME: Duration = Duration::days(365);

/// A service that cannot start, or a configuration that cannot be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The policy file is not valid.
    #[error("invalid policy")]
    Policy(#[source] Diagnostics),
    /// The authority's files do not make an authority.
    #[error("unusable certificate authority")]
    Ca(#[from] CaError),
    /// The leaf key cannot be set up.
    #[error("cannot prepare certificates")]
    Leaf(#[from] LeafError),
    /// TLS cannot be set up.
    #[error("cannot prepare TLS")]
    Tls(#[from] rustls::Error),
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A socket cannot be bound.
    #[error("cannot listen")]
    Listen(#[source] io::Error),
}

/// What decides about the way out besides the policy file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) config_dir: &'a Path,
    pub(crate) resolver: Resolver,
    /// Where the service itself listens.
    pub(crate) own_port: u16,
}

/// The way out that the `upstream` part of a configuration describes; `addresses` is what the rest of the policy says
/// about them.
///
/// # Errors
///
/// When the file with authorities cannot be used.
pub(crate) fn way(
    part: &UpstreamPart,
    mut addresses: Addresses,
    surroundings: &Surroundings<'_>,
) -> Result<Way, StartError> {
    let UpstreamPart {
        ca_file,
        hosts,
        allow_cidrs,
        proxy,
    } = part;
    let Surroundings {
        config_dir,
        resolver,
        own_port,
    } = *surroundings;
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let mut authorities = String::new();
    if let Some(name) = ca_file {
        let path = config_dir.join(name);
        authorities = read_text(&path)?;
        add_roots(&mut roots, &path)?;
    }
    // Printed, a password is always the same.
    let password = proxy.as_ref().and_then(|proxy| proxy.credential.as_ref());
    let source = WaySource::of(&[
        format!("{part:?} {addresses:?}").as_bytes(),
        password.map_or("", Secret::expose).as_bytes(),
        authorities.as_bytes(),
    ]);
    addresses.granted.extend(allow_cidrs);
    let hop = match proxy {
        Some(proxy) => Hop::Proxy(OuterProxy::new(proxy)),
        None => Hop::Direct(Direct {
            resolver,
            hosts: hosts.clone(),
            addresses,
            own_port,
        }),
    };
    Ok(Way::new(hop, roots, source)?)
}

/// The issuer of leafs, from the folder's CA files.
pub(crate) fn leafs(config_dir: &Path) -> Result<Leafs, StartError> {
    let certificate = read_text(&config_dir.join(CA_FILE))?;
    let key = read_text(&config_dir.join(CA_KEY_FILE))?;
    Ok(Leafs::new(Ca::from_pem(&certificate, &key)?)?)
}

/// Makes the authority of a service that runs alone, unless its files are there: `ca.pem` and, for its owner alone,
/// `ca-key.pem`.
///
/// # Errors
///
/// [`StartError`] when it cannot be made or written, and when one of the two files is there without the other.
pub fn make_authority(config_dir: &Path) -> Result<(), StartError> {
    let (certificate, key_file) = (config_dir.join(CA_FILE), config_dir.join(CA_KEY_FILE));
    if certificate.exists() || key_file.exists() {
        return Ok(());
    }
    let spec = CaSpec {
        common_name: "bottle, a service on its own".to_owned(),
        lifetime: OWN_CA_LIFETIME,
    };
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|_| LeafError::Random)?;
    let key = Key::generate()?;
    let issued = issue_ca(&spec, &key, Serial::new(serial), OffsetDateTime::now_utc())?;
    write(&key_file, key.to_sec1_pem()?.as_bytes(), 0o600)?;
    write(&certificate, issued.to_pem().as_bytes(), 0o644)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StartError> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(bytes));
    written.map_err(|source| {
        let path = path.to_owned();
        StartError::Write { path, source }
    })
}

/// A store that trusts the certificates of one file and nothing else.
pub(crate) fn roots(path: &Path) -> Result<RootCertStore, StartError> {
    let mut roots = RootCertStore::empty();
    add_roots(&mut roots, path)?;
    Ok(roots)
}

/// Trusts the certificates of a file, too.
pub(crate) fn add_roots(roots: &mut RootCertStore, path: &Path) -> Result<(), StartError> {
    for certificate in read_certificates(path)? {
        roots.add(certificate)?;
    }
    Ok(())
}
