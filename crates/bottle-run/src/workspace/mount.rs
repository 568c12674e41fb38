//! What is mounted over the operator's own folder, so that nothing in it runs on the host by the agent's will.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bottle_state::Owner;

use super::guard::{GIT_GUARDS, GUARDS, Guard, GuardKind};
use super::{Lies, Listing, Placeholder};

/// Whether the agent may write to a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountAccess {
    /// It may read alone.
    ReadOnly,
    /// It may write.
    ReadWrite,
}

/// A path of the folder that is mounted over itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path below the folder, on the host and in the container.
    pub path: String,
    /// What the agent may do there.
    pub access: MountAccess,
}

/// What is mounted over a folder, which itself is mounted to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// In the order in which they have to be mounted: what lies in another one comes after it.
    pub mounts: Vec<Mount>,
    /// What has to be made for it, because a mount needs something to lie on.
    pub placeholders: Vec<Placeholder>,
}

/// Why a folder cannot be mounted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MountError {
    /// A guarded path is a link, so what would be mounted is somewhere else.
    #[error(
        "`{path}` is a link: the agent could write to what it leads to; put a file or a folder in its place, or use `workspace: worktree`"
    )]
    Link {
        /// The path below the folder.
        path: String,
    },
    /// A guarded path is a pipe, a socket or a device.
    #[error("`{path}` is neither a file nor a folder")]
    Special {
        /// The path below the folder.
        path: String,
    },
    /// The folder is root's, and no agent runs as root.
    #[error("{} belongs to root, and no agent runs as root: give it to a user (`chown -R`), or use `workspace: worktree`", .path.display())]
    OfRoot {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("could not {what} {}", .path.display())]
    Io {
        /// What was being done, a verb.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// What is mounted over a folder.
///
/// Guarded paths ([`GUARDS`], and in `.git` [`GIT_GUARDS`]) are read-only; those that do not exist get a placeholder, so
/// that the agent cannot make them. `.git` is a mount of its own, to be written: a mount's place can be neither renamed nor
/// removed from inside. Without it the agent could move `.git` aside with the read-only mounts in it, and make a new one
/// that it may write as it likes. For the same reason every guarded path lies directly in the folder or in `.git`.
///
/// A `.git` that is a file (a linked worktree, a submodule) is read-only: it says where the repository is. Where there is
/// none, the agent cannot make one.
///
/// # Errors
///
/// When a guarded path is a link, or neither a file nor a folder.
pub fn protect(listing: &Listing) -> Result<Protection, MountError> {
    let mut protection = Protection {
        mounts: Vec::new(),
        placeholders: Vec::new(),
    };
    let git = Guard {
        name: ".git",
        kind: GuardKind::Folder,
    };
    if matches!(listing.at(".git"), Some(Lies::Folder(_))) {
        protection.mounts.push(Mount {
            path: ".git".to_owned(),
            access: MountAccess::ReadWrite,
        });
        for guard in GIT_GUARDS {
            protection.guard(listing, format!(".git/{}", guard.name), *guard)?;
        }
    } else {
        protection.guard(listing, git.name.to_owned(), git)?;
    }
    for guard in GUARDS {
        protection.guard(listing, guard.name.to_owned(), *guard)?;
    }
    Ok(protection)
}

impl Protection {
    fn guard(&mut self, listing: &Listing, path: String, guard: Guard) -> Result<(), MountError> {
        match listing.at(&path) {
            Some(Lies::Folder(_) | Lies::File(_)) => {}
            Some(Lies::Link) => return Err(MountError::Link { path }),
            Some(Lies::Other) => return Err(MountError::Special { path }),
            None => self.placeholders.push(Placeholder {
                path: path.clone(),
                kind: guard.kind,
            }),
        }
        self.mounts.push(Mount {
            path,
            access: MountAccess::ReadOnly,
        });
        Ok(())
    }
}

/// Whom the agent runs as, so that the operator owns what it makes: the owner of the folder.
///
/// # Errors
///
/// When that is root, or the folder cannot be looked at.
pub fn agent_user(folder: &Path) -> Result<Owner, MountError> {
    let facts = fs::metadata(folder).map_err(|source| MountError::Io {
        what: "look at",
        path: folder.to_owned(),
        source,
    })?;
    if facts.uid() == 0 {
        return Err(MountError::OfRoot {
            path: folder.to_owned(),
        });
    }
    Ok(Owner {
        uid: facts.uid(),
        gid: facts.gid(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::workspace::Identification;

    const SOME: Identification = Identification {
        device: 1,
        inode: 1,
        changed: (0, 0),
    };

    fn listing(entries: &[(&str, Lies)]) -> Listing {
        Listing::new(
            entries
                .iter()
                .map(|(path, lies)| ((*path).to_owned(), *lies)),
        )
    }

    fn paths(protection: &Protection) -> Vec<(&str, MountAccess)> {
        let mounts = protection.mounts.iter();
        mounts
            .map(|mount| (mount.path.as_str(), mount.access))
            .collect()
    }

    #[test]
    fn nothing_of_a_repository_can_be_moved_aside() {
        let protection = protect(&listing(&[(".git", Lies::Folder(SOME))])).unwrap();
        let mounts = paths(&protection);
        assert_eq!(mounts[0], (".git", MountAccess::ReadWrite));
        let places: BTreeSet<&str> = mounts.iter().map(|(path, _)| *path).collect();
        for (path, access) in &mounts[1..] {
            assert_eq!(*access, MountAccess::ReadOnly, "{path}");
            // Each folder on the way is the place of a mount, which is busy, or the mounted folder itself.
            if let Some((parent, _)) = path.rsplit_once('/') {
                assert!(places.contains(parent), "{path}");
            }
        }
        for guard in GIT_GUARDS {
            assert!(places.contains(&*format!(".git/{}", guard.name)));
        }
    }

    #[test]
    fn what_is_missing_gets_a_placeholder_and_what_exists_none() {
        let some = listing(&[
            (".git", Lies::Folder(SOME)),
            (".git/config", Lies::File(SOME)),
            (".vscode", Lies::Folder(SOME)),
        ]);
        let protection = protect(&some).unwrap();
        let made: Vec<&str> = protection
            .placeholders
            .iter()
            .map(|each| each.path.as_str())
            .collect();
        assert!(made.contains(&".git/commondir") && made.contains(&".envrc"));
        assert!(
            !made.contains(&".git/config") && !made.contains(&".vscode") && !made.contains(&".git")
        );
        assert_eq!(protection.mounts.len(), GUARDS.len() + GIT_GUARDS.len() + 1);
    }

    #[test]
    fn without_a_repository_none_can_be_made() {
        let protection = protect(&Listing::default()).unwrap();
        assert_eq!(paths(&protection)[0], (".git", MountAccess::ReadOnly));
        assert_eq!(protection.placeholders.len(), GUARDS.len() + 1);
    }

    #[test]
    fn a_file_that_points_to_a_repository_is_read_only() {
        let protection = protect(&listing(&[(".git", Lies::File(SOME))])).unwrap();
        assert_eq!(paths(&protection)[0], (".git", MountAccess::ReadOnly));
        assert_eq!(protection.placeholders.len(), GUARDS.len());
    }

    #[test]
    fn links_and_pipes_are_refused() {
        let link = protect(&listing(&[(".vscode", Lies::Link)])).unwrap_err();
        assert!(link.to_string().contains("`.vscode` is a link"), "{link}");
        assert!(protect(&listing(&[(".git", Lies::Link)])).is_err());
        let folder = (".git", Lies::Folder(SOME));
        assert!(protect(&listing(&[folder, (".git/hooks", Lies::Link)])).is_err());
        assert!(protect(&listing(&[folder, (".git/config", Lies::Other)])).is_err());
        assert!(protect(&listing(&[folder])).is_ok());
    }
}
