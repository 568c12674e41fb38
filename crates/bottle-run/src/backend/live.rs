//! What is there, and its removal.

use bottle_core::Identity;

/// Whether a container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// It runs.
    Running,
    /// It was created and never started, or it ended.
    Stopped,
}

/// One container of a bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveService {
    /// The service, from its label.
    pub service: String,
    /// Whether it runs.
    pub state: ServiceState,
}

/// What the engine has of one bottle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveBottle {
    /// The bottle, from the labels.
    pub identity: Identity,
    /// Its containers, in order of service.
    pub services: Vec<LiveService>,
    /// The names of its networks.
    pub networks: Vec<String>,
}

/// Whose logs are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogsRequest {
    /// The bottle.
    pub identity: Identity,
    /// The home it belongs to: the value of the label `bottle.home`.
    pub home: String,
}

/// Which bottle is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownRequest {
    /// The bottle.
    pub identity: Identity,
    /// The home it belongs to: the value of the label `bottle.home`. Both labels must match.
    pub home: String,
    /// How much of it.
    pub scope: DownScope,
}

/// How much of a bottle is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownScope {
    /// All of it.
    Everything,
    /// Nothing: its containers are killed, and stay with all that is in them.
    Stop,
    /// Its containers. Its networks hold nobody then, and are named in the answer.
    Containers,
}

/// What was removed, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Containers.
    pub containers: Vec<String>,
    /// Networks.
    pub networks: Vec<String>,
    /// Networks that were left for later, by the engine's own id for each.
    pub networks_left: Vec<String>,
}
