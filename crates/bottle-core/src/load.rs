//! The folders that manifests lie in: the one module that touches files.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostics;
use crate::image::ImageRef;
use crate::manifest::{AgentManifest, BottleManifest};
use crate::name::{AgentName, BottleName};
use crate::nearest::nearest;
use crate::plan::{BottlePlan, Limits};

/// The largest manifest, in bytes. A prompt of hundreds of pages fits.
const MAX_FILE: u64 = 256 * 1024;
/// The image of an agent that names none; `scripts/setup` makes it.
const DEFAULT_IMAGE: &str = "bottle-agent:latest";

/// Where a manifest comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
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
    /// Where it comes from.
    pub origin: Origin,
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
        let bottles = entries(&home.join("bottles"), Origin::Home, &mut warnings)?;
        let mut agents = entries(&home.join("agents"), Origin::Home, &mut warnings)?;
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
                Origin::Repository,
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
        let entry = self
            .agents
            .get(name)
            .ok_or_else(|| PlanError::NoSuchAgent {
                name: name.clone(),
                folder: self.home.join("agents"),
                near: nearest(name.as_str(), self.agents.keys()).cloned(),
            })?;
        let agent = read(&entry.path, AgentManifest::read)?;
        let bottle = self.bottle(&agent.bottle)?;
        Ok(plan(name.clone(), agent, bottle))
    }

    /// The plan of a bottle around an agent of the same name without a prompt: what its rules are.
    ///
    /// # Errors
    ///
    /// [`PlanError`] when it is missing or wrong.
    pub fn bottle_plan(&self, name: &BottleName) -> Result<BottlePlan, PlanError> {
        let bottle = self.bottle(name)?;
        let no_such_agent = || PlanError::NoSuchBottle {
            name: name.clone(),
            folder: self.home.join("bottles"),
            near: None,
        };
        let agent_name = name.as_str().parse().map_err(|_| no_such_agent())?;
        Ok(plan(
            agent_name,
            AgentManifest {
                bottle: name.clone(),
                prompt: None,
            },
            bottle,
        ))
    }

    /// Reads every file and says what is wrong with each. An agent is also wrong when its bottle is missing.
    pub fn check_all(&self) -> Vec<(PathBuf, Result<(), PlanError>)> {
        let bottles = self
            .bottles
            .values()
            .map(|entry| (entry.path.clone(), self.bottle(&entry.name).map(|_| ())));
        let agents = self
            .agents
            .values()
            .map(|entry| (entry.path.clone(), self.check_agent(entry)));
        bottles.chain(agents).collect()
    }

    fn check_agent(&self, entry: &Entry<AgentName>) -> Result<(), PlanError> {
        let agent = read(&entry.path, AgentManifest::read)?;
        if self.bottles.contains_key(&agent.bottle) {
            Ok(())
        } else {
            self.bottle(&agent.bottle).map(|_| ())
        }
    }

    fn bottle(&self, name: &BottleName) -> Result<BottleManifest, PlanError> {
        let entry = self
            .bottles
            .get(name)
            .ok_or_else(|| PlanError::NoSuchBottle {
                name: name.clone(),
                folder: self.home.join("bottles"),
                near: nearest(name.as_str(), self.bottles.keys()).cloned(),
            })?;
        read(&entry.path, BottleManifest::read)
    }
}

fn plan(agent: AgentName, manifest: AgentManifest, bottle: BottleManifest) -> BottlePlan {
    let BottleManifest {
        env,
        routes,
        allowlist,
        image,
        provider,
    } = bottle;
    BottlePlan {
        agent,
        bottle: manifest.bottle,
        provider,
        image: image.unwrap_or_else(default_image),
        prompt: manifest.prompt,
        env,
        routes,
        allowlist,
        limits: Limits::default(),
    }
}

#[expect(
    clippy::expect_used,
    reason = "the constant is a valid name; a test says so"
)]
fn default_image() -> ImageRef {
    DEFAULT_IMAGE.parse().expect("a valid name of an image")
}

/// The manifests of one folder; a folder that does not exist has none.
fn entries<N>(
    folder: &Path,
    origin: Origin,
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
                found.insert(name.clone(), Entry { name, path, origin });
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_default_image_has_a_name() {
        assert_eq!(super::default_image().as_str(), "bottle-agent:latest");
    }
}
