//! The folder of one operator's manifests and state.

use std::io;
use std::path::{Path, PathBuf};

use bottle_core::Identity;

use crate::{Audit, Queue, QueueWatch, StateDir, StateError};

/// The folder below a home that holds the state folders.
const STATE: &str = "state";
/// The folder below a home that holds what operators decided.
const AUDIT: &str = "audit";
/// The folder below a home that holds what agents asked for, and the answers.
const QUEUE: &str = "queue";
/// What the name of a trail ends in.
const TRAIL: &str = ".jsonl";

/// The folder of one operator's manifests and state, `~/.claude-bottle` unless `BOTTLE_HOME` says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// The home at a path, whether it exists or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The same home with the one absolute path that all names of it lead to.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn resolve(&self) -> Result<Self, StateError> {
        match self.0.canonicalize() {
            Ok(path) => Ok(Self(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(&self.0)
                .map(Self)
                .map_err(StateError::io("resolve", &self.0)),
            Err(error) => Err(StateError::io("resolve", &self.0)(error)),
        }
    }

    /// The resolved path as text: the value of the label `bottle.home` on whatever belongs to this home.
    ///
    /// # Errors
    ///
    /// [`StateError::NotUtf8`], or what the operating system says.
    pub fn label(&self) -> Result<String, StateError> {
        let Self(path) = self.resolve()?;
        path.into_os_string()
            .into_string()
            .map_err(|path| StateError::NotUtf8 { path: path.into() })
    }

    /// The state folder of a bottle, whether it exists or not. An [`Identity`] cannot lead out of the home.
    pub fn state(&self, identity: &Identity) -> StateDir {
        StateDir::new(identity.clone(), &self.0.join(STATE))
    }

    /// What operators decided about a bottle. It stays when the bottle goes.
    pub fn audit(&self, identity: &Identity) -> Audit {
        Audit::new(self.0.join(AUDIT), identity.clone())
    }

    /// Every bottle that somebody decided about, in order.
    ///
    /// # Errors
    ///
    /// What the operating system says; a home without trails is empty.
    pub fn audited(&self) -> Result<Vec<Identity>, StateError> {
        identities(&self.0.join(AUDIT), |entry| {
            entry.strip_suffix(TRAIL).map(str::to_owned)
        })
    }

    /// Where what the agent of a bottle asked for lies, and the answers. It stays when the bottle goes.
    pub fn queue_path(&self, identity: &Identity) -> PathBuf {
        self.0.join(QUEUE).join(identity.to_string())
    }

    /// What the agent of a bottle asked for, and the answers.
    pub fn queue(&self, identity: &Identity) -> Queue {
        Queue::new(identity.clone(), self.queue_path(identity))
    }

    /// Every bottle that has a queue, in order.
    ///
    /// # Errors
    ///
    /// What the operating system says; a home without queues is empty.
    pub fn queues(&self) -> Result<Vec<Identity>, StateError> {
        identities(&self.0.join(QUEUE), |entry| Some(entry.to_owned()))
    }

    /// Tells when something changes in one of the queues.
    pub fn watch_queues(&self) -> QueueWatch {
        QueueWatch::new(self.clone(), self.0.join(QUEUE))
    }

    /// Every bottle that has a state folder, in order. What is not called like a bottle, or is no folder, is not one.
    ///
    /// # Errors
    ///
    /// What the operating system says; a home without state is empty.
    pub fn identities(&self) -> Result<Vec<Identity>, StateError> {
        identities(&self.0.join(STATE), |entry| Some(entry.to_owned()))
    }
}

/// The bottles that entries of a folder are called after, each once; a folder that is not there has none. What is found
/// there is a folder where its name is the bottle's alone, and a file otherwise.
fn identities(
    root: &Path,
    name: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Identity>, StateError> {
    let entries = match root.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StateError::io("list", root)(error)),
    };
    let mut identities = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StateError::io("list", root))?;
        let file_name = entry.file_name();
        let Some(text) = file_name.to_str() else {
            continue;
        };
        let Some(short) = name(text) else { continue };
        let is_kind = entry
            .file_type()
            .is_ok_and(|kind| kind.is_dir() == (short == text));
        if let (Ok(identity), true) = (short.parse(), is_kind) {
            identities.push(identity);
        }
    }
    identities.sort();
    Ok(identities)
}
