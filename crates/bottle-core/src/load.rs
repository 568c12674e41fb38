//! The folders that manifests lie in: the one module that touches files.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::manifest::{Agent, AgentManifest, BottleManifest, Resolved, overlay, resolve, unite};
use crate::name::{AgentName, BottleName};
use crate::nearest::nearest;
use crate::plan::BottlePlan;
use crate::source::Placed;

/// The largest manifest, in bytes. A prompt of hundreds of pages fits.
const MAX_FILE: u64 = 256 * 1024;
/// How deep bottles may extend each other. Protects the stack.
const MAX_PARENTS: usize = 32;

/// Where a manifest comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// The operator's own folder.
    Home,
    /// The folder of the repository in which bottle was called: it may name bottles, not make them.
    Repository,
}

/// A manifest that there is; it may be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<N> {
    /// Its name.
    pub name: N,
    /// Its file.
    pub path: PathBuf,
    /// Whose folder it lies in.
    pub folder: Folder,
}

/// A folder of manifests could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the folder {} cannot be read", path.display())]
pub struct LoadError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No agent of that name.
    #[error("there is no agent `{name}` in {}{}", folder.display(), suggestion(near.as_ref()))]
    NoSuchAgent {
        /// What was asked for.
        name: AgentName,
        /// Where agents lie.
        folder: PathBuf,
        /// What may have been meant.
        near: Option<AgentName>,
    },
    /// No bottle of that name.
    #[error("there is no bottle `{name}` in {}{}", folder.display(), suggestion(near.as_ref()))]
    NoSuchBottle {
        /// What was asked for.
        name: BottleName,
        /// Where bottles lie.
        folder: PathBuf,
        /// What may have been meant.
        near: Option<BottleName>,
    },
    /// A file that cannot be read.
    #[error("{} cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file that is wrong.
    #[error("{0}")]
    Invalid(Diagnostics),
    /// A bottle that is needed is wrong.
    #[error("{error}")]
    Needs {
        /// Which.
        bottle: BottleName,
        /// What is wrong with it; never another of this kind.
        error: Box<PlanError>,
    },
}

impl PlanError {
    /// What is wrong with the file that is wrong.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Needs { error, .. } => error,
            other => other,
        }
    }

    fn needed(self, bottle: &BottleName) -> Self {
        match self {
            Self::Needs { .. } => self,
            error => Self::Needs {
                bottle: bottle.clone(),
                error: Box::new(error),
            },
        }
    }
}

