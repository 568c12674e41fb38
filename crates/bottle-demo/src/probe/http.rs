//! A request through the proxy, its target sent as it is written.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::http::header::{CONTENT_TYPE, HOST, HeaderValue};
use ::http::{Request, Response, Uri};
use bottle_core::causes;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::tunnel;
use crate::body::{Beginning, piece};
use crate::step::HttpOutcome;

/// The slowest answer there may be: three hops of one machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Whatever went wrong on the way to an answer; it is told as text.
pub(super) type Failure = Box<dyn Error + Send + Sync>;

/// What programs learn from their environment.
#[derive(Debug, Clone)]
pub struct ProbeSettings {
    /// The proxy of each scheme, `http://host:port`.
    pub proxies: BTreeMap<String, String>,
    /// The file with the authorities to trust.
    pub bundle: Option<PathBuf>,
}

/// A request to send.
pub(super) struct Asked<'a> {
    pub(super) url: &'a str,
    pub(super) method: &'a str,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: Option<&'a str>,
}

/// Sends it, and says what came back.
pub(super) async fn ask(settings: &ProbeSettings, asked: &Asked<'_>) -> HttpOutcome {
    let answer = timeout(TIMEOUT, exchange(settings, asked))
        .await
        .unwrap_or_else(|_| Err("nothing came in time".into()));
    answer.unwrap_or_else(|error| HttpOutcome {
        error: Some(causes(&*error)),
        ..HttpOutcome::default()
    })
}

async fn exchange(settings: &ProbeSettings, asked: &Asked<'_>) -> Result<HttpOutcome, Failure> {
    let uri: Uri = asked.url.parse()?;
    let scheme = uri
        .scheme_str()
        .ok_or("the address has no scheme")?
        .to_owned();
    let host = uri.host().ok_or("the address has no host")?.to_owned();
    let proxy = settings
        .proxies
        .get(&scheme)
        .ok_or("the environment names no proxy")?;
    let proxy = proxy
        .strip_prefix("http://")
        .unwrap_or(proxy)
        .trim_end_matches('/');
    let stream = TcpStream::connect(proxy).await?;
    if scheme == "http" {
        return send(stream, request(asked, uri)?).await;
    }
    let port = uri.port_u16().unwrap_or(443);
    match tunnel::open(stream, &format!("{host}:{port}")).await? {
        tunnel::Opened::Refused(refusal) => Ok(outcome(refusal).await),
        tunnel::Opened::Through(stream) => {
            let connector = TlsConnector::from(trust(settings)?);
            let stream = connector
                .connect(ServerName::try_from(host)?, stream)
                .await?;
            let target = uri
                .path_and_query()
                .map_or("/", |target| target.as_str())
                .parse()?;
            send(stream, request(asked, target)?).await
        }
    }
}

fn request(asked: &Asked<'_>, target: Uri) -> Result<Request<Full<Bytes>>, Failure> {
    let whole: Uri = asked.url.parse()?;
    let authority = whole.authority().ok_or("the address has no host")?;
    let mut request = Request::builder()
        .method(asked.method)
        .uri(target)
        .header(HOST, authority.as_str());
    for (name, value) in asked.headers {
        request = request.header(name, value);
    }
    let body = asked.body.unwrap_or_default().to_owned();
    Ok(request.body(Full::from(body))?)
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<HttpOutcome, Failure> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(outcome(sender.send_request(request).await?).await)
}

async fn outcome(response: Response<Incoming>) -> HttpOutcome {
    let (head, mut body) = response.into_parts();
    let mut beginning = Beginning::default();
    while !beginning.is_full() {
        let Some(piece) = piece(&mut body).await else {
            break;
        };
        beginning.take(&piece);
    }
    let headers = head.headers.iter();
    HttpOutcome {
        status: Some(head.status.as_u16()),
        content_type: head.headers.get(CONTENT_TYPE).map(text),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: beginning.text(),
        error: None,
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn trust(settings: &ProbeSettings) -> Result<Arc<ClientConfig>, Failure> {
    let bundle = settings
        .bundle
        .as_ref()
        .ok_or("the environment names no authorities")?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(bundle)? {
        // A bundle may hold an old root that is not read any more; the one that counts is.
        let _ = roots.add(certificate?);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(
        builder.with_root_certificates(roots).with_no_client_auth(),
    ))
}
