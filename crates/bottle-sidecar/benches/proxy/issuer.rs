//! An authority for the run, made by the crate that makes those of bottles.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use bottle_ca::{Authority, CaSpec, Key, LeafName, Serial, issue_ca};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

/// An authority that lives for one run: the content of its files.
pub(crate) struct Issuer {
    /// The certificate, in PEM.
    pub(crate) certificate: String,
    /// The key, in PEM.
    pub(crate) key: String,
}

impl Issuer {
    /// A new authority of this name.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let spec = CaSpec {
            common_name: name.to_owned(),
            lifetime: Duration::days(2),
        };
        let key = Key::generate()?;
        let certificate = issue_ca(&spec, &key, serial()?, OffsetDateTime::now_utc())?;
        Ok(Self {
            certificate: certificate.to_pem(),
            key: key.to_sec1_pem()?.to_string(),
        })
    }

    /// The settings of a server that proves to be `host`.
    pub(crate) fn server(&self, host: &str) -> Result<ServerConfig> {
        let authority = Authority::from_pem(&self.certificate, &self.key)?;
        let key = Key::generate()?;
        let name = LeafName::Dns(host.parse().context("not a host")?);
        let leaf = authority.issue_leaf(&name, &key, serial()?, OffsetDateTime::now_utc())?;
        let chain = vec![CertificateDer::from(leaf.der().to_vec())];
        let key = PrivatePkcs8KeyDer::from(key.to_pkcs8_der().as_slice()).clone_key();
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth();
        Ok(builder.with_single_cert(chain, PrivateKeyDer::from(key))?)
    }
}

fn serial() -> Result<Serial> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(Serial::new(bytes))
}
