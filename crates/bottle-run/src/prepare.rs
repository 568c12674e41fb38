//! Everything that can fail, checked before anything is touched; then the state folder.

mod error;
mod folder;
mod prepared;
mod users;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use bottle_compose::InterfaceSettings;
use bottle_core::{BottlePlan, Identity, ImageRef, RuntimeName, Workspace};
use bottle_egress::{Folded, fold};
use bottle_state::{Home, ImageIds, Lock, METADATA_VERSION, Metadata, StateError, Timestamp};
use ipnet::Ipv4Net;
use time::OffsetDateTime;

use crate::agent_image::AgentImage;
use crate::artefact::PolicySource;
use crate::authorities::Authorities;
use crate::backend::{Backend, DownRequest, DownScope, EngineInfo, ImageFacts};
use crate::carried::{carried, runtime};
use crate::entrance::Entrance;
use crate::entropy::{self, Entropy};
use crate::exposed;
use crate::git::GitKeys;
use crate::handover::Handover;
use crate::images::{git_gate_image, how_to_get};
use crate::values::{self, AskedValues, Credentials, HostValues, Question};
use crate::workspace::Source;

use self::folder::{fresh_identity, own_state, write};

pub use self::error::PrepareError;
pub use self::prepared::{Extras, Prepared};
pub(crate) use self::users::{AGENT_USER, operator_or, sidecar_access, sidecar_user};

/// What a bottle is prepared from.
#[derive(Debug, Clone)]
pub struct PrepareRequest {
    /// What it is going to be.
    pub plan: BottlePlan,
    /// Whose it is.
    pub home: Home,
    /// Where the operator started it.
    pub cwd: PathBuf,
    /// The host's values of the variables in the plan.
    pub host_values: HostValues,
    /// The private keys of the plan's remotes.
    pub git_keys: GitKeys,
    /// The kept bottle that is to be resumed; a new one when `None`.
    pub resume: Option<Identity>,
    /// What differs from the real internet; nothing but in a demo or a test.
    pub upstream: UpstreamSettings,
    /// Now.
    pub now: OffsetDateTime,
}

/// What differs from the real internet.
#[derive(Debug, Clone, Default)]
pub struct UpstreamSettings {
    /// Further roots that pipelock trusts, as PEM.
    pub extra_roots_pem: Option<String>,
    /// The resolvers that pipelock asks; the engine's when empty.
    pub resolvers: Vec<IpAddr>,
    /// The subnet of the egress network, when something on it needs an address that is known before.
    pub egress_subnet: Option<Ipv4Net>,
    /// What keeps the agent's container alive, instead of `sleep infinity`.
    pub agent_hold: Option<Vec<String>>,
}

/// Checks everything that can fail: the engine, the image, every value from the host. Touches nothing.
///
/// # Errors
///
/// The first kind of thing that is missing, with all things of that kind.
pub async fn check<B: Backend>(
    backend: &B,
    request: PrepareRequest,
    entropy: &mut (dyn Entropy + Send),
) -> Result<Checked, PrepareError> {
    carried(&request.plan)?;
    let folded = fold(&request.plan);
    let credentials = Credentials::from_host(&request.plan, &folded, &request.host_values)?;
    let shown = (request.cwd.as_path(), backend.socket());
    request.git_keys.complete(&request.plan)?;
    exposed::check(request.plan.workspace, shown, &request.home)?;
    is_itself(&request)?;
    // A home that cannot be a label fails here, not after the question.
    request.home.label()?;
    let (identity, earlier, lock) = match &request.resume {
        Some(identity) => {
            let (earlier, lock) = kept(&request.home, identity)?;
            (identity.clone(), Some(earlier), Some(lock))
        }
        None => (fresh_identity(&request, entropy)?, None, None),
    };
    let engine = backend.engine().await?;
    if earlier.is_some() {
        taken_down(backend, &request.home, &identity).await?;
    }
    let entrance = entrance(backend, &request).await?;
    let runtime = runtime(&request.plan, &engine)?;
    let state = request.home.state(&identity);
    let own = earlier.is_some().then_some(&state);
    let agent_image = AgentImage::find(backend, &request.plan, (&request.home, own)).await?;
    check_scanner(backend, &request.plan).await?;
    let git_gate_base = git_gate_base(backend, &request.plan).await?;
    Ok(Checked {
        request,
        folded,
        credentials,
        identity,
        earlier,
        lock,
        entrance,
        engine,
        runtime,
        agent_image,
        git_gate_base,
    })
}

