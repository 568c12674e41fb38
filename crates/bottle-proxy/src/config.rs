//! What both services do with their configuration folder.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bottle_ca::{Authority as Ca, CaError};
use bottle_core::Diagnostics;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use thiserror::Error;

use crate::decision_log::DecisionLog;
use crate::files::{FileError, read_certificates, read_text};
use crate::leaf::{ALPN_HTTP1, LeafError, Leafs};
use bottle_core::causes;

/// The service's own authority, inside the configuration folder.
const CA_FILE: &str = "ca.pem";

/// Its key.
const CA_KEY_FILE: &str = "ca-key.pem";

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
    /// A socket cannot be bound.
    #[error("cannot listen")]
    Listen(#[source] io::Error),
}

/// The issuer of leafs, from the folder's CA files.
pub(crate) fn leafs(config_dir: &Path) -> Result<Leafs, StartError> {
    let certificate = read_text(&config_dir.join(CA_FILE))?;
    let key = read_text(&config_dir.join(CA_KEY_FILE))?;
    Ok(Leafs::new(Ca::from_pem(&certificate, &key)?)?)
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

/// The TLS client of a service: HTTP/1.1 only, no client certificate.
pub(crate) fn client(roots: RootCertStore) -> Result<Arc<ClientConfig>, StartError> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![ALPN_HTTP1.to_vec()];
    Ok(Arc::new(config))
}

#[derive(Serialize)]
struct Reloaded {
    event: &'static str,
    service: &'static str,
    ok: bool,
}

/// Takes a newly read policy, or keeps the old one and says so.
pub(crate) fn reload<T>(
    service: &'static str,
    log: &DecisionLog,
    read: Result<T, StartError>,
    take: impl FnOnce(T),
) {
    let ok = read.is_ok();
    match read {
        Ok(policy) => {
            take(policy);
            tracing::info!(service, "policy reloaded");
        }
        Err(error) => tracing::error!(
            service,
            error = causes(&error),
            "policy not reloaded, the old one stays"
        ),
    }
    log.write(&Reloaded {
        event: "reload",
        service,
        ok,
    });
}
