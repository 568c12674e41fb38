//! Certificate authorities for the tests, made with the code under test.

use std::sync::Arc;

use bottle_ca::{Authority, CaSpec, Key, LeafName, Serial, issue_ca};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use time::{Duration, OffsetDateTime};

/// An authority: its files' content.
pub(crate) struct Issuer {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Issuer {
    pub(crate) fn new(name: &str) -> Self {
        let spec = CaSpec {
            common_name: name.to_owned(),
            lifetime: Duration::days(2),
        };
        let key = Key::generate().unwrap();
        let certificate = issue_ca(&spec, &key, serial(), OffsetDateTime::now_utc()).unwrap();
        Self {
            certificate: certificate.to_pem(),
            key: key.to_sec1_pem().unwrap().to_string(),
        }
    }

    /// A server that has a certificate for every name it is asked for (or always for `only`).
    pub(crate) fn server(&self, only: Option<&str>) -> Arc<ServerConfig> {
        let authority = Authority::from_pem(&self.certificate, &self.key).unwrap();
        let resolver = Arc::new(AnyName {
            authority,
            only: only.map(str::to_owned),
        });
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        Arc::new(builder.with_no_client_auth().with_cert_resolver(resolver))
    }
}

fn serial() -> Serial {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    Serial::new(bytes)
}

struct AnyName {
    authority: Authority,
    only: Option<String>,
}

impl std::fmt::Debug for AnyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyName")
    }
}

impl ResolvesServerCert for AnyName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = self.only.as_deref().or(hello.server_name())?;
        let key = Key::generate().ok()?;
        let name = LeafName::Dns(name.parse().ok()?);
        let leaf = self
            .authority
            .issue_leaf(&name, &key, serial(), OffsetDateTime::now_utc())
            .ok()?;
        let der = PrivateKeyDer::from_pem_slice(key.to_sec1_pem().ok()?.as_bytes()).ok()?;
        let signing = ring::sign::any_ecdsa_type(&der).ok()?;
        Some(Arc::new(CertifiedKey::new(
            vec![CertificateDer::from(leaf.der().to_vec())],
            signing,
        )))
    }
}

/// A TLS client that trusts one authority.
pub(crate) fn trusting(certificate: &str, alpn: &[&[u8]]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap())
        .unwrap();
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}