/// Whether the folder that gets in is the one that its path names: somebody may have put a link in its place, an agent that
/// had the folder above it for one.
fn is_itself(request: &PrepareRequest) -> Result<(), PrepareError> {
    let cwd = &request.cwd;
    let gets_in = matches!(request.plan.workspace, Workspace::Copy | Workspace::Mount);
    if !gets_in || cwd.canonicalize().is_ok_and(|path| path == *cwd) {
        return Ok(());
    }
    Err(PrepareError::Elsewhere { cwd: cwd.clone() })
}

/// How the operator's folder gets in. What else is mounted matters to a mount alone.
async fn entrance<B: Backend>(
    backend: &B,
    request: &PrepareRequest,
) -> Result<Entrance, PrepareError> {
    let live = if request.plan.workspace == Workspace::Mount {
        backend.live(&request.home.label()?).await?
    } else {
        Vec::new()
    };
    Entrance::check(request, live)
}

/// What is remembered of a bottle that nobody looks after, and the right to.
fn kept(home: &Home, identity: &Identity) -> Result<(Metadata, Lock), PrepareError> {
    let state = home.state(identity);
    let nothing = || PrepareError::NothingKept {
        identity: identity.clone(),
    };
    if !state.path().exists() {
        return Err(nothing());
    }
    // Held until it has ended: what was looked at must be so when it is started.
    let lock = state.lock()?;
    let metadata = state.metadata()?.ok_or_else(nothing)?;
    Ok((metadata, lock))
}

/// Sees to it that the engine has nothing of a bottle. Its networks may still be on their way out.
async fn taken_down<B: Backend>(
    backend: &B,
    home: &Home,
    identity: &Identity,
) -> Result<(), PrepareError> {
    let home = home.label()?;
    let live = backend.live(&home).await?;
    let identity = identity.clone();
    match live.iter().find(|bottle| bottle.identity == identity) {
        None => Ok(()),
        Some(bottle) if bottle.services.is_empty() => {
            let scope = DownScope::Everything;
            let request = DownRequest {
                identity,
                home,
                scope,
            };
            Ok(backend.down(&request).await.map(drop)?)
        }
        Some(_) => Err(PrepareError::StillThere { identity }),
    }
}

/// Whether the engine has the image that scans, where the manifest names one.
async fn check_scanner<B: Backend>(backend: &B, plan: &BottlePlan) -> Result<(), PrepareError> {
    let Some(image) = &plan.pipelock.image else {
        return Ok(());
    };
    let found = backend.image(image).await?;
    found.map(drop).ok_or_else(|| PrepareError::NoScanner {
        image: image.clone(),
    })
}

/// What git-gate's image begins with, where there are remotes.
async fn git_gate_base<B: Backend>(
    backend: &B,
    plan: &BottlePlan,
) -> Result<Option<ImageFacts>, PrepareError> {
    if plan.git.is_empty() {
        return Ok(None);
    }
    let image = git_gate_image();
    let found = backend.image(&image).await?;
    found.map(Some).ok_or_else(|| PrepareError::NoGitGate {
        how: how_to_get(&image, None),
        image,
    })
}

/// A bottle that can be started, before anything was touched. This is what a preflight shows.
#[derive(Debug)]
pub struct Checked {
    request: PrepareRequest,
    folded: Folded,
    credentials: Credentials,
    identity: Identity,
    /// What is remembered of the run that is resumed.
    earlier: Option<Metadata>,
    /// The lock of its folder, which is there.
    lock: Option<Lock>,
    entrance: Entrance,
    engine: EngineInfo,
    runtime: Option<RuntimeName>,
    agent_image: AgentImage,
    git_gate_base: Option<ImageFacts>,
}

impl Checked {
    /// What it is going to be.
    pub const fn plan(&self) -> &BottlePlan {
        &self.request.plan
    }

    /// Its folded routes and where their credentials come from.
    pub const fn folded(&self) -> &Folded {
        &self.folded
    }

    /// What the engine will run the agent's container with; its own default when `None`.
    pub const fn runtime(&self) -> Option<&RuntimeName> {
        self.runtime.as_ref()
    }

    /// Its name.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What is remembered of the run that is resumed; `None` for a new one.
    pub const fn earlier(&self) -> Option<&Metadata> {
        self.earlier.as_ref()
    }

    /// Where the operator started it.
    pub fn cwd(&self) -> &Path {
        &self.request.cwd
    }

