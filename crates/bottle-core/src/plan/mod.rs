//! What one bottle is going to be: resolved, without spans, without "maybe".

mod dlp;
mod git;
mod git_user;
mod image;
mod limits;
mod preset;
mod push;
mod route;
mod runtime;
mod skill;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};

pub use self::dlp::{DlpSpec, LargeBodies, ResponseAction, RuleName, RuleNameError};
pub use self::git::{GitRemote, GitRemoteError, HostKey, KeyPath, RemoteName, SshHost, SshUrl};
pub use self::git_user::{GitUser, GitUserText, GitUserTextError};
pub use self::image::{ImageRef, ImageRefError};
pub(crate) use self::limits::read_bytes;
pub use self::limits::{Cpus, LimitError, Limits, Memory, Pids};
pub use self::preset::{Credential, PLACEHOLDER, Placeholder, Preset, Provider, WIRING, Wiring};
pub use self::push::{PushPolicy, RefPattern, RefPatternError};
pub use self::route::{AuthScheme, AuthSpec, Role, RouteSpec, WebSocket};
pub use self::runtime::{RuntimeName, RuntimeNameError};
pub use self::skill::{SkillName, SkillNameError};
pub use self::workspace::Workspace;

use crate::env::{EnvName, EnvValue};
use crate::host_pattern::HostPattern;
use crate::name::{AgentName, BottleName};

/// What one bottle is going to be. Values of secrets are not part of it, only where they come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BottlePlan {
    /// Who runs.
    pub agent: AgentName,
    /// What it may do.
    pub bottle: BottleName,
    /// Which program it is.
    pub provider: Provider,
    /// The agent's image.
    pub image: ImageSource,
    /// The agent's system prompt.
    pub prompt: Option<String>,
    /// The agent's environment, as the manifest has it.
    pub env: BTreeMap<EnvName, EnvValue>,
    /// The remotes behind git-gate, in the manifest's order.
    pub git: Vec<GitRemote>,
    /// Whose name stands in the agent's commits.
    pub git_user: GitUser,
    /// The routes of the manifest, in its order.
    pub routes: Vec<RouteSpec>,
    /// Further hosts, without path filter or credential.
    pub allowlist: Vec<HostPattern>,
    /// Whether the agent may ask for more.
    pub supervise: Supervise,
    /// How the current folder gets in.
    pub workspace: Workspace,
    /// What the agent's container may use.
    pub limits: Limits,
    /// What the engine runs the agent's container with; its own choice when `None`.
    pub runtime: Option<RuntimeName>,
    /// The scanner.
    pub pipelock: PipelockSpec,
    /// The agent's skills.
    pub skills: Vec<SkillName>,
}

/// Where the agent's image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// The engine has it under this name.
    Named(ImageRef),
    /// It is built from this Dockerfile, a path as the manifest writes it.
    Dockerfile(String),
}

/// Whether the agent may ask the operator for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Supervise {
    /// It has nobody to ask.
    #[default]
    Off,
    /// It has tools to ask with.
    On,
}

/// The scanner of a bottle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PipelockSpec {
    /// The upstream program's image; the built-in scanner when `None`.
    pub image: Option<ImageRef>,
    /// Hosts that are not scanned.
    pub passthrough: Vec<HostPattern>,
}

impl BottlePlan {
    /// A bottle that grants nothing of its own, with the defaults of its provider.
    pub fn new(agent: AgentName, bottle: BottleName, provider: Provider) -> Self {
        Self {
            agent,
            bottle,
            provider,
            image: ImageSource::Named(ImageRef::of_preset(provider.preset())),
            prompt: None,
            env: BTreeMap::new(),
            git: Vec::new(),
            git_user: GitUser::default(),
            routes: Vec::new(),
            allowlist: Vec::new(),
            supervise: Supervise::default(),
            workspace: Workspace::default(),
            limits: Limits::default(),
            runtime: None,
            pipelock: PipelockSpec::default(),
            skills: Vec::new(),
        }
    }

    /// Every variable of the host that holds a credential of a route.
    pub fn token_refs(&self) -> BTreeSet<&EnvName> {
        self.routes
            .iter()
            .filter_map(|route| route.auth.as_ref())
            .map(|auth| &auth.token_ref)
            .collect()
    }
}
