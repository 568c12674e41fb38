//! From an agent and its bottle, inheritance done, to a plan of which every value has an origin.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{AgentManifest, BottleManifest};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::env::EnvName;
use crate::expectation::Expectation;
use crate::host_pattern::HostPattern;
use crate::name::{AgentName, BottleName};
use crate::plan::{
    BottlePlan, GitUser, ImageRef, ImageSource, Limits, PipelockSpec, Provider, RemoteName,
    SkillName, Supervise, Workspace,
};
use crate::source::{Place, Placed};

/// A value of a plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PlanKey {
    /// The bottle that the agent names.
    Bottle,
    /// The program.
    Provider,
    /// The agent's image.
    Image,
    /// The system prompt.
    Prompt,
    /// A variable of the agent.
    Env(EnvName),
    /// A skill.
    Skill(SkillName),
    /// A remote behind git-gate.
    Git(RemoteName),
    /// The name in the agent's commits.
    GitUserName,
    /// The address in the agent's commits.
    GitUserEmail,
    /// The route for these hosts.
    Route(HostPattern),
    /// These hosts, as a bare route.
    Allowed(HostPattern),
    /// Whether the agent may ask for more.
    Supervise,
    /// How the current folder gets in.
    Workspace,
    /// The limit of processors.
    Cpus,
    /// The limit of memory.
    Memory,
    /// The limit of processes.
    Pids,
    /// The container runtime.
    Runtime,
    /// The scanner's image.
    PipelockImage,
    /// A host that is not scanned.
    Passthrough(HostPattern),
}

impl fmt::Display for PlanKey {
    /// As a path into the manifest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bottle => f.write_str("bottle"),
            Self::Provider => f.write_str("provider"),
            Self::Image => f.write_str("image"),
            Self::Prompt => f.write_str("prompt"),
            Self::Env(name) => write!(f, "env.{name}"),
            Self::Skill(name) => write!(f, "skills.{name}"),
            Self::Git(name) => write!(f, "git.{name}"),
            Self::GitUserName => f.write_str("git_user.name"),
            Self::GitUserEmail => f.write_str("git_user.email"),
            Self::Route(_) => f.write_str("egress.routes"),
            Self::Allowed(_) => f.write_str("egress.allowlist"),
            Self::Supervise => f.write_str("supervise"),
            Self::Workspace => f.write_str("workspace"),
            Self::Cpus => f.write_str("limits.cpus"),
            Self::Memory => f.write_str("limits.memory"),
            Self::Pids => f.write_str("limits.pids"),
            Self::Runtime => f.write_str("runtime"),
            Self::PipelockImage => f.write_str("pipelock.image"),
            Self::Passthrough(_) => f.write_str("pipelock.passthrough"),
        }
    }
}

/// Where a value of a plan comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueOrigin {
    /// The file of the agent or of its bottle.
    Declared(Place),
    /// A bottle that the agent's bottle extends.
    Inherited(Place),
    /// The provider.
    Preset(Provider),
    /// Nobody said anything.
    Default,
}

impl ValueOrigin {
    /// The place of a value that somebody wrote.
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Declared(place) | Self::Inherited(place) => Some(place),
            Self::Preset(_) | Self::Default => None,
        }
    }
}

/// A plan, and where its values come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The plan.
    pub plan: BottlePlan,
    /// Where each value comes from.
    pub origins: BTreeMap<PlanKey, ValueOrigin>,
    /// What the bottle extends, nearest first; each once.
    pub parents: Vec<BottleName>,
    /// The bottle as one manifest, inheritance done.
    pub(crate) flat: BottleManifest,
}

impl Resolved {
    /// The bottle's policy tests, its own or inherited ones.
    pub fn expect(&self) -> &[Placed<Expectation>] {
        self.flat.expect.as_deref().unwrap_or_default()
    }

