//! The files of a bottle.

use std::fmt;

use bottle_compose::{ComposeFile, LaunchFacts, Networks};
use bottle_core::{BottlePlan, GitRemote, PipelockSpec};
use bottle_egress::{RouteTable, UpstreamPart, fold};
use bottle_git::{GateFile, GateRemote};
use bottle_pipelock::Overrides;
use bottle_state::{Access, Folder, RelativePath, StateError};

use crate::Authorities;
use crate::root_bundle::root_bundle;

/// The rendered compose file.
pub(crate) const COMPOSE: RelativePath = RelativePath::constant("docker-compose.yml");
/// The merged logs, written at teardown.
pub const LOG: RelativePath = RelativePath::constant("compose.log");
/// The private keys, which a folder that is kept loses.
pub(crate) const KEYS: [RelativePath; 2] = [EGRESS_KEY, PIPELOCK_KEY];

const AGENT: RelativePath = RelativePath::constant("agent");
const AGENT_CA: RelativePath = RelativePath::constant("agent/ca.pem");
const AGENT_BUNDLE: RelativePath = RelativePath::constant("agent/ca-bundle.pem");
const AGENT_PROMPT: RelativePath = RelativePath::constant("agent/prompt.md");
const EGRESS: RelativePath = RelativePath::constant("egress");
/// The rules of egress.
pub const ROUTES: RelativePath = RelativePath::constant("egress/routes.yaml");
const EGRESS_CA: RelativePath = RelativePath::constant("egress/ca.pem");
const EGRESS_KEY: RelativePath = RelativePath::constant("egress/ca-key.pem");
const EGRESS_UPSTREAM: RelativePath = RelativePath::constant("egress/upstream-ca.pem");
const GIT_GATE: RelativePath = RelativePath::constant("git-gate");
/// What git-gate serves.
pub(crate) const GIT_GATE_FILE: RelativePath = RelativePath::constant("git-gate/git-gate.yaml");
/// What the operator let pass. It stays when the bottle is resumed.
pub(crate) const RELEASES: RelativePath = RelativePath::constant("git-gate/releases.yaml");
/// The mirrors: the one folder that a sidecar writes to.
const GIT_GATE_DATA: RelativePath = RelativePath::constant("git-gate-data");
const PIPELOCK: RelativePath = RelativePath::constant("pipelock");
pub(crate) const PIPELOCK_FILE: RelativePath = RelativePath::constant("pipelock/pipelock.yaml");
pub(crate) const PIPELOCK_OVERRIDES: RelativePath = RelativePath::constant("pipelock/dlp.yaml");
const PIPELOCK_CA: RelativePath = RelativePath::constant("pipelock/ca.pem");
const PIPELOCK_KEY: RelativePath = RelativePath::constant("pipelock/ca-key.pem");
const PIPELOCK_ROOTS: RelativePath = RelativePath::constant("pipelock/upstream-roots.pem");

/// The name of the last one in its folder.
const ROOTS_FILE: &str = "upstream-roots.pem";

/// One file of a bottle.
#[derive(Clone, PartialEq, Eq)]
pub struct Artefact {
    /// Where it lies in the state folder.
    pub path: RelativePath,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Who may read it.
    pub access: Access,
}

/// Why a file could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtefactError {
    /// A document has no YAML form.
    #[error("a policy file could not be rendered")]
    Yaml(#[from] bottle_core::yaml::WriteError),
    /// The compose file could not be rendered.
    #[error("the compose file could not be rendered")]
    Compose(#[from] bottle_compose::RenderError),
}

/// What the files that do not depend on the networks are made of.
#[derive(Debug, Clone, Copy)]
pub struct PolicySource<'a> {
    /// The bottle.
    pub plan: &'a BottlePlan,
    /// Its folded routes.
    pub table: &'a RouteTable,
    /// Its two authorities.
    pub authorities: &'a Authorities,
    /// Further roots that pipelock trusts, as PEM.
    pub extra_roots: Option<&'a str>,
    /// Who may read what the sidecars read.
    pub sidecar: Access,
}

/// The folders that are mounted, each into the service of the same name.
pub fn folders(plan: &BottlePlan, sidecar: Access) -> Vec<(RelativePath, Access)> {
    let mut folders = vec![
        (AGENT, Access::Public),
        (EGRESS, sidecar),
        (PIPELOCK, sidecar),
    ];
    if !plan.git.is_empty() {
        folders.extend([(GIT_GATE, sidecar), (GIT_GATE_DATA, sidecar)]);
    }
    folders
}

