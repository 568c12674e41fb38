//! `secrets put`: values arrive on standard input, so they are in no argument list and no environment.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};
use bottle_git_gate::Handed;
use bottle_proxy::{SECRETS_FILE, Secrets};

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

/// Reads the document, checks it, and replaces the file in one step.
pub(crate) fn secrets(run_dir: &Path, input: impl Read) -> Result<()> {
    let mut document = Vec::new();
    input
        .take(MAX_BYTES)
        .read_to_end(&mut document)
        .context("cannot read standard input")?;
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

    #[test]
    fn writes_a_private_file_and_refuses_nonsense() {
        let folder = tempfile::tempdir().unwrap();
        super::secrets(
            folder.path(),
            &br#"{"version":1,"slots":{"EGRESS_TOKEN_0":"v"}}"#[..],
        )
        .unwrap();
        let file = folder.path().join(bottle_proxy::SECRETS_FILE);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let before = std::fs::read(&file).unwrap();
        assert!(super::secrets(folder.path(), &b"{}"[..]).is_err());
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
