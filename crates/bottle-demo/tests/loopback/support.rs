//! A world on loopback, and a proxy that opens tunnels to it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use bottle_demo::probe::{self, ProbeSettings};
use bottle_demo::world::{Listen, World, WorldSettings};
use bottle_demo::{DemoRoot, HttpOutcome, Step, StepResult};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Started {
    _folder: TempDir,
    pub(crate) addresses: Listen,
    /// The certificate that the sites' own are signed with.
    pub(crate) root: PathBuf,
}

/// A world with one site, `a.example`.
pub(crate) async fn start() -> Started {
    let folder = tempfile::tempdir().unwrap();
    let root = DemoRoot::generate(OffsetDateTime::now_utc()).unwrap();
    std::fs::write(folder.path().join("root.pem"), &root.certificate).unwrap();
    std::fs::write(folder.path().join("root-key.pem"), root.key.as_bytes()).unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let settings = WorldSettings {
        hosts: vec!["a.example".parse().unwrap()],
        address: Ipv4Addr::new(198, 51, 100, 10),
        root_dir: folder.path().to_owned(),
        files_dir: None,
        listen: Listen {
            http: any,
            https: any,
            dns: any,
            dns_tcp: any,
            tcp: any,
            control: any,
        },
    };
    let world = World::start(settings).await.unwrap();
    let addresses = world.addresses();
    tokio::spawn(world.run());
    Started {
        root: folder.path().join("root.pem"),
        _folder: folder,
        addresses,
    }
}

/// Plain requests go to the world itself, as if it were the proxy.
pub(crate) fn settings(started: &Started) -> ProbeSettings {
    ProbeSettings {
        proxies: BTreeMap::from([(
            "http".to_owned(),
            format!("http://{}", started.addresses.http),
        )]),
        bundle: None,
    }
}

/// Does one request and answers what came of it.
pub(crate) async fn ask(settings: &ProbeSettings, step: Step) -> HttpOutcome {
    let mut results = probe::run(settings, &[step]).await;
    match results.pop() {
        Some(StepResult::Http(outcome)) => outcome,
        other => panic!("{other:?}"),
    }
}

/// A request without header fields of its own.
pub(crate) fn request(method: &str, url: &str, body: Option<String>) -> Step {
    Step::Http {
        url: url.to_owned(),
        method: method.to_owned(),
        headers: Vec::new(),
        body,
    }
}

/// A proxy that opens every tunnel to one address, or answers with what it is given and stays open.
pub(crate) async fn proxy(to: SocketAddr, answer: Option<&'static str>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(tunnel(stream, to, answer));
        }
    });
    address
}

async fn tunnel(mut stream: TcpStream, to: SocketAddr, answer: Option<&'static str>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"CONNECT a.example:443 HTTP/1.1\r\n"));
    if let Some(answer) = answer {
        stream.write_all(answer.as_bytes()).await.unwrap();
        // Kept alive, as a real proxy does.
        let _ = stream.read_u8().await;
        return;
    }
    let mut other = TcpStream::connect(to).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut other).await;
}

/// Requests with TLS go through that proxy.
pub(crate) fn through(proxy: SocketAddr, bundle: PathBuf) -> ProbeSettings {
    ProbeSettings {
        proxies: BTreeMap::from([("https".to_owned(), format!("http://{proxy}"))]),
        bundle: Some(bundle),
    }
}
