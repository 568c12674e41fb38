//! What the host hands over: private keys, and the values that must not be pushed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bottle_core::RemoteName;
use bottle_pipelock::KnownSecret;
use serde::Deserialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::limits::MAX_SECRETS_BYTES;

/// The document's name inside the run folder: the same for all services.
pub(crate) const HANDED_FILE: &str = "secrets.json";

/// The document cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HandedError {
    /// It cannot be read.
    #[error("cannot read what was handed over")]
    Io(#[from] io::Error),
    /// It is larger than any real one.
    #[error("what was handed over is too large")]
    TooLarge,
    /// It is not the JSON document of version 1. (The parser's message is withheld: it could quote a value.)
    #[error("what was handed over is not a valid document of keys and values")]
    Document,
}

/// What the host handed over. The default is nothing, with which nothing is fetched or pushed.
#[derive(Default)]
pub struct Handed {
    /// Private keys, each for one remote, as ssh reads them.
    pub(crate) keys: BTreeMap<RemoteName, Zeroizing<String>>,
    /// Values that must not be pushed.
    pub(crate) known: Vec<KnownSecret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    slots: BTreeMap<String, String>,
    #[serde(default)]
    known: Vec<KnownSecret>,
    #[serde(default)]
    git_keys: BTreeMap<RemoteName, String>,
}

impl Handed {
    /// Reads the JSON document that `secrets put` takes.
    ///
    /// # Errors
    ///
    /// [`HandedError::Document`] for anything that is not exactly that document; slots are the proxies' alone.
    pub fn from_json(text: &[u8]) -> Result<Self, HandedError> {
        let document: Document = serde_json::from_slice(text).map_err(|_| HandedError::Document)?;
        let Document {
            version: 1,
            slots,
            known,
            git_keys,
        } = document
        else {
            return Err(HandedError::Document);
        };
        let keys: BTreeMap<_, _> = git_keys
            .into_iter()
            .map(|(remote, key)| (remote, Zeroizing::new(key)))
            .collect();
        if !slots.is_empty() || keys.values().any(|key| key.trim().is_empty()) {
            return Err(HandedError::Document);
        }
        Ok(Self { keys, known })
    }

    /// Reads what lies in the run folder; nothing there is nothing handed over.
    pub(crate) fn read(run_dir: &Path) -> Result<Self, HandedError> {
        let file = match File::open(run_dir.join(HANDED_FILE)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Zeroizing::new(Vec::new());
        file.take(MAX_SECRETS_BYTES + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_SECRETS_BYTES {
            return Err(HandedError::TooLarge);
        }
        Self::from_json(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values() {
        let text = r#"{"version":1,"slots":{},
            "known":[{"name":"T","value":"one two","hosts":["a.test"],"header":"authorization"}],
            "git_keys":{"app":"line\nline\n"}}"#;
        let handed = Handed::from_json(text.as_bytes()).unwrap();
        assert_eq!(
            handed.keys[&"app".parse().unwrap()].as_str(),
            "line\nline\n"
        );
        assert_eq!(handed.known[0].value.expose(), "one two");
    }

    #[test]
    fn anything_else_is_refused_without_its_values() {
        for text in [
            "",
            "{}",
            r#"{"version":2}"#,
            r#"{"version":1,"slots":{"EGRESS_TOKEN_0":"hidden"}}"#,
            r#"{"version":1,"git_keys":{"app":" "}}"#,
            r#"{"version":1,"git_keys":{"../app":"hidden"}}"#,
            r#"{"version":1,"git_key":{}}"#,
            r#"{"version":1,"known":[{"name":"T","value":"hidden","hosts":[],"header":"a b"}]}"#,
        ] {
            let Err(error) = Handed::from_json(text.as_bytes()) else {
                panic!("{text}");
            };
            assert!(!error.to_string().contains("hidden"), "{text}");
        }
    }
}
