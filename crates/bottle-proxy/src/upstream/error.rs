//! Why a request did not get to the next hop, or no answer came back.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use bottle_egress::DenialCode;
use thiserror::Error;

use super::Hop;
use crate::resolve::ResolveError;

/// The way failed. Unless the head was sent already, nothing of the request was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum UpstreamError {
    #[error("the name cannot be resolved")]
    Resolve(#[from] ResolveError),
    #[error("the name leads to the special address {0}")]
    SpecialAddress(IpAddr),
    #[error("the name leads back to this proxy")]
    Loop,
    #[error("the host cannot be reached")]
    Connect(#[source] io::Error),
    #[error("the host's certificate or TLS is not acceptable")]
    Tls(#[source] io::Error),
    #[error("the next proxy cannot be reached or does not open the way")]
    Chain(#[source] io::Error),
    #[error("too many connections are open")]
    Full,
    #[error("the exchange broke off")]
    Exchange(#[source] hyper::Error),
    #[error("no answer in time")]
    TimedOut,
    #[error("a new connection was closed before it was used")]
    Closed,
    #[error("the request cannot be written")]
    Request(#[source] http::Error),
    #[error("the host changed the protocol unasked")]
    Switched,
    #[error("the end of the host's answer can be understood in two ways")]
    Framing,
    #[error("the host sends interim answers without end")]
    Interim,
    #[error("the host's answer to the WebSocket handshake is wrong")]
    WebSocket,
    /// What failed for everybody who waited for it.
    #[error(transparent)]
    Shared(Arc<UpstreamError>),
}

impl UpstreamError {
    /// How a client is told.
    pub(crate) fn code(&self, hop: &Hop) -> DenialCode {
        let inner = matches!(hop, Hop::Inner(_));
        match self {
            Self::Shared(error) => error.code(hop),
            Self::SpecialAddress(_) => DenialCode::HostPrivateIp,
            Self::Loop => DenialCode::ProtoLoop,
            // It was the client's body that broke off.
            Self::Exchange(error) if error.is_user() => DenialCode::HttpMalformed,
            Self::Chain(_) => DenialCode::InternalFailClosed,
            _ if inner => DenialCode::InternalFailClosed,
            Self::Resolve(_) => DenialCode::UpstreamDnsFailed,
            Self::Tls(_) => DenialCode::UpstreamTlsInvalid,
            Self::Framing | Self::Interim | Self::Switched | Self::WebSocket => {
                DenialCode::UpstreamMalformed
            }
            Self::Exchange(error) if error.is_parse() => DenialCode::UpstreamMalformed,
            _ => DenialCode::UpstreamUnreachable,
        }
    }
}