    /// The repository that is going to be cloned for it, if one is.
    pub const fn source(&self) -> Option<&Source> {
        self.entrance.source()
    }

    /// What the agent's image is called, and whether it has to be built first.
    pub const fn image(&self) -> (&ImageRef, bool) {
        let is_built = matches!(self.agent_image, AgentImage::Planned(_));
        (self.agent_image.name(), is_built)
    }

    /// The engine that will carry it.
    pub const fn engine(&self) -> &EngineInfo {
        &self.engine
    }

    /// What the operator has to be asked before [`Checked::commit`].
    pub fn questions(&self) -> Vec<Question> {
        values::questions(&self.request.plan)
    }

    /// Writes the state folder and takes its lock.
    ///
    /// # Errors
    ///
    /// When an answer is missing or the folder cannot be written; nothing is left behind then.
    pub fn commit(
        mut self,
        asked: &AskedValues,
        entropy: &mut dyn Entropy,
    ) -> Result<Prepared, PrepareError> {
        self.credentials.answer(&self.questions(), asked)?;
        let handover = Handover::new(
            &self.folded,
            &self.credentials.slots,
            &self.request.git_keys,
        )?;
        let seed = u64::from_le_bytes(entropy::bytes(entropy)?);
        let authorities =
            Authorities::generate(&self.identity.to_string(), self.request.now, entropy)?;
        let state = own_state(&self.request.home, &self.identity, self.lock.take())?;
        is_itself(&self.request)?;
        let mounted = self.entrance.open(&self.request.cwd, state.dir())?;
        let mut metadata = self.metadata();
        let placeholders = mounted.placeholders.iter();
        metadata.placeholders = placeholders.map(|each| each.path.clone()).collect();
        let sidecar_user = sidecar_user();
        write(
            &state,
            &metadata,
            &PolicySource {
                plan: &self.request.plan,
                table: &self.folded.table,
                authorities: &authorities,
                extra_roots: self.request.upstream.extra_roots_pem.as_deref(),
                sidecar: sidecar_access(sidecar_user),
            },
        )?;
        let home = self.request.home.label()?;
        let state_dir = text(state.dir().path())?;
        let queue_dir = self.request.home.resolve()?.queue_path(&self.identity);
        let queue_dir = text(&queue_dir)?;
        let Self {
            request,
            credentials,
            identity,
            entrance,
            engine,
            runtime,
            agent_image,
            git_gate_base,
            ..
        } = self;
        Ok(Prepared {
            plan: request.plan,
            upstream: request.upstream,
            identity,
            home,
            state_dir,
            queue_dir,
            forwarded: credentials.forwarded.into_iter().collect(),
            handover,
            certificate: authorities.egress.certificate,
            sidecar_user,
            agent_image,
            git_gate_base,
            agent_runtime: runtime,
            agent_user: entrance.agent_user(),
            mounted,
            interface_settings: interface_settings(&engine),
            seed,
            metadata,
            extras: None,
            state,
        })
    }

    fn metadata(&self) -> Metadata {
        Metadata {
            version: METADATA_VERSION,
            identity: self.identity.clone(),
            agent: self.request.plan.agent.clone(),
            bottle: self.request.plan.bottle.clone(),
            cwd: self.request.cwd.clone(),
            workspace: self.request.plan.workspace,
            resumed: self
                .earlier
                .as_ref()
                .map_or(0, |earlier| earlier.resumed.saturating_add(1)),
            agent_home: None,
            transcript: None,
            provisioned: false,
            placeholders: Vec::new(),
            started_at: Timestamp::new(self.request.now),
            compose_project: project(&self.identity),
            networks: None,
            images: ImageIds {
                agent: None,
                sidecar: None,
                git_gate: None,
            },
        }
    }
}

/// The compose project of a bottle.
pub(crate) fn project(identity: &Identity) -> String {
    format!("bottle-{identity}")
}

/// How an engine is told about settings of an interface: from 27 on, which speaks 1.46, with the network.
fn interface_settings(engine: &EngineInfo) -> InterfaceSettings {
    let version = engine.api.split_once('.');
    let version =
        version.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    if version.is_some_and(|version: (u32, u32)| version < (1, 46)) {
        InterfaceSettings::OfContainer
    } else {
        InterfaceSettings::OfEndpoint
    }
}

/// A path as text, for a compose file.
pub(crate) fn text(path: &Path) -> Result<String, StateError> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| StateError::NotUtf8 {
        path: path.to_owned(),
    })
}
