//! What the agent's git is told of the placeholders: that they are none of its business.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use super::Placeholder;
use super::guard::GuardKind;
use super::mount::MountError;

/// Bytes of one file that is copied: lists of patterns.
const MAX_FILE: u64 = 1024 * 1024;
/// Where the patterns are.
const EXCLUDE: &str = "exclude";

/// Writes a folder that is mounted in the place of `.git/info`: the files of the operator's, and in `exclude` the
/// placeholders that are files. Otherwise `git add --all` in a bottle would commit them. The operator's own is not changed.
///
/// # Errors
///
/// When there is something at `to`, or what the operating system says.
pub fn write_git_info(folder: &Path, made: &[Placeholder], to: &Path) -> Result<(), MountError> {
    write(&folder.join(".git/info"), made, to).map_err(|source| MountError::Io {
        what: "write a copy of `.git/info` to",
        path: to.to_owned(),
        source,
    })
}

fn write(from: &Path, made: &[Placeholder], to: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o755).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            publish(&to.join(entry.file_name()), &read(&entry.path())?)?;
        }
    }
    let exclude = to.join(EXCLUDE);
    let mut patterns = if exclude.exists() {
        read(&exclude)?
    } else {
        Vec::new()
    };
    if patterns.last().is_some_and(|last| *last != b'\n') {
        patterns.push(b'\n');
    }
    let files = made
        .iter()
        .filter(|each| matches!(each.kind, GuardKind::File(_)));
    for placeholder in files.filter(|each| !each.path.starts_with(".git/")) {
        patterns.extend_from_slice(format!("/{}\n", placeholder.path).as_bytes());
    }
    publish(&exclude, &patterns)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(MAX_FILE.saturating_add(1));
    file.read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= MAX_FILE) {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::FileTooLarge.into())
    }
}

/// Writes a file that the agent may read, whatever the umask says.
fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}
