//! TLS towards the next hop.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::leaf::ALPN_HTTP1;
use crate::limits::MAX_TLS_SESSIONS;

/// A client that trusts `roots`, shows no certificate of its own and offers HTTP/1.1.
///
/// # Errors
///
/// When the TLS library has no protocol version in common with us.
pub(crate) fn client(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![ALPN_HTTP1.to_vec()];
    config.resumption = Resumption::in_memory_sessions(MAX_TLS_SESSIONS);
    Ok(Arc::new(config))
}
