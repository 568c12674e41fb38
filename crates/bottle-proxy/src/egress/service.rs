//! The egress service as a whole: files in, listening sockets out.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bottle_egress::RouteTable;

use super::denials::Denials;
use super::gate::EgressGate;
use crate::config::{self, StartError};
use crate::decision_log::DecisionLog;
use crate::dns::DnsRefuser;
use crate::engine::{Engine, Listener, listen};
use crate::secrets::SecretStore;
use crate::stop::Stop;
use crate::upstream::{Hop, Upstream};
use crate::watched::Watched;

/// The rules, inside the configuration folder.
const ROUTES_FILE: &str = "routes.yaml";

/// The certificate of the only authority that egress trusts: the inner proxy's.
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
    /// The inner proxy, the only way out.
    pub pipelock: SocketAddr,
}

/// The egress service, listening.
pub struct Egress {
    engine: Arc<Engine<EgressGate>>,
    listener: Listener,
    dns: Option<DnsRefuser>,
    config_dir: PathBuf,
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
            pipelock,
        } = settings;
        let table = read_table(&config_dir)?;
        let roots = config::roots(&config_dir.join(UPSTREAM_CA_FILE))?;
        let gate = EgressGate {
            table: Watched::new(table),
            secrets: SecretStore::new(&run_dir, Option::unwrap_or_default),
            denials: Denials::default(),
            upstream: Upstream::new(Hop::Through(pipelock), config::client(roots)?),
        };
        let engine = Arc::new(Engine::new(gate, config::leafs(&config_dir)?, log));
        let listener = listen(address).await.map_err(StartError::Listen)?;
        let dns = match dns_listen {
            Some(address) => Some(
                DnsRefuser::bind(address)
                    .await
                    .map_err(StartError::Listen)?,
            ),
            None => None,
        };
        Ok(Self {
            engine,
            listener,
            dns,
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

    /// A handle with which the rules are read again while the service runs.
    pub fn reloader(&self) -> impl Fn() + Send + Sync + use<> {
        let (engine, config_dir) = (Arc::clone(&self.engine), self.config_dir.clone());
        move || {
            config::reload("egress", &engine.log, read_table(&config_dir), |table| {
                engine.gate.table.set(table);
            });
        }
    }

    /// Serves until asked to stop.
    pub async fn run(self, stop: Stop) {
        let Self {
            engine,
            listener,
            dns,
            config_dir: _,
        } = self;
        let refuse_dns = async {
            if let Some(dns) = dns {
                dns.run(stop.clone()).await;
            }
        };
        tokio::join!(engine.run(listener, stop.clone()), refuse_dns);
    }
}

fn read_table(config_dir: &std::path::Path) -> Result<RouteTable, StartError> {
    let text = crate::files::read_text(&config_dir.join(ROUTES_FILE))?;
    RouteTable::from_yaml(&text, ROUTES_FILE).map_err(StartError::Policy)
}
