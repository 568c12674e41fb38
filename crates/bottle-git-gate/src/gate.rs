//! The service as a whole: a folder in, a listening socket out.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bottle_core::RemoteName;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::config::{ConfigError, read_gate};
use crate::folders::Folders;
use crate::front::{Room, serve};
use crate::git::Surroundings;
use crate::limits::{MAX_PUSHES, MAX_TURNED_AWAY, TIDY_INTERVAL};
use crate::record::{Line, Reload, now};
use crate::served::{AllServed, Served};
use crate::settings::GateSettings;
use crate::tidy::tidy;

/// Where lines of the decision log go.
pub type LogSink = Box<dyn Fn(&Line) + Send + Sync>;

/// The gate does not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GateError {
    /// Without a whole configuration nothing is served.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Its folders cannot be made or read.
    #[error("cannot use the folders of git-gate")]
    Folders(#[source] io::Error),
    /// It cannot listen.
    #[error("cannot listen")]
    Listen(#[source] io::Error),
}

/// What all connections share.
pub(crate) struct Gate {
    pub(crate) settings: GateSettings,
    pub(crate) folders: Folders,
    pub(crate) log: LogSink,
    /// How many requests there have been: each has its own number.
    pub(crate) pushes: AtomicU64,
    /// A permit for each push that is received: all of one lies on the disk before it is judged.
    pub(crate) receiving: Semaphore,
    surroundings: Surroundings,
    served: RwLock<Arc<AllServed>>,
}

impl Gate {
    /// What is served under this name.
    pub(crate) fn served(&self, name: &RemoteName) -> Option<Arc<Served>> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.get(name)
    }

    /// Tidies mirrors that are left alone: those that are there already, and then again and again.
    async fn tidy(&self) {
        let mut alone = Duration::ZERO;
        loop {
            let served = self
                .served
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            for mirror in served
                .mirrors()
                .filter(|mirror| mirror.is_left_alone(alone))
            {
                if let Err(error) = tidy(mirror.git(), mirror.folder()).await {
                    tracing::warn!(error = %bottle_core::causes(&error), "a mirror is not tidied");
                }
            }
            alone = TIDY_INTERVAL;
            tokio::time::sleep(TIDY_INTERVAL).await;
        }
    }

    fn read(&self) -> Result<(), GateError> {
        let file = read_gate(&self.settings.config_dir)?;
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        let fresh = AllServed::new(file, &served, &self.folders, &self.surroundings);
        *served = Arc::new(fresh.map_err(GateError::Folders)?);
        Ok(())
    }

    fn reload(&self) {
        let read = self.read();
        match &read {
            Ok(()) => tracing::info!("the configuration is read again"),
            // What was served before goes on being served.
            Err(error) => {
                tracing::error!(error = %bottle_core::causes(error), "the new configuration is unusable");
            }
        }
        (self.log)(&Line::Reload(Reload {
            time: now(),
            event: "reload",
            service: "git-gate",
            ok: read.is_ok(),
        }));
    }
}

/// git-gate, listening.
pub struct GitGate {
    gate: Arc<Gate>,
    listener: TcpListener,
}

impl GitGate {
    /// Reads the configuration, makes the folders, binds the socket.
    ///
    /// # Errors
    ///
    /// [`GateError`]: without a whole configuration the service does not start.
    pub async fn start(settings: GateSettings, log: LogSink) -> Result<Self, GateError> {
        let folders = Folders::new(&settings.run_dir, &settings.data_dir);
        folders
            .make(&settings.program)
            .map_err(GateError::Folders)?;
        let surroundings = Surroundings {
            path: settings.path.clone(),
            home: folders.home(),
        };
        let listener = TcpListener::bind(settings.listen).await;
        let listener = listener.map_err(GateError::Listen)?;
        let gate = Gate {
            settings,
            folders,
            log,
            receiving: Semaphore::new(MAX_PUSHES),
            pushes: AtomicU64::new(0),
            surroundings,
            served: RwLock::default(),
        };
        gate.read()?;
        Ok(Self {
            gate: Arc::new(gate),
            listener,
        })
    }

    /// Where the service listens.
    ///
    /// # Errors
    ///
    /// The system's error.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// A handle with which `git-gate.yaml` is read again while the service runs.
    pub fn reloader(&self) -> impl Fn() + Send + Sync + use<> {
        let gate = Arc::clone(&self.gate);
        move || gate.reload()
    }

    /// Serves until asked to stop; then every connection is ended with all that runs for it.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let Self { gate, listener } = self;
        let (stopper, stopping) = watch::channel(false);
        let mut connections = JoinSet::new();
        tokio::select! {
            () = accept(&gate, &listener, &mut connections, &stopping) => {}
            () = gate.tidy() => {}
            () = stop => {}
        }
        drop(listener);
        stopper.send_replace(true);
        while connections.join_next().await.is_some() {}
    }
}

async fn accept(
    gate: &Arc<Gate>,
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
    stopping: &watch::Receiver<bool>,
) {
    let room = Arc::new(Room::default());
    let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of files, most likely: some will be free soon.
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        let (gate, stop) = (Arc::clone(gate), stopping.clone());
        if let Some(place) = room.place(peer.ip()) {
            connections.spawn(async move {
                let _place = place;
                serve(gate, stream, peer, (false, stop)).await;
            });
        } else if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
            connections.spawn(async move {
                let _permit = permit;
                serve(gate, stream, peer, (true, stop)).await;
            });
        }
    }
}
