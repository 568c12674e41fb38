//! The values that the operator handed over, in a file of the sidecar's own memory file system.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use bottle_core::{Secret, SecretError};
use bottle_pipelock::KnownSecret;
use serde::Deserialize;
use thiserror::Error;

use crate::limits::MAX_SECRETS_BYTES;
use crate::stamp::Stamp;

/// The file's name inside the run folder.
pub const SECRETS_FILE: &str = "secrets.json";

/// The secrets file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// It cannot be read or written.
    #[error("cannot access the secrets file")]
    Io(#[from] io::Error),
    /// It is larger than any real one.
    #[error("the secrets file is too large")]
    TooLarge,
    /// It is not the JSON document of version 1. (The parser's message is withheld: it could quote a value.)
    #[error("the secrets file is not a valid document")]
    Document,
}

/// All values of a bottle. The default is none, with which nothing that needs one is sent.
#[derive(Debug, Default, Clone)]
pub struct Secrets {
    /// Values by token slot (`EGRESS_TOKEN_0`).
    pub slots: BTreeMap<String, Secret>,
    /// Values that must not travel.
    pub known: Vec<KnownSecret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    slots: BTreeMap<String, String>,
    #[serde(default)]
    known: Vec<KnownSecret>,
}

impl Secrets {
    /// Reads the JSON document that `secrets put` takes.
    ///
    /// # Errors
    ///
    /// [`SecretsError::Document`] for anything that is not exactly that document.
    pub fn from_json(text: &[u8]) -> Result<Self, SecretsError> {
        let document: Document =
            serde_json::from_slice(text).map_err(|_| SecretsError::Document)?;
        let Document {
            version: 1,
            slots,
            known,
        } = document
        else {
            return Err(SecretsError::Document);
        };
        let slots = slots
            .into_iter()
            .map(|(slot, value)| Ok((slot, Secret::new(value)?)))
            .collect::<Result<_, SecretError>>()
            .map_err(|_| SecretsError::Document)?;
        Ok(Self { slots, known })
    }
}

#[derive(Debug)]
struct Seen<T> {
    stamp: Option<Stamp>,
    /// Values that are known whatever the file says.
    further: Vec<KnownSecret>,
    value: Arc<T>,
}

/// Makes something of the secrets, with a look at what it made before.
type Derive<T> = fn(Option<Secrets>, Option<&T>) -> T;

/// What a service makes of the secrets file; read anew whenever the file is another one.
///
/// A missing file counts as empty: nothing is sent that needs a value from it. A broken one is handed on as `None`.
#[derive(Debug)]
pub(crate) struct SecretStore<T> {
    path: PathBuf,
    derive: Derive<T>,
    seen: RwLock<Seen<T>>,
}

impl<T> SecretStore<T> {
    /// Watches the secrets file in `run_dir` and keeps what `derive` makes of it.
    pub(crate) fn new(run_dir: &Path, derive: Derive<T>) -> Self {
        let seen = Seen {
            stamp: None,
            further: Vec::new(),
            value: Arc::new(derive(Some(Secrets::default()), None)),
        };
        Self {
            path: run_dir.join(SECRETS_FILE),
            derive,
            seen: RwLock::new(seen),
        }
    }

    /// The current values. Costs one `stat` while nothing changes.
    pub(crate) fn get(&self) -> Arc<T> {
        let stamp = Stamp::of(&self.path);
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        if seen.stamp == stamp {
            return Arc::clone(&seen.value);
        }
        drop(seen);
        self.reread(stamp)
    }

    /// From now on these values are known, too, whatever the file says.
    pub(crate) fn also(&self, further: Vec<KnownSecret>) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        seen.further = further;
        drop(seen);
        self.reread(Stamp::of(&self.path));
    }

    fn reread(&self, stamp: Option<Stamp>) -> Arc<T> {
        let secrets = match stamp {
            None => Some(Secrets::default()),
            Some(_) => read(&self.path)
                .inspect_err(|error| tracing::error!(%error, "secrets unusable"))
                .ok(),
        };
        // Under the lock: what was made before must not be made of something older.
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let secrets = secrets.map(|mut secrets| {
            secrets.known.extend(seen.further.iter().cloned());
            secrets
        });
        let value = Arc::new((self.derive)(secrets, Some(&seen.value)));
        seen.stamp = stamp;
        seen.value = Arc::clone(&value);
        value
    }
}

fn read(path: &Path) -> Result<Secrets, SecretsError> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MAX_SECRETS_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_SECRETS_BYTES {
        return Err(SecretsError::TooLarge);
    }
    Secrets::from_json(&bytes)
}

#[cfg(test)]
mod tests {
    use super::{SECRETS_FILE, SecretStore, Secrets};

    const DOCUMENT: &str = r#"{"version":1,"slots":{"EGRESS_TOKEN_0":"one"},
        "known":[{"name":"EGRESS_TOKEN_0","value":"one","hosts":["api.example.test"],"header":"authorization"}]}"#;

    #[test]
    fn reads_the_document_and_nothing_else() {
        let secrets = Secrets::from_json(DOCUMENT.as_bytes()).unwrap();
        assert_eq!(secrets.slots["EGRESS_TOKEN_0"].expose(), "one");
        assert_eq!(secrets.known.len(), 1);
        for bad in [
            "",
            "{}",
            r#"{"version":2}"#,
            r#"{"version":1,"x":1}"#,
            r#"{"version":1,"slots":{"A":"a\nb"}}"#,
        ] {
            let error = Secrets::from_json(bad.as_bytes()).unwrap_err();
            assert!(!error.to_string().contains("a\nb"), "{bad}");
        }
    }

    #[test]
    fn knows_more_than_the_file_says() {
        let folder = tempfile::tempdir().unwrap();
        let store = SecretStore::new(folder.path(), |secrets, _| secrets.unwrap().known.len());
        let more = Secrets::from_json(DOCUMENT.as_bytes()).unwrap().known;
        store.also(more);
        assert_eq!(*store.get(), 1);
        std::fs::write(folder.path().join(SECRETS_FILE), DOCUMENT).unwrap();
        assert_eq!(*store.get(), 2);
        store.also(Vec::new());
        assert_eq!(*store.get(), 1);
    }

    #[test]
    fn sees_a_replaced_file_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = SecretStore::new(folder.path(), |secrets, _| secrets.unwrap().slots.len());
        assert_eq!(*store.get(), 0);
        let fresh = folder.path().join("new");
        std::fs::write(&fresh, DOCUMENT).unwrap();
        std::fs::rename(&fresh, folder.path().join(SECRETS_FILE)).unwrap();
        assert_eq!(*store.get(), 1);
        std::fs::remove_file(folder.path().join(SECRETS_FILE)).unwrap();
        assert_eq!(*store.get(), 0);
    }
}