    /// The bottle as one manifest that extends nothing: the same front matter, inheritance done.
    ///
    /// # Errors
    ///
    /// [`crate::yaml::WriteError`], for lack of memory alone.
    pub fn flat_manifest(&self) -> Result<String, crate::yaml::WriteError> {
        self.flat.print()
    }
}

/// Whose plan it is.
#[derive(Debug)]
pub(crate) struct Agent {
    /// Its name.
    pub(crate) name: AgentName,
    /// What its file says; `None` for a bottle that is looked at alone.
    pub(crate) manifest: Option<AgentManifest>,
    /// Whether a repository brought it.
    pub(crate) foreign: bool,
}

/// Makes the plan of a bottle, inheritance from `parents` done. `own` is the file of the bottle itself: what stands elsewhere is inherited.
///
/// # Errors
///
/// An agent that wants a provider which its bottle does not allow.
pub(crate) fn resolve(
    agent: Agent,
    bottle: BottleName,
    (flat, parents): (BottleManifest, Vec<BottleName>),
    own: &str,
) -> Result<Resolved, Diagnostics> {
    let mut origins = Origins {
        own,
        all: BTreeMap::new(),
    };
    let provider = provider(&agent, &flat, &mut origins)?;
    let mut plan = BottlePlan::new(agent.name, bottle, provider);
    if let Some(manifest) = agent.manifest {
        origins.declare(PlanKey::Bottle, &manifest.bottle.place);
        plan.prompt = manifest.prompt.map(|Placed { value, place }| {
            origins.declare(PlanKey::Prompt, &place);
            value
        });
        for Placed { value, place } in manifest.skills {
            origins.declare(PlanKey::Skill(value.clone()), &place);
            plan.skills.push(value);
        }
    }
    fill(&mut plan, flat.clone(), &mut origins);
    Ok(Resolved {
        plan,
        origins: origins.all,
        parents,
        flat,
    })
}

/// The bottle's provider, else the agent's where it may choose, else the default.
fn provider(
    agent: &Agent,
    flat: &BottleManifest,
    origins: &mut Origins<'_>,
) -> Result<Provider, Diagnostics> {
    let wanted = agent
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.provider.as_ref());
    let Some(wanted) = wanted else {
        let default = (Provider::default(), ValueOrigin::Default);
        return Ok(origins.single(PlanKey::Provider, flat.provider.clone(), default));
    };
    let problem = |message: String| wanted.place.diagnostic(Code::AgentProvider, message);
    match &flat.provider {
        Some(own) if own.value == wanted.value => {}
        Some(own) => {
            let mut diagnostic =
                problem(format!("the bottle's provider is `{}`", own.value.as_str()));
            diagnostic.related = Some(own.place.related("here"));
            diagnostic.help = Some("leave it to the bottle: it says what is granted".to_owned());
            return Err(diagnostic.into());
        }
        // The default grants nothing that the bottle does not grant without the agent's word.
        None if agent.foreign
            && ![Provider::Command, Provider::default()].contains(&wanted.value) =>
        {
            let mut diagnostic = problem(format!(
                "a repository's agent may not choose `{}`: that would grant its hosts",
                wanted.value.as_str()
            ));
            diagnostic.help = Some(format!(
                "write `provider: {}` into the bottle",
                wanted.value.as_str()
            ));
            return Err(diagnostic.into());
        }
        None => {}
    }
    origins.declare(PlanKey::Provider, &wanted.place);
    Ok(wanted.value)
}

