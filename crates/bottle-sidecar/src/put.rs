//! `secrets put`: values arrive on standard input, so they are in no argument list and no environment.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};
use bottle_git_gate::Handed;
use bottle_proxy::{SECRETS_FILE, Secrets};

use crate::merge;

/// The largest document that is read.
const MAX_BYTES: u64 = 1024 * 1024;

/// Makes the folder for secrets, for its owner alone, unless it is there.
pub(crate) fn make_folder(run_dir: &Path) -> Result<()> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(run_dir);
    made.with_context(|| format!("cannot make {}", run_dir.display()))
}

/// What becomes of the values that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They go.
    Replaced,
    /// They stay, but for those of the same name.
    Kept,
}

/// Reads the document, checks it, and replaces the file in one step.
pub(crate) fn secrets(run_dir: &Path, others: Others, input: impl Read) -> Result<()> {
    let mut document = Vec::new();
    input
        .take(MAX_BYTES)
        .read_to_end(&mut document)
        .context("cannot read standard input")?;
    if others == Others::Kept
        && let Some(old) = present(run_dir)?
    {
        check(run_dir, &document)?;
        document = merge::documents(&old, &document)?;
    }
    check(run_dir, &document)?;
    let fresh = run_dir.join(format!(".{SECRETS_FILE}.{}", std::process::id()));
    let written = write_private(&fresh, &document)
        .and_then(|()| fs::rename(&fresh, run_dir.join(SECRETS_FILE)));
    if written.is_err() {
        // Best effort: the error that matters is the first one.
        let _ = fs::remove_file(&fresh);
    }
    written.with_context(|| format!("cannot write to {}", run_dir.display()))
}

/// The document that is there; `None` when none is.
fn present(run_dir: &Path) -> Result<Option<Vec<u8>>> {
    let file = match fs::File::open(run_dir.join(SECRETS_FILE)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("cannot read the values that are there"),
    };
    let mut old = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut old)
        .context("cannot read the values that are there")?;
    Ok(Some(old))
}

/// Whether the service that looks here can use the document. Each reads its own: keys are for git-gate alone.
fn check(run_dir: &Path, document: &[u8]) -> Result<()> {
    if run_dir.join(bottle_git_gate::RUN_FOLDER).is_dir() {
        Handed::from_json(document)?;
    } else {
        Secrets::from_json(document)?;
    }
    Ok(())
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{Others, secrets};

    #[test]
    fn values_are_added_to_those_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let document = |slot: &str| format!(r#"{{"version":1,"slots":{{"{slot}":"v"}}}}"#);
        for slot in ["EGRESS_TOKEN_0", "EGRESS_TOKEN_1"] {
            secrets(folder.path(), Others::Kept, document(slot).as_bytes()).unwrap();
        }
        assert!(secrets(folder.path(), Others::Kept, &b"{}"[..]).is_err());
        let file = folder.path().join(bottle_proxy::SECRETS_FILE);
        let read = bottle_proxy::Secrets::from_json(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(read.slots.len(), 2);
        secrets(
            folder.path(),
            Others::Replaced,
            document("EGRESS_TOKEN_2").as_bytes(),
        )
        .unwrap();
        let read = bottle_proxy::Secrets::from_json(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(read.slots.len(), 1);
    }

    #[test]
    fn writes_a_private_file_and_refuses_nonsense() {
        let folder = tempfile::tempdir().unwrap();
        secrets(
            folder.path(),
            Others::Replaced,
            &br#"{"version":1,"slots":{"EGRESS_TOKEN_0":"v"}}"#[..],
        )
        .unwrap();
        let file = folder.path().join(bottle_proxy::SECRETS_FILE);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let before = std::fs::read(&file).unwrap();
        assert!(secrets(folder.path(), Others::Replaced, &b"{}"[..]).is_err());
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
