//! The service as a whole: two folders and a proxy in, a listening socket out.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bottle_state::{Inbox, StateError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::answers::Answers;
use crate::desk::Desk;
use crate::front::{Gate, Room, serve};
use crate::record::LogSink;
use crate::server::{Server, Shared};
use crate::settings::SuperviseSettings;

/// How long nothing is accepted after that failed: out of files, most likely, and some will be free soon.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The queue cannot be read.
    #[error("cannot use the folder of proposals")]
    Queue(#[source] StateError),
    /// It cannot listen.
    #[error("cannot listen")]
    Listen(#[source] io::Error),
}

/// The service, listening.
pub struct Supervise {
    gate: Arc<Gate>,
    listener: TcpListener,
}

impl Supervise {
    /// Reads what was proposed before, and binds the socket.
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub async fn start(settings: SuperviseSettings, log: LogSink) -> Result<Self, StartError> {
        let SuperviseSettings {
            listen,
            identity,
            proposals_dir,
            answers_dir,
            egress,
            answer_wait,
        } = settings;
        let inbox = Inbox::new(proposals_dir, answers_dir);
        let desk = Desk::open(identity.clone(), inbox.clone()).map_err(StartError::Queue)?;
        let listener = TcpListener::bind(listen).await;
        let listener = listener.map_err(StartError::Listen)?;
        let server = Server(Arc::new(Shared {
            identity,
            desk: Arc::new(desk),
            answers: Answers::open(inbox),
            egress,
            wait: answer_wait.duration(),
            log,
        }));
        Ok(Self {
            gate: Arc::new(Gate::new(server)),
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

    /// Serves until asked to stop; then every connection is cut. What was proposed stays.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        let Self { gate, listener } = self;
        let mut connections = JoinSet::new();
        tokio::select! {
            () = accept(&gate, &listener, &mut connections) => {}
            () = stop => {}
        }
        drop(listener);
        connections.shutdown().await;
    }
}

async fn accept(gate: &Arc<Gate>, listener: &TcpListener, connections: &mut JoinSet<()>) {
    let room = Room::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        // Whoever finds no place finds the connection closed.
        if let Some(place) = room.place(peer) {
            let gate = Arc::clone(gate);
            connections.spawn(async move {
                serve(gate, stream, peer).await;
                drop(place);
            });
        }
    }
}