fn suggestion<N: std::fmt::Display>(near: Option<&N>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Every manifest there is. Files are read when they are asked for, so a broken one stops nobody else.
#[derive(Debug, Clone)]
pub struct ManifestSet {
    home: PathBuf,
    agents: BTreeMap<AgentName, Entry<AgentName>>,
    bottles: BTreeMap<BottleName, Entry<BottleName>>,
    warnings: Vec<String>,
}

impl ManifestSet {
    /// Looks into `home/bottles`, `home/agents` and, when there is a `cwd`, `cwd/.claude-bottle/agents`.
    /// Bottles come from home alone: that is the trust boundary.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when a folder exists and cannot be read.
    pub fn open(home: &Path, cwd: Option<&Path>) -> Result<Self, LoadError> {
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
        let seen = &mut Flattened::default();
        let flat = self
            .flatten(bottle, &mut Vec::new(), seen)
            .map_err(|error| error.needed(&bottle.name))?;
        in_bottle(agent, bottle, flat)
    }

    /// The plan of a bottle around an agent of the same name without a prompt: what its rules are.
    ///
    /// # Errors
    ///
    /// [`PlanError`] when it is missing or wrong.
    pub fn resolve_bottle(&self, name: &BottleName) -> Result<Resolved, PlanError> {
        self.alone(name, &mut Flattened::default())
    }

    /// Reads every file and says what is wrong with each. An agent is also wrong when its bottle is missing.
    pub fn check_all(&self) -> Vec<Checked> {
        let mut seen = Flattened::default();
        let mut checked: Vec<Checked> = Vec::new();
        for entry in self.bottles.values() {
            checked.push(Checked {
                path: entry.path.clone(),
                subject: Subject::Bottle(entry.name.clone()),
                result: self.alone(&entry.name, &mut seen),
            });
        }
        for entry in self.agents.values() {
            checked.push(Checked {
                path: entry.path.clone(),
                subject: Subject::Agent(entry.name.clone()),
                result: self.resolve(&entry.name),
            });
        }
        checked
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

    /// A bottle with everything that it inherits.
    fn flatten(
        &self,
        entry: &Entry<BottleName>,
        path: &mut Vec<BottleName>,
        seen: &mut Flattened,
    ) -> Result<Flat, PlanError> {
        if let Some(flat) = seen.get(&entry.name) {
            return Ok(flat.clone());
        }
        let own = read(&entry.path, BottleManifest::read)?;
        path.push(entry.name.clone());
        let mut inherited = BottleManifest::default();
        let mut parents: Vec<BottleName> = Vec::new();
        for parent in &own.extends {
            let parent_entry = self.parent(parent, path)?;
            let flat = self
                .flatten(parent_entry, path, seen)
                .map_err(|error| error.needed(&parent.value))?;
            for name in std::iter::once(&parent.value).chain(&flat.parents) {
                if !parents.contains(name) {
                    parents.push(name.clone());
                }
            }
            inherited = unite(inherited, flat.manifest).map_err(PlanError::Invalid)?;
        }
        path.pop();
        let manifest = overlay(own, inherited);
        let mut problems = Diagnostics::default();
        for diagnostic in manifest.contradictions() {
            problems.push(diagnostic);
        }
        if !problems.is_empty() {
            return Err(PlanError::Invalid(problems));
        }
        let flat = Flat { manifest, parents };
        seen.insert(entry.name.clone(), flat.clone());
        Ok(flat)
    }

    /// The file of a parent; it may not be one of the bottles that led to it.
    fn parent(
        &self,
        parent: &Placed<BottleName>,
        path: &[BottleName],
    ) -> Result<&Entry<BottleName>, PlanError> {
        let invalid = |code, message, help| {
            let mut diagnostic = parent.place.diagnostic(code, message);
            diagnostic.help = help;
            PlanError::Invalid(diagnostic.into())
        };
        let name = &parent.value;
        if let Some(from) = path.iter().position(|each| each == name) {
            let round: Vec<&str> = path.iter().skip(from).map(BottleName::as_str).collect();
            let message = format!("`{name}` extends itself: {} → {name}", round.join(" → "));
            return Err(invalid(Code::BottleCycle, message, None));
        }
        if path.len() >= MAX_PARENTS {
            let message = format!("bottles extend each other more than {MAX_PARENTS} deep");
            return Err(invalid(Code::BottleExtends, message, None));
        }
        self.bottles.get(name).ok_or_else(|| {
            let message = format!("there is no bottle `{name}` to extend");
            let near = nearest(name.as_str(), self.bottles.keys());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            invalid(Code::BottleParentMissing, message, help)
        })
    }
}

fn in_bottle(agent: Agent, bottle: &Entry<BottleName>, flat: Flat) -> Result<Resolved, PlanError> {
    let own = bottle.path.display().to_string();
    let mut resolved =
        resolve(agent, bottle.name.clone(), flat.manifest, &own).map_err(PlanError::Invalid)?;
    resolved.parents = flat.parents;
    Ok(resolved)
}

/// One file that was looked at.
#[derive(Debug)]
pub struct Checked {
    /// Which.
    pub path: PathBuf,
    /// What it is.
    pub subject: Subject,
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

/// A bottle, inheritance done.
#[derive(Debug, Clone)]
struct Flat {
    manifest: BottleManifest,
    /// What it extends, nearest first.
    parents: Vec<BottleName>,
}

/// Bottles that were read before: a parent of many is read once.
type Flattened = BTreeMap<BottleName, Flat>;

/// The manifests of one folder; a folder that does not exist has none.
fn entries<N>(
    folder: &Path,
    whose: Folder,
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<N, Entry<N>>, LoadError>
where
    N: std::str::FromStr + Ord + Clone,
{
    let failed = |source| LoadError {
        path: folder.to_owned(),
        source,
    };
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = BTreeMap::new();
    for file in listing {
        let path = file.map_err(failed)?.path();
        let Some(stem) = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".md"))
        else {
            continue;
        };
        match stem.parse::<N>() {
            Ok(name) => {
                found.insert(
                    name.clone(),
                    Entry {
                        name,
                        path,
                        folder: whose,
                    },
                );
            }
            Err(_) => warnings.push(format!(
                "{} is ignored: a name has a-z, 0-9 and hyphens, and begins with a letter",
                crate::visible(&path.display().to_string())
            )),
        }
    }
    Ok(found)
}

fn read<T>(
    path: &Path,
    parse: impl FnOnce(&str, &str) -> Result<T, Diagnostics>,
) -> Result<T, PlanError> {
    let failed = |source| PlanError::File {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() > MAX_FILE {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a manifest has at most 256 KiB",
        )));
    }
    let mut text = String::new();
    file.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(failed)?;
    parse(&path.display().to_string(), &text).map_err(PlanError::Invalid)
}