fn fill(plan: &mut BottlePlan, flat: BottleManifest, origins: &mut Origins<'_>) {
    let BottleManifest {
        extends: _,
        provider: _,
        image,
        env,
        git,
        git_user_name,
        git_user_email,
        routes,
        allowlist,
        supervise,
        workspace,
        cpus,
        memory,
        pids,
        runtime,
        pipelock_image,
        passthrough,
        expect: _,
    } = flat;
    let preset = plan.provider.preset();
    let default_image = ImageSource::Named(ImageRef::of_preset(preset));
    let of_preset = ValueOrigin::Preset(plan.provider);
    plan.image = origins.single(PlanKey::Image, image, (default_image, of_preset.clone()));
    for (name, entry) in env {
        let value = origins.optional(PlanKey::Env(name.clone()), Some(entry));
        plan.env.extend(value.map(|value| (name, value)));
    }
    plan.git = origins.list(git, |remote| PlanKey::Git(remote.name.clone()));
    plan.git_user = GitUser {
        name: origins.optional(PlanKey::GitUserName, git_user_name),
        email: origins.optional(PlanKey::GitUserEmail, git_user_email),
    };
    plan.routes = origins.list(routes, |route| PlanKey::Route(route.host.clone()));
    plan.allowlist = origins.list(allowlist, |host| PlanKey::Allowed(host.clone()));
    for host in preset.hosts.iter().filter_map(|host| host.parse().ok()) {
        origins
            .all
            .entry(PlanKey::Allowed(host))
            .or_insert_with(|| of_preset.clone());
    }
    for (name, _) in preset.variables(plan) {
        if let Ok(name) = name.parse() {
            origins.all.insert(PlanKey::Env(name), of_preset.clone());
        }
    }
    let by_default = ValueOrigin::Default;
    plan.supervise = origins.single(
        PlanKey::Supervise,
        supervise,
        (Supervise::default(), by_default.clone()),
    );
    plan.workspace = origins.single(
        PlanKey::Workspace,
        workspace,
        (Workspace::default(), by_default.clone()),
    );
    let limits = Limits::default();
    plan.limits = Limits {
        pids: origins.single(PlanKey::Pids, pids, (limits.pids, by_default)),
        memory: origins.optional(PlanKey::Memory, memory),
        cpus: origins.optional(PlanKey::Cpus, cpus),
    };
    plan.runtime = origins.optional(PlanKey::Runtime, runtime);
    plan.pipelock = PipelockSpec {
        image: origins.optional(PlanKey::PipelockImage, pipelock_image),
        passthrough: origins.list(passthrough, |host| PlanKey::Passthrough(host.clone())),
    };
}

/// Notes where values come from while they are taken.
struct Origins<'a> {
    own: &'a str,
    all: BTreeMap<PlanKey, ValueOrigin>,
}

impl Origins<'_> {
    fn of(&self, place: &Place) -> ValueOrigin {
        if place.file.name == self.own {
            ValueOrigin::Declared(place.clone())
        } else {
            ValueOrigin::Inherited(place.clone())
        }
    }

    /// A value of the agent's own file.
    fn declare(&mut self, key: PlanKey, place: &Place) {
        self.all.insert(key, ValueOrigin::Declared(place.clone()));
    }

    fn single<T>(
        &mut self,
        key: PlanKey,
        placed: Option<Placed<T>>,
        (default, origin): (T, ValueOrigin),
    ) -> T {
        let value = self.optional(key.clone(), placed);
        value.unwrap_or_else(|| {
            self.all.insert(key, origin);
            default
        })
    }

    fn optional<T>(&mut self, key: PlanKey, placed: Option<Placed<T>>) -> Option<T> {
        let Placed { value, place } = placed?;
        let origin = self.of(&place);
        self.all.insert(key, origin);
        Some(value)
    }

    /// A list, each entry once.
    fn list<T>(&mut self, placed: Option<Vec<Placed<T>>>, key: impl Fn(&T) -> PlanKey) -> Vec<T> {
        let mut seen = BTreeSet::new();
        let mut values = Vec::new();
        for Placed { value, place } in placed.into_iter().flatten() {
            let key = key(&value);
            if seen.insert(key.clone()) {
                let origin = self.of(&place);
                self.all.insert(key, origin);
                values.push(value);
            }
        }
        values
    }
}
