//! The pipelock service as a whole: files in, a listening socket out.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_egress::LeaseBook;
use bottle_pipelock::{Overrides, PipelockFile};

use super::gate::PipelockGate;
use super::inspect::Room;
use super::knowing::Knowing;
use super::policy::Policy;
use super::recent::Recent;
use super::rows::Rows;
use crate::config::{self, StartError, Surroundings};
use crate::decision_log::DecisionLog;
use crate::engine::{Engine, Listener, listen};
use crate::reload::{Files, Reloader, reload};
use crate::resolve::Resolver;
use crate::secrets::SecretStore;
use crate::stop::Stop;
use crate::upstream::{Addresses, Upstream, Way};
use crate::watched::Watched;

/// The policy, inside the configuration folder.
const POLICY_FILE: &str = "pipelock.yaml";
/// Where it differs on single routes, beside it. Folders of older versions have none.
const OVERRIDES_FILE: &str = "dlp.yaml";

/// What pipelock is started with.
#[derive(Debug, Clone)]
pub struct PipelockSettings {
    /// Where to listen for egress.
    pub listen: SocketAddr,
    /// The folder with `pipelock.yaml`, `ca.pem`, `ca-key.pem` and, unless nothing differs, `dlp.yaml`.
    pub config_dir: PathBuf,
    /// The folder into which secrets are put.
    pub run_dir: PathBuf,
    /// Who may send requests.
    pub allowed_peers: AllowedPeers,
    /// The DNS server to ask; the system's resolver without one.
    pub resolver: Option<SocketAddr>,
}

/// Who may send requests to pipelock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedPeers {
    /// Nobody.
    Nobody,
    /// This one: the egress service of the bottle.
    One(IpAddr),
    /// Whoever is on this machine: for a service that runs alone.
    Loopback,
}

impl AllowedPeers {
    /// Whether a peer is one of them.
    pub(super) fn contains(self, peer: IpAddr) -> bool {
        match self {
            Self::Nobody => false,
            Self::One(allowed) => allowed == peer,
            Self::Loopback => peer.is_loopback(),
        }
    }
}

/// The pipelock service, listening.
pub struct Pipelock {
    engine: Arc<Engine<PipelockGate>>,
    listener: Listener,
    reloader: Arc<Reloader>,
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
            allowed_peers,
            resolver,
        } = settings;
        let listener = listen(address).await.map_err(StartError::Listen)?;
        let exit = Exit {
            config_dir: config_dir.clone(),
            resolver: resolver.map_or(Resolver::System, Resolver::Server),
            own_port: listener.local_addr().map_err(StartError::Listen)?.port(),
        };
        let files = Files::note(
            [POLICY_FILE, OVERRIDES_FILE]
                .map(|file| config_dir.join(file))
                .to_vec(),
        );
        let (policy, way) = exit.read()?;
        let gate = PipelockGate {
            policy: Watched::new(policy),
            leases: LeaseBook::default(),
            knowing: SecretStore::new(&run_dir, Knowing::of),
            room: Room::default(),
            recent: Recent::default(),
            rows: Rows::default(),
            answers: Arc::default(),
            allowed_peers,
            upstream: Upstream::new(way),
            stale: AtomicBool::new(false),
        };
        gate.knowing.also(gate.policy.get().canaries.clone());
        let engine = Arc::new(Engine::new(gate, config::leafs(&config_dir)?, log));
        let reloader = reloader(&engine, files, exit);
        Ok(Self {
            engine,
            listener,
            reloader,
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
        let reloader = Arc::clone(&self.reloader);
        move || reloader.now()
    }

    /// Serves until asked to stop. The policy is read again when one of its files is replaced.
    pub async fn run(self, stop: Stop) {
        let Self {
            engine,
            listener,
            reloader,
        } = self;
        engine.issue_ahead();
        tokio::join!(
            engine.run(listener, stop.clone()),
            reloader.watch(stop.clone())
        );
    }
}

/// What the way out is made from.
struct Exit {
    config_dir: PathBuf,
    resolver: Resolver,
    own_port: u16,
}

impl Exit {
    fn read(&self) -> Result<(Policy, Way), StartError> {
        let text = crate::files::read_text(&self.config_dir.join(POLICY_FILE))?;
        let file = PipelockFile::from_yaml(&text, POLICY_FILE).map_err(StartError::Policy)?;
        let surroundings = Surroundings {
            config_dir: &self.config_dir,
            resolver: self.resolver,
            own_port: self.own_port,
        };
        let addresses = Addresses {
            granted: file.ip_allowlist().to_vec(),
            internal: file.internal(),
            trusted: file.trusted(),
        };
        let way = config::way(&file.upstream(), addresses, &surroundings)?;
        let digest = crate::files::digest(&text);
        let overrides = read_overrides(&self.config_dir)?;
        Ok((Policy::of(&file, digest, overrides), way))
    }
}

fn reloader(engine: &Arc<Engine<PipelockGate>>, files: Files, exit: Exit) -> Arc<Reloader> {
    let engine = Arc::clone(engine);
    Arc::new(Reloader::new(files, move || {
        let ok = reload("pipelock", &engine.log, exit.read(), |(policy, way)| {
            engine.gate.knowing.also(policy.canaries.clone());
            engine.gate.policy.set(policy);
            engine.gate.upstream.replace(way);
            engine.rules_changed();
            engine.issue_ahead();
        });
        engine.gate.stale.store(!ok, Ordering::Relaxed);
    }))
}

fn read_overrides(config_dir: &Path) -> Result<Overrides, StartError> {
    match crate::files::read_text(&config_dir.join(OVERRIDES_FILE)) {
        Ok(text) => Overrides::from_yaml(&text, OVERRIDES_FILE).map_err(StartError::Policy),
        Err(error) if error.is_missing() => Ok(Overrides::default()),
        Err(error) => Err(error.into()),
    }
}
