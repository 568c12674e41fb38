//! One whole run: launch, session, teardown, settlement, whatever happens in between.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use bottle_core::{Identity, SecretError};
use bottle_state::StateError;
use futures_util::FutureExt as _;
use ipnet::Ipv4Net;

use crate::Prepared;
use crate::artefact::ArtefactError;
use crate::backend::{Backend, BackendError, DownScope, Removed};
use crate::images::ImageError;
use crate::journal::{Journal, Step};
use crate::launch::Launch;
use crate::pack::PackError;
use crate::queue;
use crate::running::Running;
use crate::settle::{Fate, Settled, settle};
use crate::stop::{Interrupted, Stop};
use crate::teardown::{TeardownError, TornDown, tear_down};
use crate::transcript::TranscriptError;
use crate::workspace::{MountError, clone_has_changes};

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The engine could not.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The state folder could not be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The compose file could not be rendered.
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// Every subnet of the pool is in use.
    #[error(
        "no free subnet is left in {}: remove networks that nobody needs (`docker network prune`)",
        crate::subnets::POOL
    )]
    NoSubnet,
    /// Others kept taking the subnets that were free a moment ago.
    #[error("{tries} subnets in a row were taken before they could be used, the last was {last}")]
    SubnetRace {
        /// How often it was tried.
        tries: usize,
        /// What was tried last.
        last: Ipv4Net,
    },
    /// The agent's image could not be built.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// What mounts lie on could not be made in the operator's folder.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The operator's folder could not be copied.
    #[error("the folder could not be copied")]
    Pack(#[from] PackError),
    /// An earlier conversation could not be brought back.
    #[error("the conversation could not be brought back")]
    Transcript(#[from] TranscriptError),
    /// An archive could not be made or read.
    #[error("an archive could not be made or read")]
    Archive(#[source] std::io::Error),
    /// A value cannot be passed on.
    #[error("a value cannot be passed on")]
    Value(#[from] SecretError),
    /// The operator wanted to end.
    #[error("interrupted")]
    Interrupted,
}

impl From<Interrupted> for RunError {
    fn from(Interrupted: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// Who carries a run, who may end it, and who is told about it.
pub struct Conduct<'a, B> {
    /// The engine.
    pub backend: &'a B,
    /// Resolves when the operator wants to end.
    pub stop: std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
    /// How much the teardown removes before the run ends. What is left is named in [`Removed::networks_left`], for the
    /// caller to remove.
    pub teardown: DownScope,
    /// Told of each step as it begins.
    pub observer: &'a (dyn Fn(Step) + Sync),
    /// Told of each line that the build of an image prints, harmless for a terminal.
    pub output: &'a (dyn Fn(&str) + Sync),
}

/// How a run ended.
#[derive(Debug)]
#[must_use = "an error, a failed teardown or a kept folder has to be reported"]
pub struct Ended<T, E> {
    /// Which bottle.
    pub identity: Identity,
    /// What the session answered, or why there was none.
    pub result: Result<T, E>,
    /// What the teardown removed.
    pub removed: Removed,
    /// What went wrong in the teardown, besides whatever `result` says.
    pub teardown: Vec<TeardownError>,
    /// What became of the state folder.
    pub settled: Settled,
    /// What was begun, in order.
    pub steps: Vec<Step>,
    /// How long each of these took.
    pub durations: Vec<Duration>,
}

impl Prepared {
    /// Launches the bottle, lets `work` use it, tears it down and settles its state.
    ///
    /// The teardown happens whatever happened before: an error at any step, an error or a panic in `work`, in the
    /// backend or in the observer, the operator's wish to end. That wish drops `work` at its next await point;
    /// `work` answers with what it found and the fate that it asks for.
    ///
    /// # Panics
    ///
    /// When `work`, the backend or the observer did: their panic goes on when everything is settled.
    pub async fn run<B, T, E>(
        mut self,
        conduct: Conduct<'_, B>,
        work: impl AsyncFnOnce(&Running<'_, B>) -> Result<(T, Fate), E>,
    ) -> Ended<T, E>
    where
        B: Backend,
        E: From<RunError>,
    {
        let Conduct {
            backend,
            stop,
            teardown: scope,
            observer,
            output,
        } = conduct;
        let mut stop = Stop::new(stop);
        let mut journal = Journal::new(observer);
        let mut listing = None;
        self.state.keep_on_drop();
        let lived = AssertUnwindSafe(async {
            let mut launch = Launch {
                listing: &mut listing,
                prepared: &self,
                backend,
                stop: &mut stop,
                journal: &mut journal,
                output,
            };
            let running = launch.launch().await?;
            journal.begin(Step::Session);
            match stop.race(work(&running)).await {
                Ok(result) => result,
                Err(Interrupted) => Err(RunError::Interrupted.into()),
            }
        })
        .catch_unwind()
        .await;
        let fate = match &lived {
            Ok(Ok((_, fate))) => *fate,
            // Without a container there is nothing to look at afterwards.
            Ok(Err(_)) | Err(_) if self.is_resumed() || journal.started_containers() => Fate::Keep,
            Ok(Err(_)) | Err(_) => Fate::Remove,
        };
        let mut torn = tear_down(&self, backend, &mut journal, (fate, scope)).await;
        torn.leave_folder(&self, listing.as_ref());
        let (identity, queue_dir) = (self.identity.clone(), self.queue_dir.clone());
        torn.begin(&mut journal, Step::Settle);
        let TornDown {
            removed,
            errors: mut teardown,
            panic,
        } = torn;
        let fate = if fate == Fate::Remove && clone_has_changes(self.state.dir()) {
            Fate::KeepChanges
        } else {
            fate
        };
        let settled = settle(self.state, fate, &mut teardown);
        if settled == Settled::Removed {
            queue::remove_unused(Path::new(&queue_dir));
        }
        match (lived, panic) {
            (Ok(result), None) => Ended {
                identity,
                result: result.map(|(value, _)| value),
                removed,
                teardown,
                settled,
                durations: journal.durations(),
                steps: journal.into_steps(),
            },
            (Err(panic), _) | (Ok(_), Some(panic)) => std::panic::resume_unwind(panic),
        }
    }
}
