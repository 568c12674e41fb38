//! The pretend internet: web sites, a resolver and an open port, all in one process that remembers what reached it.

mod control;
mod dns;
mod port;
mod seen;
mod sites;
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bottle_ca::CaError;
use bottle_core::Host;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::sleep;

pub use self::control::fetch_seen;
use self::dns::Resolver;
use self::seen::Memory;
pub use self::seen::{Seen, SeenRequest};
use self::sites::Sites;

/// The port that answers nothing and notes who came.
pub const OPEN_PORT: u16 = 7;
/// Where the world tells what it has seen, on loopback alone.
pub const CONTROL_PORT: u16 = 9000;
/// How long a listener rests that could not accept: there may be too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What the world is made of.
#[derive(Debug, Clone)]
pub struct WorldSettings {
    /// The names of its sites.
    pub hosts: Vec<Host>,
    /// The address that its resolver answers with.
    pub address: Ipv4Addr,
    /// The folder with `root.pem` and `root-key.pem`.
    pub root_dir: PathBuf,
    /// A folder of which the sites serve the files, if there is one.
    pub files_dir: Option<PathBuf>,
    /// Where it listens.
    pub listen: Listen,
}

/// Where the world listens.
#[derive(Debug, Clone, Copy)]
pub struct Listen {
    /// Plain web sites.
    pub http: SocketAddr,
    /// Web sites with TLS.
    pub https: SocketAddr,
    /// The resolver, over UDP.
    pub dns: SocketAddr,
    /// The resolver, over TCP.
    pub dns_tcp: SocketAddr,
    /// The open port.
    pub tcp: SocketAddr,
    /// Where it tells what it has seen.
    pub control: SocketAddr,
}

impl Default for Listen {
    /// The ports of a real internet, everywhere; control on loopback.
    fn default() -> Self {
        let everywhere = |port| SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
        Self {
            http: everywhere(80),
            https: everywhere(443),
            dns: everywhere(53),
            dns_tcp: everywhere(53),
            tcp: everywhere(OPEN_PORT),
            control: SocketAddr::from((Ipv4Addr::LOCALHOST, CONTROL_PORT)),
        }
    }
}

/// Why there is no world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// A file cannot be read, or a port not be listened on.
    #[error("cannot use {what}")]
    Io {
        /// What.
        what: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A certificate could not be made.
    #[error("cannot issue a certificate")]
    Certificate(#[from] CaError),
    /// There is no randomness.
    #[error("the system gives no randomness")]
    Entropy(#[from] getrandom::Error),
    /// A certificate cannot be used.
    #[error("cannot set TLS up")]
    Tls(#[from] rustls::Error),
}

/// A world that listens.
pub struct World {
    addresses: Listen,
    http: TcpListener,
    https: TcpListener,
    tcp: TcpListener,
    control: TcpListener,
    dns: UdpSocket,
    dns_tcp: TcpListener,
    sites: Sites,
    tls: Arc<rustls::ServerConfig>,
    settings: WorldSettings,
}

impl World {
    /// Reads the authority and binds every port.
    ///
    /// # Errors
    ///
    /// [`WorldError`] for the first thing that is missing.
    pub async fn start(settings: WorldSettings) -> Result<Self, WorldError> {
        let tls = tls::config(&settings)?;
        let listen = settings.listen;
        let http = bind(listen.http).await?;
        let https = bind(listen.https).await?;
        let tcp = bind(listen.tcp).await?;
        let control = bind(listen.control).await?;
        let dns_tcp = bind(listen.dns_tcp).await?;
        let dns = UdpSocket::bind(listen.dns).await;
        let dns = dns.map_err(|source| port_error(listen.dns, source))?;
        let address = |listener: &TcpListener, asked| listener.local_addr().unwrap_or(asked);
        let addresses = Listen {
            http: address(&http, listen.http),
            https: address(&https, listen.https),
            tcp: address(&tcp, listen.tcp),
            control: address(&control, listen.control),
            dns: dns.local_addr().unwrap_or(listen.dns),
            dns_tcp: address(&dns_tcp, listen.dns_tcp),
        };
        let sites = Sites::new(Memory::default(), settings.files_dir.clone());
        Ok(Self {
            addresses,
            http,
            https,
            tcp,
            control,
            dns,
            dns_tcp,
            sites,
            tls,
            settings,
        })
    }

    /// Where it listens: the ports that the system chose for those given as 0.
    pub const fn addresses(&self) -> Listen {
        self.addresses
    }

    /// Serves until it is dropped.
    pub async fn run(self) {
        let Self {
            http,
            https,
            tcp,
            control,
            dns,
            dns_tcp,
            sites,
            tls,
            settings,
            addresses: _,
        } = self;
        let memory = sites.memory().clone();
        let resolver = Resolver {
            hosts: settings.hosts,
            address: settings.address,
            memory: memory.clone(),
        };
        let mut services = JoinSet::new();
        services.spawn(sites.clone().serve_http(http));
        services.spawn(sites.serve_https(https, tls));
        services.spawn(port::serve(tcp, memory.clone()));
        services.spawn(resolver.clone().serve_udp(dns));
        services.spawn(resolver.serve_tcp(dns_tcp));
        services.spawn(control::serve(control, memory));
        // None of them ends.
        while services.join_next().await.is_some() {}
    }
}

/// The next connection, however often accepting one fails: a deaf listener would look like a silent agent.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, WorldError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| port_error(address, source))
}

fn port_error(address: SocketAddr, source: io::Error) -> WorldError {
    WorldError::Io {
        what: address.to_string(),
        source,
    }
}
