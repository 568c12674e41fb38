//! The pipelock service as a whole: files in, a listening socket out.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bottle_pipelock::{KnownSecret, PipelockFile, Scanner};
use rustls::RootCertStore;

use super::gate::PipelockGate;
use super::inspect::Room;
use super::policy::Policy;
use crate::config::{self, StartError};
use crate::decision_log::DecisionLog;
use crate::engine::{Engine, Listener, listen};
use crate::resolve::Resolver;
use crate::secrets::{KnownValue, SecretStore, Secrets};
use crate::stop::Stop;
use crate::upstream::{Hop, Upstream};
use crate::watched::Watched;

/// The policy, inside the configuration folder.
const POLICY_FILE: &str = "pipelock.yaml";

/// Authorities trusted besides the public ones; the file need not exist.
const EXTRA_ROOTS_FILE: &str = "upstream-roots.pem";

/// What pipelock is started with.
#[derive(Debug, Clone)]
pub struct PipelockSettings {
    /// Where to listen for egress.
    pub listen: SocketAddr,
    /// The folder with `pipelock.yaml`, `ca.pem`, `ca-key.pem` and perhaps `upstream-roots.pem`.
    pub config_dir: PathBuf,
    /// The folder into which secrets are put.
    pub run_dir: PathBuf,
    /// The only peer that may send requests. Without one nobody may.
    pub allowed_peer: Option<IpAddr>,
    /// The DNS server to ask; the system's resolver without one.
    pub resolver: Option<SocketAddr>,
}

/// The pipelock service, listening.
pub struct Pipelock {
    engine: Arc<Engine<PipelockGate>>,
    listener: Listener,
    config_dir: PathBuf,
}

impl Pipelock {
    /// Reads the configuration and binds the socket.
    ///
    /// # Errors
    ///
    /// [`StartError`]: without a whole configuration the service does not start.
    pub async fn start(settings: PipelockSettings, log: DecisionLog) -> Result<Self, StartError> {
        let PipelockSettings {
            listen: address,
            config_dir,
            run_dir,
            allowed_peer,
            resolver,
        } = settings;
        let (policy, granted) = Policy::of(&read_policy(&config_dir)?);
        let resolver = resolver.map_or(Resolver::System, Resolver::Server);
        let hop = Hop::Direct {
            resolver,
            granted: Watched::new(granted),
        };
        let gate = PipelockGate {
            policy: Watched::new(policy),
            scanner: SecretStore::new(&run_dir, |secrets| secrets.map(scanner)),
            room: Room::default(),
            allowed_peer,
            upstream: Upstream::new(hop, config::client(public_roots(&config_dir)?)?),
        };
        let engine = Arc::new(Engine::new(gate, config::leafs(&config_dir)?, log));
        let listener = listen(address).await.map_err(StartError::Listen)?;
        Ok(Self {
            engine,
            listener,
            config_dir,
        })
    }

    /// Where the service listens.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// A handle with which the policy is read again while the service runs.
    pub fn reloader(&self) -> impl Fn() + Send + Sync + use<> {
        let (engine, config_dir) = (Arc::clone(&self.engine), self.config_dir.clone());
        move || {
            config::reload("pipelock", &engine.log, read_policy(&config_dir), |file| {
                let (policy, addresses) = Policy::of(&file);
                engine.gate.policy.set(policy);
                if let Hop::Direct { granted, .. } = engine.gate.upstream.hop() {
                    granted.set(addresses);
                }
            });
        }
    }

    /// Serves until asked to stop.
    pub async fn run(self, stop: Stop) {
        let Self {
            engine,
            listener,
            config_dir: _,
        } = self;
        engine.run(listener, stop).await;
    }
}

fn read_policy(config_dir: &Path) -> Result<PipelockFile, StartError> {
    let text = crate::files::read_text(&config_dir.join(POLICY_FILE))?;
    PipelockFile::from_yaml(&text, POLICY_FILE).map_err(StartError::Policy)
}

fn public_roots(config_dir: &Path) -> Result<RootCertStore, StartError> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let extra = config_dir.join(EXTRA_ROOTS_FILE);
    if extra.exists() {
        config::add_roots(&mut roots, &extra)?;
    }
    Ok(roots)
}

fn scanner(secrets: Secrets) -> Scanner {
    let known: Vec<KnownSecret> = secrets.known.into_iter().map(known_secret).collect();
    Scanner::with_known(&known)
}

fn known_secret(known: KnownValue) -> KnownSecret {
    let KnownValue {
        name,
        value,
        hosts,
        header,
    } = known;
    KnownSecret {
        name,
        value,
        hosts,
        header,
    }
}
