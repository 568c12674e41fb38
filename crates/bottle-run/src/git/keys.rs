//! The private keys of a plan's remotes, read once, before anything happens.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bottle_core::{BottlePlan, GitRemote, KeyPath, RemoteName};
use zeroize::Zeroizing;

use super::key::{self, KeyProblem};

/// The largest key, in bytes: one of RSA with 16,384 bits has 13 KB. Protects our memory from a name that was mistyped.
const MAX_KEY: u64 = 64 * 1024;

/// The private keys of a plan's remotes. They cannot be printed, and are wiped when dropped.
#[derive(Clone, Default)]
pub struct GitKeys(BTreeMap<RemoteName, Zeroizing<String>>);

/// Remotes that cannot be served, and why; all of them.
#[derive(Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct GitKeysError(BTreeMap<RemoteName, Vec<RemoteProblem>>);

/// Why a remote cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum RemoteProblem {
    #[error(
        "it has no `known_host_key`, and a host is not trusted at first sight: `ssh-keyscan{port} {host}` prints its \
         keys; compare one with what the forge publishes and write its kind and base64 into the manifest"
    )]
    NoHostKey { host: String, port: String },
    #[error("`identity_file` begins with `~/`, and HOME is not set")]
    NoHome,
    #[error("its key {} cannot be read: {kind}", bottle_core::visible(&.path.to_string_lossy()))]
    Unreadable { path: PathBuf, kind: io::ErrorKind },
    #[error("its key {} cannot be used: {problem}", bottle_core::visible(&.path.to_string_lossy()))]
    Unusable { path: PathBuf, problem: KeyProblem },
    #[error("its key was not read")]
    NotRead,
}

impl GitKeys {
    /// Reads the key of every remote; `home` is the operator's, for paths that begin with `~/`.
    ///
    /// # Errors
    ///
    /// Everything that keeps a remote from being served.
    pub fn read(plan: &BottlePlan, home: Option<&Path>) -> Result<Self, GitKeysError> {
        let mut keys = Self::default();
        let mut problems = GitKeysError::default();
        for remote in &plan.git {
            match read(&remote.identity_file, home) {
                Ok(key) => drop(keys.0.insert(remote.name.clone(), key)),
                Err(problem) => problems.note(remote, problem),
            }
            if let Some(problem) = no_host_key(remote) {
                problems.note(remote, problem);
            }
        }
        problems.or(keys)
    }

    /// Whether every remote of a plan has a key and a pinned host.
    ///
    /// # Errors
    ///
    /// Those that have not.
    pub fn complete(&self, plan: &BottlePlan) -> Result<(), GitKeysError> {
        let mut problems = GitKeysError::default();
        for remote in &plan.git {
            if !self.0.contains_key(&remote.name) {
                problems.note(remote, RemoteProblem::NotRead);
            }
            if let Some(problem) = no_host_key(remote) {
                problems.note(remote, problem);
            }
        }
        problems.or(())
    }

    /// Each remote's key, as it is handed over.
    pub(crate) fn expose(&self) -> BTreeMap<&str, &str> {
        let keys = self.0.iter();
        keys.map(|(name, key)| (name.as_str(), key.as_str()))
            .collect()
    }
}

impl fmt::Debug for GitKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl GitKeysError {
    fn note(&mut self, remote: &GitRemote, problem: RemoteProblem) {
        let problems = self.0.entry(remote.name.clone());
        problems.or_default().push(problem);
    }

    fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for GitKeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, problems) in &self.0 {
            for problem in problems {
                write!(f, "{separator}the remote `{name}`: {problem}")?;
                separator = "\n";
            }
        }
        Ok(())
    }
}

fn no_host_key(remote: &GitRemote) -> Option<RemoteProblem> {
    if remote.known_host_key.is_some() {
        return None;
    }
    let mut port = String::new();
    if let Some(number) = remote.upstream.port.filter(|port| port.get() != 22) {
        // Writing to a String cannot fail.
        let _ = write!(port, " -p {number}");
    }
    Some(RemoteProblem::NoHostKey {
        host: remote.upstream.host.to_string(),
        port,
    })
}

fn read(path: &KeyPath, home: Option<&Path>) -> Result<Zeroizing<String>, RemoteProblem> {
    let path = match path.as_str().strip_prefix("~/") {
        Some(below) => home.ok_or(RemoteProblem::NoHome)?.join(below),
        None => PathBuf::from(path.as_str()),
    };
    let text = text(&path).map_err(|error| RemoteProblem::Unreadable {
        kind: error.kind(),
        path: path.clone(),
    })?;
    match key::check(&text) {
        Ok(()) => Ok(text),
        Err(problem) => Err(RemoteProblem::Unusable { path, problem }),
    }
}

/// The text of a regular file, with a line break at its end, without which ssh does not read a key.
fn text(path: &Path) -> io::Result<Zeroizing<String>> {
    // Looked at before it is opened: a named pipe would hold us up.
    if !path.metadata()?.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let room = usize::try_from(MAX_KEY).unwrap_or(usize::MAX);
    // All at once, so that no smaller buffer is left behind unwiped.
    let mut text = Zeroizing::new(String::with_capacity(room.saturating_add(2)));
    let file = File::open(path)?;
    file.take(MAX_KEY + 1).read_to_string(&mut text)?;
    if text.len() > room {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}
