//! All files of a bottle, without an engine.

use std::path::PathBuf;

use bottle_compose::{Images, InterfaceSettings, LaunchFacts, NetworkFacts, Networks};
use bottle_core::{BottlePlan, Identity, IdentitySuffix, ImageRef, Supervise};
use bottle_egress::fold;
use bottle_state::{Access, Folder, RelativePath, StateError};
use time::OffsetDateTime;

use crate::agent_image;
use crate::artefact::{self, Artefact, ArtefactError, PolicySource};
use crate::authorities::{Authorities, AuthoritiesError};
use crate::carried::{NotYet, carried};
use crate::entropy::Entropy;
use crate::launch::default_hold;
use crate::prepare::{AGENT_USER, project, sidecar_user};
use crate::queue;
use crate::run::RunError;
use crate::subnets::Subnets;

/// git-gate's image, without the part of its name that stands for its content.
const GIT_GATE: &str = "bottle-git-gate";
/// The queue, which a start keeps beside the state.
const QUEUE: &str = "queue";

/// What to render, and where to.
#[derive(Debug, Clone)]
pub struct RenderRequest {
    /// The bottle.
    pub plan: BottlePlan,
    /// The folder to write to; it must not exist.
    pub out: PathBuf,
    /// The operator's home, for the label.
    pub home: String,
    /// The name of the sidecars' image.
    pub sidecar: ImageRef,
    /// Now.
    pub now: OffsetDateTime,
}

/// Why nothing was rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The image that a Dockerfile makes has no name.
    #[error("the image of the bottle cannot be named")]
    Image,
    /// The manifest asks for what cannot be carried out yet.
    #[error(transparent)]
    NotYet(#[from] NotYet),
    /// The folder could not be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// No authorities.
    #[error(transparent)]
    Authorities(#[from] AuthoritiesError),
    /// A file could not be rendered.
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    /// Never: the first two subnets of an empty pool are free.
    #[error(transparent)]
    Subnets(RunError),
}

/// Writes the files that a start would write, with an identity and subnets that stand for the ones a start chooses.
/// Answers their paths, in order.
///
/// # Errors
///
/// When the folder exists or cannot be written; it is removed again then.
pub fn render(
    request: &RenderRequest,
    entropy: &mut dyn Entropy,
) -> Result<Vec<RelativePath>, RenderError> {
    let out = std::path::absolute(&request.out).map_err(|source| StateError::Io {
        what: "resolve",
        path: request.out.clone(),
        source,
    })?;
    let artefacts = artefacts(request, &out, entropy)?;
    let folder = Folder::new(out);
    folder.create()?;
    let written = write(&folder, &request.plan, &artefacts);
    if written.is_err() {
        // The error that counts is the first one.
        let _ = std::fs::remove_dir_all(folder.path());
    }
    written?;
    Ok(artefacts
        .into_iter()
        .map(|artefact| artefact.path)
        .collect())
}

fn artefacts(
    request: &RenderRequest,
    out: &std::path::Path,
    entropy: &mut dyn Entropy,
) -> Result<Vec<Artefact>, RenderError> {
    let plan = &request.plan;
    carried(plan)?;
    let image = agent_image::without_engine(plan).ok_or(RenderError::Image)?;
    // Five zeros: no start draws its suffix from zero bytes.
    let identity = Identity::new(&plan.agent, IdentitySuffix::from_random([0; 8]));
    let state_dir = out.to_str().ok_or_else(|| StateError::NotUtf8 {
        path: out.to_owned(),
    })?;
    let authorities = Authorities::generate(&identity.to_string(), request.now, entropy)?;
    let folded = fold(plan);
    let mut artefacts = artefact::policy(&PolicySource {
        plan,
        table: &folded.table,
        authorities: &authorities,
        extra_roots: None,
        sidecar: Access::Private,
    })?;
    let facts = facts(request, (&identity, image), state_dir)?;
    artefacts.push(artefact::pipelock(
        plan,
        &facts.networks,
        (None, Access::Private),
    )?);
    let (_, compose) = artefact::compose(plan, &facts)?;
    artefacts.push(compose);
    artefacts.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(artefacts)
}

fn facts(
    request: &RenderRequest,
    (identity, image): (&Identity, ImageRef),
    state_dir: &str,
) -> Result<LaunchFacts, RenderError> {
    let mut subnets = Subnets::new(&[], &[], 0);
    let mut network = |role: &str| {
        let subnet = subnets
            .choose()
            .ok_or(RenderError::Subnets(RunError::NoSubnet))?;
        Ok::<_, RenderError>(NetworkFacts {
            name: format!("{}-{role}", project(identity)),
            subnet,
        })
    };
    let (egress, internal) = (network("egress")?, network("internal")?);
    Ok(LaunchFacts {
        identity: identity.clone(),
        home: request.home.clone(),
        state_dir: state_dir.to_owned(),
        queue_dir: format!("{state_dir}/{QUEUE}"),
        networks: Networks { internal, egress },
        interface_settings: InterfaceSettings::OfEndpoint,
        images: Images {
            agent: image,
            sidecar: request.sidecar.clone(),
            git_gate: GIT_GATE.parse().ok(),
        },
        // Where the manifest names none, the engine decides at the start.
        agent_runtime: request.plan.runtime.clone(),
        agent_user: AGENT_USER,
        workspace: Vec::new(),
        working_dir: None,
        sidecar_user: sidecar_user(),
        resolvers: Vec::new(),
        agent_hold: default_hold(),
    })
}

fn write(folder: &Folder, plan: &BottlePlan, artefacts: &[Artefact]) -> Result<(), StateError> {
    for (path, access) in artefact::folders(plan, Access::Private) {
        folder.create_folder(&path, access)?;
    }
    if plan.supervise == Supervise::On {
        queue::make(&folder.path().join(QUEUE), Access::Private)?;
    }
    artefacts
        .iter()
        .try_for_each(|artefact| artefact.write(folder))
}
