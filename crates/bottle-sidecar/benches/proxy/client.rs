//! The client: TCP, CONNECT, TLS. The same for every candidate.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use bytes::BytesMut;
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::connection::{Connection, Version};
use crate::limits::{CONNECT_TIMEOUT, MAX_CONNECT_ANSWER};
use crate::origin::{HOST, Origin};

/// Opens connections to the origin, through a proxy or straight.
pub(crate) struct Client {
    /// Where the proxy listens, if there is one.
    proxy: Option<SocketAddr>,
    /// The port of the origin.
    port: u16,
    http1: TlsConnector,
    http2: TlsConnector,
}

impl Client {
    /// A client that trusts the authority in the file and nobody else. It resumes no TLS session.
    pub(crate) fn new(
        proxy: Option<SocketAddr>,
        origin: &Origin,
        authority: &Path,
    ) -> Result<Self> {
        let authority = CertificateDer::from_pem_file(authority)
            .with_context(|| format!("no certificate in {}", authority.display()))?;
        Ok(Self {
            proxy,
            port: origin.port,
            http1: connector(authority.clone(), b"http/1.1")?,
            http2: connector(authority, b"h2")?,
        })
    }

    /// A connection that speaks this version of HTTP.
    pub(crate) async fn open(&self, version: Version) -> Result<Connection> {
        let opened = async {
            let stream = self.secure_stream(version).await?;
            Connection::over(stream, version, format!("{HOST}:{}", self.port)).await
        };
        timeout(CONNECT_TIMEOUT, opened)
            .await
            .context("no connection in time")?
    }

    /// A stream to the origin on which this version of HTTP may be spoken.
    pub(crate) async fn secure_stream(&self, version: Version) -> Result<TlsStream<TcpStream>> {
        let stream = match self.proxy {
            Some(proxy) => self.tunnel(proxy).await?,
            None => connect((Ipv4Addr::LOCALHOST, self.port).into()).await?,
        };
        let connector = match version {
            Version::Http1 => &self.http1,
            Version::Http2 => &self.http2,
        };
        let stream = connector
            .connect(ServerName::try_from(HOST)?, stream)
            .await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        ensure!(is_http2 == (version == Version::Http2), "not {version:?}");
        Ok(stream)
    }

    /// Asks the proxy for a tunnel. Nobody speaks before us in it, so nothing stands behind the answer.
    async fn tunnel(&self, proxy: SocketAddr) -> Result<TcpStream> {
        let mut stream = connect(proxy).await?;
        let port = self.port;
        let question = format!("CONNECT {HOST}:{port} HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n");
        stream.write_all(question.as_bytes()).await?;
        let mut answer = BytesMut::with_capacity(512);
        while !answer.ends_with(b"\r\n\r\n") {
            let is_short = answer.len() < MAX_CONNECT_ANSWER;
            ensure!(
                is_short && stream.read_buf(&mut answer).await? > 0,
                "no tunnel"
            );
        }
        let is_open = [b"HTTP/1.1 200", b"HTTP/1.0 200"]
            .iter()
            .any(|line| answer.starts_with(*line));
        ensure!(is_open, "no tunnel: {}", String::from_utf8_lossy(&answer));
        Ok(stream)
    }
}

fn connector(authority: CertificateDer<'static>, protocol: &[u8]) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(authority)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
