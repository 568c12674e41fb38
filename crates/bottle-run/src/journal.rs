//! What was begun, in order.

use std::fmt;
use std::time::{Duration, Instant};

/// A step in the life of a bottle. `Display` says it to the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Building the agent's image.
    AgentImage,
    /// Finding or building the image that plays the sidecars.
    SidecarImage,
    /// Creating the two networks.
    Networks,
    /// Writing what depends on them.
    Files,
    /// Starting what stands beside the bottle.
    Extras,
    /// Starting the containers.
    Up,
    /// Waiting until they are ready; meanwhile the agent's image is made to trust the bottle's authority.
    Ready,
    /// Handing the credentials over.
    Secrets,
    /// Bringing the operator's folder in.
    Workspace,
    /// Bringing an earlier conversation back.
    Transcript,
    /// The session itself.
    Session,
    /// Saving what the agent leaves.
    Save,
    /// Collecting the logs.
    Logs,
    /// Removing containers and networks.
    Down,
    /// Deciding on the state folder.
    Settle,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AgentImage => "building the agent's image",
            Self::SidecarImage => "preparing the sidecar image",
            Self::Networks => "creating the networks",
            Self::Files => "writing the compose file",
            Self::Extras => "starting what stands beside the bottle",
            Self::Up => "starting the containers",
            Self::Ready => "waiting for the sidecars",
            Self::Secrets => "handing the credentials over",
            Self::Workspace => "copying the folder in",
            Self::Transcript => "bringing the conversation back",
            Self::Session => "running",
            Self::Save => "saving what the agent leaves",
            Self::Logs => "collecting the logs",
            Self::Down => "removing containers and networks",
            Self::Settle => "settling the state folder",
        })
    }
}

/// What was begun, in order. A step counts as soon as it is begun: one that failed may have left something.
pub(crate) struct Journal<'a> {
    begun: Vec<Step>,
    times: Vec<Instant>,
    observer: &'a (dyn Fn(Step) + Sync),
}

impl<'a> Journal<'a> {
    pub(crate) fn new(observer: &'a (dyn Fn(Step) + Sync)) -> Self {
        Self {
            begun: Vec::new(),
            times: Vec::new(),
            observer,
        }
    }

    pub(crate) fn begin(&mut self, step: Step) {
        self.begun.push(step);
        self.times.push(Instant::now());
        (self.observer)(step);
    }

    pub(crate) fn has_begun(&self, step: Step) -> bool {
        self.begun.contains(&step)
    }

    /// Whether the engine may hold a network or a container of the bottle.
    pub(crate) fn touched_engine(&self) -> bool {
        self.has_begun(Step::Networks)
    }

    /// Whether there may be a container, and so a log.
    pub(crate) fn started_containers(&self) -> bool {
        self.has_begun(Step::Extras) || self.has_begun(Step::Up)
    }

    /// How long each step took; the last one until now.
    pub(crate) fn durations(&self) -> Vec<Duration> {
        let ends = self.times.iter().skip(1).copied();
        let ends = ends.chain(std::iter::once(Instant::now()));
        self.times
            .iter()
            .zip(ends)
            .map(|(begin, end)| end.duration_since(*begin))
            .collect()
    }

    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.begun
    }
}
