//! Certificates for the names that clients ask for, issued on demand and kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bottle_ca::{Authority as Ca, CaError, Key, LeafName, Serial};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use thiserror::Error;
use time::OffsetDateTime;

use crate::authority::Name;
use crate::limits::{LEAF_TTL, MAX_LEAFS};

/// HTTP/1.1, as TLS names it.
pub(crate) const ALPN_HTTP1: &[u8] = b"http/1.1";

/// HTTP/2, as TLS names it.
pub(crate) const ALPN_HTTP2: &[u8] = b"h2";

/// No certificate can be had for a name.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LeafError {
    /// The authority refuses.
    #[error("cannot issue a certificate")]
    Issue(#[from] CaError),
    /// The system gives no random numbers.
    #[error("no randomness")]
    Random,
    /// The TLS library does not take the key.
    #[error("unusable key or TLS settings")]
    Tls(#[from] rustls::Error),
    /// This name never has a certificate.
    #[error("no certificate for this name")]
    Name,
}

/// Issues and keeps one TLS configuration per name. All leafs share one key, made at start.
pub(crate) struct Leafs {
    ca: Ca,
    key: Key,
    signing: Arc<dyn SigningKey>,
    /// Everything but the certificate: protocol versions, ALPN and one session store for all names.
    template: ServerConfig,
    cache: Mutex<Cache>,
}

#[derive(Default)]
struct Cache {
    configs: HashMap<String, (Instant, Arc<ServerConfig>)>,
    /// Names in the order in which they came.
    order: VecDeque<String>,
}

#[derive(Debug)]
struct OneLeaf(Arc<CertifiedKey>);

impl ResolvesServerCert for OneLeaf {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl Leafs {
    /// Issues in the name of `ca`.
    ///
    /// # Errors
    ///
    /// [`LeafError`] when no key can be made or TLS cannot be set up with it.
    pub(crate) fn new(ca: Ca) -> Result<Self, LeafError> {
        let key = Key::generate()?;
        let pkcs8 = PrivatePkcs8KeyDer::from(key.to_pkcs8_der().as_slice()).clone_key();
        let der = PrivateKeyDer::from(pkcs8);
        let signing = ring::sign::any_ecdsa_type(&der)?;
        let template = template(Arc::new(ring::default_provider()), Arc::clone(&signing))?;
        Ok(Self {
            ca,
            key,
            signing,
            template,
            cache: Mutex::default(),
        })
    }

    /// The TLS configuration with a certificate for `name`.
    ///
    /// # Errors
    ///
    /// [`LeafError`] when there can be none for it.
    pub(crate) fn config(&self, name: &Name) -> Result<Arc<ServerConfig>, LeafError> {
        let text = name.to_string();
        if let Some(config) = self.kept(&text) {
            return Ok(config);
        }
        let config = Arc::new(self.issue(name)?);
        self.keep(text, Arc::clone(&config));
        Ok(config)
    }

    fn issue(&self, name: &Name) -> Result<ServerConfig, LeafError> {
        let name = match name {
            Name::Host(host) => LeafName::Dns(host.clone()),
            Name::Ip(address) => LeafName::Ip(*address),
            Name::Local => return Err(LeafError::Name),
        };
        let mut serial = [0; 16];
        getrandom::fill(&mut serial).map_err(|_| LeafError::Random)?;
        let leaf = self.ca.issue_leaf(
            &name,
            &self.key,
            Serial::new(serial),
            OffsetDateTime::now_utc(),
        )?;
        let chain = vec![CertificateDer::from(leaf.der().to_vec())];
        let mut config = self.template.clone();
        config.cert_resolver = Arc::new(OneLeaf(Arc::new(CertifiedKey::new(
            chain,
            Arc::clone(&self.signing),
        ))));
        Ok(config)
    }

    fn kept(&self, name: &str) -> Option<Arc<ServerConfig>> {
        let cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let (issued, config) = cache.configs.get(name)?;
        (issued.elapsed() < LEAF_TTL).then(|| Arc::clone(config))
    }

    fn keep(&self, name: String, config: Arc<ServerConfig>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache
            .configs
            .insert(name.clone(), (Instant::now(), config))
            .is_none()
        {
            cache.order.push_back(name);
        }
        while cache.order.len() > MAX_LEAFS {
            if let Some(oldest) = cache.order.pop_front() {
                cache.configs.remove(&oldest);
            }
        }
    }
}

fn template(
    provider: Arc<CryptoProvider>,
    signing: Arc<dyn SigningKey>,
) -> Result<ServerConfig, rustls::Error> {
    let nobody = Arc::new(OneLeaf(Arc::new(CertifiedKey::new(Vec::new(), signing))));
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(nobody);
    config.alpn_protocols = vec![ALPN_HTTP2.to_vec(), ALPN_HTTP1.to_vec()];
    // Sessions are resumed from tickets that the client keeps: nothing is kept here, however many there are.
    config.ticketer = ring::Ticketer::new()?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

/// A certificate's age never comes near its end of life.
const _: () = assert!(LEAF_TTL.as_secs() < Duration::from_hours(6 * 24).as_secs());
