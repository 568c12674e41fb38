//! The floor: interception by the same libraries and nothing else. It decides, checks, limits and records nothing.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;

use crate::client::Client;
use crate::connection::Version;
use crate::issuer::Issuer;
use crate::origin::{HOST, Origin};
use crate::process::Process;
use crate::proxy::Proxy;

/// Its column.
pub(crate) const NAME: &str = "bare";

/// Interception without a policy: this program, started once more.
pub(crate) struct Bare;

/// The one connection to the origin that each client's connection has.
type Way = Mutex<Option<SendRequest<Incoming>>>;

impl Proxy for Bare {
    fn name(&self) -> &'static str {
        NAME
    }

    fn missing(&self) -> Option<&'static str> {
        None
    }

    fn speaks_http2(&self) -> bool {
        false
    }

    fn prepare(&self, folder: &Path, origin: &Origin) -> Result<()> {
        fs::copy(&origin.authority, folder.join("origin-ca.pem"))?;
        let Issuer { certificate, key } = Issuer::new(NAME)?;
        fs::write(folder.join("ca.pem"), certificate)?;
        fs::write(folder.join("ca-key.pem"), key)?;
        Ok(fs::write(
            folder.join("origin-port"),
            origin.port.to_string(),
        )?)
    }

    fn launch(&self, folder: &Path) -> Result<(Process, SocketAddr)> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("--play-bare").arg(folder);
        let mut process = Process::spawn(command, folder)?;
        let address = process.announced("address=")?;
        Ok((process, address))
    }

    fn authority(&self, folder: &Path) -> PathBuf {
        folder.join("ca.pem")
    }
}

/// Serves until it is killed.
pub(crate) async fn play(folder: &Path) -> Result<()> {
    let issuer = Issuer {
        certificate: fs::read_to_string(folder.join("ca.pem"))?,
        key: fs::read_to_string(folder.join("ca-key.pem"))?,
    };
    let mut config = issuer.server(HOST)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let authority = folder.join("origin-ca.pem");
    let port = fs::read_to_string(folder.join("origin-port"))?.parse()?;
    let origin = Origin { port, authority };
    let client = Arc::new(Client::new(None, &origin, &origin.authority)?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    eprintln!("address={}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&client)));
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, client: Arc<Client>) -> Result<()> {
    stream.set_nodelay(true)?;
    let opens = service_fn(move |mut request| {
        let (acceptor, client) = (acceptor.clone(), Arc::clone(&client));
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let stream = acceptor.accept(TokioIo::new(upgraded.await?)).await?;
            let way = Way::default();
            let passes = service_fn(|request| pass(&client, &way, request));
            let http = server::Builder::new().serve_connection(TokioIo::new(stream), passes);
            anyhow::Ok(http.await?)
        });
        async { anyhow::Ok(Response::new(Empty::<Bytes>::new())) }
    });
    let http = server::Builder::new().serve_connection(TokioIo::new(stream), opens);
    Ok(http.with_upgrades().await?)
}

async fn pass(
    client: &Client,
    way: &Way,
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, hyper::Error>>> {
    let mut way = way.lock().await;
    if way.as_ref().is_none_or(SendRequest::is_closed) {
        let stream = client.secure_stream(Version::Http1).await?;
        let (sender, connection) = client::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        *way = Some(sender);
    }
    let sender = way.as_mut().context("just opened")?;
    sender.ready().await?;
    Ok(sender.send_request(request).await?.map(BodyExt::boxed))
}
