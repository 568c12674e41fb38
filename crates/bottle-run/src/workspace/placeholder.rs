//! What a mount lies on where the operator has nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::guard::{GIT_GUARDS, GUARDS, Guard, GuardKind};
use super::mount::MountError;

/// Something that is made for a mount to lie on, and removed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The path below the folder.
    pub path: String,
    /// What is made.
    pub kind: GuardKind,
}

impl Placeholder {
    /// The placeholder of a path that was noted: `None` when no guarded path has that name. For a cleanup, which knows
    /// paths alone and must not remove anything else because of a note.
    pub fn named(path: &str) -> Option<Self> {
        let kind = match path.strip_prefix(".git/") {
            None if path == ".git" => GuardKind::Folder,
            None => kind_of(GUARDS, path)?,
            Some(name) => kind_of(GIT_GUARDS, name)?,
        };
        Some(Self {
            path: path.to_owned(),
            kind,
        })
    }
}

fn kind_of(guards: &[Guard], name: &str) -> Option<GuardKind> {
    let guard = guards.iter().find(|guard| guard.name == name);
    guard.map(|guard| guard.kind)
}

/// Makes placeholders, and answers which: what exists meanwhile is not made, and so never removed. Who calls this notes the
/// planned ones first, so that a cleanup finds them whatever happens.
///
/// # Errors
///
/// What the operating system says; what was made is removed again.
pub fn make_placeholders(
    folder: &Path,
    planned: &[Placeholder],
) -> Result<Vec<Placeholder>, MountError> {
    let mut made = Vec::new();
    for each in planned {
        match make(folder, each) {
            Ok(()) => made.push(each.clone()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => {
                // The first error is the one that counts.
                let _ = remove_placeholders(folder, &made);
                return Err(MountError::Io {
                    what: "make a place for a mount at",
                    path: folder.join(&each.path),
                    source,
                });
            }
        }
    }
    Ok(made)
}

/// Removes placeholders that are still as they were made: empty, or with the content that they were given. What somebody
/// put there stays, what is gone is fine.
///
/// Not while another bottle has the same folder mounted: with its place a mount goes, too.
///
/// # Errors
///
/// What the operating system says of the first one that could not be removed; the others are tried all the same.
pub fn remove_placeholders(folder: &Path, made: &[Placeholder]) -> Result<(), MountError> {
    let mut result = Ok(());
    // Inner ones first.
    for each in made.iter().rev() {
        if let Err(source) = remove(folder, each) {
            result = result.and(Err(MountError::Io {
                what: "remove the placeholder",
                path: folder.join(&each.path),
                source,
            }));
        }
    }
    result
}

fn make(folder: &Path, placeholder: &Placeholder) -> io::Result<()> {
    let path = folder.join(&placeholder.path);
    match placeholder.kind {
        GuardKind::Folder => DirBuilder::new().mode(0o755).create(path),
        GuardKind::File(content) => {
            let mut options = OpenOptions::new();
            let mut file = options
                .write(true)
                .create_new(true)
                .mode(0o644)
                .open(path)?;
            file.write_all(content.as_bytes())
        }
    }
}

fn remove(folder: &Path, placeholder: &Placeholder) -> io::Result<()> {
    let path = folder.join(&placeholder.path);
    let removed = match placeholder.kind {
        // Only an empty folder can be removed so.
        GuardKind::Folder => match fs::symlink_metadata(&path) {
            Ok(facts) if facts.is_dir() => fs::remove_dir(&path),
            other => other.map(drop),
        },
        GuardKind::File(content) => match is_unchanged(&path, content) {
            Ok(true) => fs::remove_file(&path),
            other => other.map(drop),
        },
    };
    match removed {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

fn is_unchanged(path: &Path, content: &str) -> io::Result<bool> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(false);
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(content.len()).unwrap_or(u64::MAX);
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes == content.as_bytes())
}
