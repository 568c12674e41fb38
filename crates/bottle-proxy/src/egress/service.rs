//! The egress service as a whole: files in, listening sockets out.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_egress::{Asking, EgressPolicy, LeaseBook};

use super::credential::Values;
use super::denials::Denials;
use super::gate::EgressGate;
use crate::clock::moment;
use crate::config::{self, StartError, Surroundings};
use crate::decision_log::DecisionLog;
use crate::dns::DnsRefuser;
use crate::engine::{Engine, Listener, listen};
use crate::reload::{Files, Reloader, reload};
use crate::resolve::Resolver;
use crate::secrets::SecretStore;
use crate::stop::Stop;
use crate::upstream::{Addresses, Hop, Upstream, Way, WaySource};
use crate::watched::Watched;

/// The rules, inside the configuration folder.
const ROUTES_FILE: &str = "routes.yaml";

/// The certificate of the only authority that egress trusts behind the inner proxy.
const UPSTREAM_CA_FILE: &str = "upstream-ca.pem";

/// What egress is started with.
#[derive(Debug, Clone)]
pub struct EgressSettings {
    /// Where to listen for the agent.
    pub listen: SocketAddr,
    /// Where to refuse DNS queries, if at all.
    pub dns_listen: Option<SocketAddr>,
    /// The folder with `routes.yaml`, `ca.pem`, `ca-key.pem` and `upstream-ca.pem`.
    pub config_dir: PathBuf,
    /// The folder into which secrets are put.
    pub run_dir: PathBuf,
    /// The only way out.
    pub next: NextHop,
    /// Whom the agent is told to ask for more.
    pub asking: Asking,
}

/// Where egress sends what it lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextHop {
    /// To the inner proxy, whose authority is in `upstream-ca.pem`: the way of every bottle.
    Pipelock(SocketAddr),
    /// Where the `upstream` part of `routes.yaml` says: for a service that runs alone.
    Configured,
}

/// The egress service, listening.
pub struct Egress {
    engine: Arc<Engine<EgressGate>>,
    listener: Listener,
    dns: Option<DnsRefuser>,
    reloader: Arc<Reloader>,
}

impl Egress {
    /// Reads the configuration and binds the sockets.
    ///
    /// # Errors
    ///
    /// [`StartError`]: without a whole configuration the service does not start.
    pub async fn start(settings: EgressSettings, log: DecisionLog) -> Result<Self, StartError> {
        let EgressSettings {
            listen: address,
            dns_listen,
            config_dir,
            run_dir,
            next,
            asking,
        } = settings;
        let listener = listen(address).await.map_err(StartError::Listen)?;
        let own_port = listener.local_addr().map_err(StartError::Listen)?.port();
        let exit = Exit {
            config_dir: config_dir.clone(),
            next,
            own_port,
        };
        let files = Files::note([ROUTES_FILE].map(|file| config_dir.join(file)).to_vec());
        let Found {
            policy,
            digest,
            way,
        } = exit.read()?;
        let gate = EgressGate {
            leases: LeaseBook::at_start(&policy.table, moment()),
            table: Watched::new(policy.table),
            digest: Watched::new(digest),
            secrets: SecretStore::new(&run_dir, |secrets, _| Values::of(secrets)),
            denials: Denials::default(),
            upstream: Upstream::new(way),
            asking,
            behind_pipelock: matches!(next, NextHop::Pipelock(_)),
            stale: AtomicBool::new(false),
        };
        let engine = Arc::new(Engine::new(gate, config::leafs(&config_dir)?, log));
        let dns = match dns_listen {
            Some(address) => Some(
                DnsRefuser::bind(address)
                    .await
                    .map_err(StartError::Listen)?,
            ),
            None => None,
        };
        let reloader = reloader(&engine, files, exit);
        Ok(Self {
            engine,
            listener,
            dns,
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

    /// A handle with which the rules are read again while the service runs.
    pub fn reloader(&self) -> impl Fn() + Send + Sync + use<> {
        let reloader = Arc::clone(&self.reloader);
        move || reloader.now()
    }

    /// Serves until asked to stop. The rules are read again when their file is replaced.
    pub async fn run(self, stop: Stop) {
        let Self {
            engine,
            listener,
            dns,
            reloader,
        } = self;
        let refuse_dns = async {
            if let Some(dns) = dns {
                dns.run(stop.clone()).await;
            }
        };
        engine.issue_ahead();
        let leases = Arc::clone(&engine);
        tokio::join!(
            engine.run(listener, stop.clone()),
            leases.watch_leases(stop.clone()),
            refuse_dns,
            reloader.watch(stop.clone())
        );
    }
}

/// What the way out is made from.
struct Exit {
    config_dir: PathBuf,
    next: NextHop,
    own_port: u16,
}

/// What stands in the files.
struct Found {
    policy: EgressPolicy,
    digest: String,
    way: Way,
}

impl Exit {
    fn read(&self) -> Result<Found, StartError> {
        let text = crate::files::read_text(&self.config_dir.join(ROUTES_FILE))?;
        let policy = EgressPolicy::from_yaml(&text, ROUTES_FILE).map_err(StartError::Policy)?;
        let way = match self.next {
            NextHop::Pipelock(address) => {
                let path = self.config_dir.join(UPSTREAM_CA_FILE);
                let authority = crate::files::read_text(&path)?;
                let source = WaySource::of(&[address.to_string().as_bytes(), authority.as_bytes()]);
                Way::new(Hop::Inner(address), config::roots(&path)?, source)?
            }
            NextHop::Configured => {
                let surroundings = Surroundings {
                    config_dir: &self.config_dir,
                    resolver: Resolver::System,
                    own_port: self.own_port,
                };
                config::way(&policy.upstream, Addresses::default(), &surroundings)?
            }
        };
        Ok(Found {
            policy,
            digest: crate::files::digest(&text),
            way,
        })
    }
}

fn reloader(engine: &Arc<Engine<EgressGate>>, files: Files, exit: Exit) -> Arc<Reloader> {
    let engine = Arc::clone(engine);
    Arc::new(Reloader::new(files, move || {
        let ok = reload("egress", &engine.log, exit.read(), |found| {
            let Found {
                policy,
                digest,
                way,
            } = found;
            // The book first: what is judged by a table that it has not heard of is refused.
            engine.gate.leases.take_over(&policy.table, moment());
            engine.gate.table.set(policy.table);
            engine.gate.upstream.replace(way);
            engine.rules_changed();
            // Last: whoever sees it may rely on the rest.
            engine.gate.digest.set(digest);
            engine.issue_ahead();
        });
        engine.gate.stale.store(!ok, Ordering::Relaxed);
    }))
}
