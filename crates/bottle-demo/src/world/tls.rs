//! Certificates of the sites.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use bottle_ca::{Authority, Key, LeafName};
use bottle_core::Host;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::ResolvesServerCertUsingSni;
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;

use super::{WorldError, WorldSettings};
use crate::root::serial;

/// A certificate for each site, from the world's own authority.
pub(super) fn config(settings: &WorldSettings) -> Result<Arc<ServerConfig>, WorldError> {
    let certificate = read(&settings.root_dir.join("root.pem"))?;
    let key = read(&settings.root_dir.join("root-key.pem"))?;
    let authority = Authority::from_pem(&certificate, &key)?;
    let mut sites = ResolvesServerCertUsingSni::new();
    for host in &settings.hosts {
        sites.add(host.as_str(), leaf(&authority, host)?)?;
    }
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(
        builder
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(sites)),
    ))
}

fn leaf(authority: &Authority, host: &Host) -> Result<CertifiedKey, WorldError> {
    let key = Key::generate()?;
    let name = LeafName::Dns(host.clone());
    let leaf = authority.issue_leaf(&name, &key, serial()?, OffsetDateTime::now_utc())?;
    let pkcs8 = PrivatePkcs8KeyDer::from(key.to_pkcs8_der().as_slice()).clone_key();
    let signing = ring::sign::any_ecdsa_type(&PrivateKeyDer::from(pkcs8))?;
    let certificate = CertificateDer::from(leaf.der().to_vec());
    Ok(CertifiedKey::new(vec![certificate], signing))
}

fn read(path: &Path) -> Result<String, WorldError> {
    fs::read_to_string(path).map_err(|source| WorldError::Io {
        what: path.display().to_string(),
        source,
    })
}
