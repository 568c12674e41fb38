//! The folders that manifests lie in.

mod error;
mod files;
mod inherit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::error::{LoadError, PlanError};
pub use self::files::{Entry, Folder};

use self::files::{entries, read};
use self::inherit::{Flat, Flattened};
use crate::code::Code;
use crate::known_rules::KnownRules;
use crate::manifest::{Agent, AgentManifest, Resolved, resolve};
use crate::name::{AgentName, BottleName};
use crate::nearest::nearest;
use crate::plan::BottlePlan;
use crate::source::Placed;

/// Every manifest there is. Files are read when they are asked for, so a broken one stops nobody else.
#[derive(Debug, Clone)]
pub struct ManifestSet {
    home: PathBuf,
    agents: BTreeMap<AgentName, Entry<AgentName>>,
    bottles: BTreeMap<BottleName, Entry<BottleName>>,
    warnings: Vec<String>,
    rules: KnownRules,
}

impl ManifestSet {
    /// Looks into `home/bottles`, `home/agents` and, when there is a `cwd`, `cwd/.claude-bottle/agents`.
    /// Bottles come from home alone: that is the trust boundary. They may name these rules of the scanner.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when a folder exists and cannot be read.
    pub fn open(home: &Path, cwd: Option<&Path>, rules: KnownRules) -> Result<Self, LoadError> {
        let mut warnings = Vec::new();
        let bottles = entries(&home.join("bottles"), Folder::Home, &mut warnings)?;
        let mut agents = entries(&home.join("agents"), Folder::Home, &mut warnings)?;
        let repository = cwd
            .map(|cwd| cwd.join(".claude-bottle"))
            .filter(|folder| folder != home);
        if let Some(repository) = repository {
            if repository.join("bottles").exists() {
                warnings.push(format!(
                    "{} is ignored: only bottles in {} count",
                    repository.join("bottles").display(),
                    home.join("bottles").display()
                ));
            }
            for (name, entry) in entries(
                &repository.join("agents"),
                Folder::Repository,
                &mut warnings,
            )? {
                if agents.contains_key(&name) {
                    warnings.push(format!(
                        "the agent `{name}` is taken from {}, not from {}",
                        entry.path.display(),
                        home.join("agents").display()
                    ));
                }
                agents.insert(name, entry);
            }
        }
        Ok(Self {
            home: home.to_owned(),
            agents,
            bottles,
            warnings,
            rules,
        })
    }

    /// The agents, by name.
    pub fn agents(&self) -> impl Iterator<Item = &Entry<AgentName>> {
        self.agents.values()
    }

    /// The bottles, by name.
    pub fn bottles(&self) -> impl Iterator<Item = &Entry<BottleName>> {
        self.bottles.values()
    }

    /// What is odd about the folders.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The plan of an agent.
    ///
    /// # Errors
    ///
    /// [`PlanError`] when it or its bottle is missing or wrong.
    pub fn plan(&self, name: &AgentName) -> Result<BottlePlan, PlanError> {
        self.resolve(name).map(|resolved| resolved.plan)
    }

    /// The plan of an agent, and where its values come from.
    ///
    /// # Errors
    ///
    /// [`PlanError`] when it or its bottle is missing or wrong.
    pub fn resolve(&self, name: &AgentName) -> Result<Resolved, PlanError> {
        self.agent(name, &mut Flattened::default())
    }

    /// The plan of a bottle around an agent of the same name without a prompt: what its rules are.
    ///
    /// # Errors
    ///
    /// [`PlanError`] when it is missing or wrong.
    pub fn resolve_bottle(&self, name: &BottleName) -> Result<Resolved, PlanError> {
        self.alone(name, &mut Flattened::default())
    }

    /// Reads every file and says what is wrong with each; bottles first. An agent is also wrong when its bottle is.
    pub fn check_all(&self) -> Vec<Checked> {
        let seen = &mut Flattened::default();
        let bottles = self.bottles.values().map(|entry| Checked {
            path: entry.path.clone(),
            subject: Subject::Bottle(entry.name.clone()),
            folder: entry.folder,
            result: self.alone(&entry.name, seen),
        });
        let mut checked: Vec<Checked> = bottles.collect();
        checked.extend(self.agents.values().map(|entry| Checked {
            path: entry.path.clone(),
            subject: Subject::Agent(entry.name.clone()),
            folder: entry.folder,
            result: self.agent(&entry.name, seen),
        }));
        checked
    }

    fn agent(&self, name: &AgentName, seen: &mut Flattened) -> Result<Resolved, PlanError> {
        let entry = self
            .agents
            .get(name)
            .ok_or_else(|| PlanError::NoSuchAgent {
                name: name.clone(),
                folder: self.home.join("agents"),
                near: nearest(name.as_str(), self.agents.keys()).cloned(),
            })?;
        let manifest = read(&entry.path, AgentManifest::read)?;
        let bottle = self.named(&manifest.bottle)?;
        let agent = Agent {
            name: name.clone(),
            manifest: Some(manifest),
            foreign: entry.folder == Folder::Repository,
        };
        let flat = self
            .flatten(bottle, &mut Vec::new(), seen)
            .map_err(|error| error.needed(&bottle.name))?;
        in_bottle(agent, bottle, flat)
    }

    fn alone(&self, name: &BottleName, seen: &mut Flattened) -> Result<Resolved, PlanError> {
        let entry = self
            .bottles
            .get(name)
            .ok_or_else(|| PlanError::NoSuchBottle {
                name: name.clone(),
                folder: self.home.join("bottles"),
                near: nearest(name.as_str(), self.bottles.keys()).cloned(),
            })?;
        let agent = Agent {
            name: AgentName::of_bottle(name),
            manifest: None,
            foreign: false,
        };
        let flat = self.flatten(entry, &mut Vec::new(), seen)?;
        in_bottle(agent, entry, flat)
    }

    /// The bottle that an agent names.
    fn named(&self, bottle: &Placed<BottleName>) -> Result<&Entry<BottleName>, PlanError> {
        let name = &bottle.value;
        self.bottles.get(name).ok_or_else(|| {
            let folder = self.home.join("bottles");
            let message = format!("there is no bottle `{name}` in {}", folder.display());
            let mut diagnostic = bottle.place.diagnostic(Code::AgentBottle, message);
            let near = nearest(name.as_str(), self.bottles.keys());
            diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
            PlanError::Invalid(diagnostic.into())
        })
    }
}

fn in_bottle(agent: Agent, bottle: &Entry<BottleName>, flat: Flat) -> Result<Resolved, PlanError> {
    let own = bottle.path.display().to_string();
    let flat = (flat.manifest, flat.parents);
    resolve(agent, bottle.name.clone(), flat, &own).map_err(PlanError::Invalid)
}

/// One file that was looked at.
#[derive(Debug)]
pub struct Checked {
    /// Which.
    pub path: PathBuf,
    /// What it is.
    pub subject: Subject,
    /// Whose folder it lies in.
    pub folder: Folder,
    /// What it says, or what is wrong with it.
    pub result: Result<Resolved, PlanError>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An agent.
    Agent(AgentName),
    /// A bottle.
    Bottle(BottleName),
}