/// Every file that is mounted into a service, but for the one of [`pipelock`].
///
/// # Errors
///
/// When a document has no YAML form.
pub fn policy(source: &PolicySource<'_>) -> Result<Vec<Artefact>, ArtefactError> {
    let PolicySource {
        plan,
        table,
        authorities,
        extra_roots,
        sidecar,
    } = *source;
    let Authorities { egress, pipelock } = authorities;
    let upstream = trusted_by_egress(plan, &pipelock.certificate);
    let bundle = root_bundle(&egress.certificate);
    let mut files = vec![
        Artefact::new(AGENT_CA, &egress.certificate, Access::Public),
        Artefact::new(AGENT_BUNDLE, &bundle, Access::Public),
        Artefact::new(
            AGENT_PROMPT,
            plan.prompt.as_deref().unwrap_or_default(),
            Access::Public,
        ),
        Artefact::new(ROUTES, &table.to_yaml()?, sidecar),
        Artefact::new(EGRESS_CA, &egress.certificate, sidecar),
        Artefact::new(EGRESS_KEY, &egress.key, sidecar),
        Artefact::new(EGRESS_UPSTREAM, &upstream, sidecar),
        Artefact::new(PIPELOCK_CA, &pipelock.certificate, sidecar),
        Artefact::new(PIPELOCK_KEY, &pipelock.key, sidecar),
    ];
    if !plan.git.is_empty() {
        files.push(Artefact::new(
            GIT_GATE_FILE,
            &gate(plan).to_yaml()?,
            sidecar,
        ));
    }
    if plan.pipelock.image.is_none() {
        // The program of another image knows neither.
        let overrides = Overrides::of_plan(plan, table).to_yaml()?;
        files.push(Artefact::new(PIPELOCK_OVERRIDES, &overrides, sidecar));
        files.extend(extra_roots.map(|roots| Artefact::new(PIPELOCK_ROOTS, roots, sidecar)));
    }
    Ok(files)
}

/// What git-gate serves. Keys are no part of it.
pub(crate) fn gate(plan: &BottlePlan) -> GateFile {
    let remote = |remote: &GitRemote| {
        let GitRemote {
            name,
            upstream,
            identity_file: _,
            known_host_key,
            extra_hosts: _,
            push,
        } = remote;
        GateRemote {
            name: name.clone(),
            upstream: upstream.clone(),
            host_key: known_host_key.clone(),
            push: push.clone(),
        }
    };
    GateFile {
        remotes: plan.git.iter().map(remote).collect(),
    }
}

/// Whom egress trusts: pipelock's authority alone. The upstream program does not terminate TLS for hosts that pass
/// through, so there egress sees the certificates of the outside.
fn trusted_by_egress(plan: &BottlePlan, pipelock: &str) -> String {
    let PipelockSpec { image, passthrough } = &plan.pipelock;
    if image.is_some() && !passthrough.is_empty() {
        root_bundle(pipelock)
    } else {
        pipelock.to_owned()
    }
}

/// The scanner's policy, which knows the bottle's networks.
///
/// # Errors
///
/// When the document has no YAML form.
pub fn pipelock(
    plan: &BottlePlan,
    networks: &Networks,
    (extra_roots, sidecar): (Option<&str>, Access),
) -> Result<Artefact, ArtefactError> {
    let own = [&networks.internal, &networks.egress].map(|network| network.subnet.into());
    let mut file = bottle_pipelock::render(plan, &fold(plan).table).with_networks(&own);
    if plan.pipelock.image.is_none() {
        file = file.with_upstream(upstream(extra_roots));
    }
    Ok(Artefact::new(PIPELOCK_FILE, &file.to_yaml()?, sidecar))
}

/// The way from our pipelock to the outside: the usual one, but for whom it trusts.
fn upstream(extra_roots: Option<&str>) -> UpstreamPart {
    UpstreamPart {
        ca_file: extra_roots.map(|_| ROOTS_FILE.to_owned()),
        ..UpstreamPart::default()
    }
}

/// The compose file, as a document for the engine and as the file that says the same.
///
/// # Errors
///
/// When the plan or the facts cannot be rendered.
pub fn compose(
    plan: &BottlePlan,
    facts: &LaunchFacts,
) -> Result<(ComposeFile, Artefact), ArtefactError> {
    let file = bottle_compose::render(plan, facts)?;
    let artefact = Artefact::new(COMPOSE, &file.to_yaml()?, Access::Private);
    Ok((file, artefact))
}

impl Artefact {
    fn new(path: RelativePath, text: &str, access: Access) -> Self {
        Self {
            path,
            bytes: text.as_bytes().to_vec(),
            access,
        }
    }

    /// Writes it below a folder.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn write(&self, folder: &Folder) -> Result<(), StateError> {
        folder.write(&self.path, &self.bytes, self.access)
    }
}

impl fmt::Debug for Artefact {
    /// Without the bytes: some are private keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            bytes,
            access,
        } = self;
        f.debug_struct("Artefact")
            .field("path", path)
            .field("length", &bytes.len())
            .field("access", access)
            .finish()
    }
}
