//! How the operator's folder gets in: checked before anything is touched, carried out at the start.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use bottle_compose::{MountAccess, UserIds, WORKSPACE, WorkspaceMount};
use bottle_core::{Identity, Workspace};
use bottle_state::{Owner, StateDir};

use crate::backend::LiveBottle;
use crate::prepare::{AGENT_USER, PrepareError, PrepareRequest, operator_or, text};
use crate::survey::{Condition, survey};
use crate::workspace::{
    self, Listing, Placeholder, Protection, Source, Worktree, agent_user, protect,
};

/// How the operator's folder gets in.
#[derive(Debug)]
pub(crate) enum Entrance {
    /// It does not.
    None,
    /// As a copy, once the container runs.
    Copy,
    /// Itself, with what is mounted over it.
    Mount {
        /// Whose it is, which is whom the agent runs as.
        owner: Owner,
        /// What is mounted over it.
        protection: Protection,
    },
    /// As a clone that is made at the start.
    Worktree(Source),
    /// As the clone that an earlier run made.
    Kept,
}

/// What is mounted, and what has to be undone about it.
#[derive(Debug, Default)]
pub(crate) struct Mounted {
    pub(crate) mounts: Vec<WorkspaceMount>,
    /// Where programs begin, if there is a workspace.
    pub(crate) working_dir: Option<String>,
    /// What is made on the host for mounts to lie on.
    pub(crate) placeholders: Vec<Placeholder>,
    /// Nobody else mounts the same folder meanwhile.
    pub(crate) claim: Claim,
}

/// The folder that is mounted and those above it, locked for as long as this is there.
#[derive(Debug, Default)]
pub(crate) struct Claim(
    #[expect(dead_code, reason = "holding the open folders is what holds the locks")] Vec<File>,
);

/// Another bottle has the folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} is mounted in {other} already: two agents in one folder would write over each other and undo each other's guards; \
     `workspace: worktree` gives each a clone", .cwd.display()
)]
pub struct Mounting {
    /// The folder.
    pub cwd: PathBuf,
    /// Who has it, or one that it lies in, or one that lies in it.
    pub other: String,
}

impl Entrance {
    /// Looks at everything that can fail.
    pub(crate) fn check(
        request: &PrepareRequest,
        live: Vec<LiveBottle>,
    ) -> Result<Self, PrepareError> {
        let cwd = &request.cwd;
        Ok(match request.plan.workspace {
            Workspace::None => Self::None,
            Workspace::Copy => Self::Copy,
            Workspace::Worktree => match &request.resume {
                Some(identity) => {
                    Worktree::open(request.home.state(identity).path())?;
                    Self::Kept
                }
                None => Self::Worktree(Source::of(cwd)?),
            },
            Workspace::Mount => {
                is_free(request, live)?;
                Self::Mount {
                    owner: agent_user(cwd)?,
                    protection: protect(&Listing::read(cwd)?)?,
                }
            }
        })
    }

    /// The repository that is going to be cloned.
    pub(crate) const fn source(&self) -> Option<&Source> {
        match self {
            Self::Worktree(source) => Some(source),
            _ => None,
        }
    }

    /// Whom the agent runs as: who owns what it may write to on the host, so that both can.
    pub(crate) fn agent_user(&self) -> UserIds {
        match self {
            Self::None | Self::Copy => AGENT_USER,
            Self::Mount { owner, .. } => UserIds {
                uid: owner.uid,
                gid: owner.gid,
            },
            Self::Worktree(_) | Self::Kept => operator_or(AGENT_USER),
        }
    }

    /// Makes what has to be there before the containers are. Placeholders are not made yet.
    pub(crate) fn open(&self, cwd: &Path, state: &StateDir) -> Result<Mounted, PrepareError> {
        match self {
            Self::None => Ok(Mounted::default()),
            Self::Copy => Ok(Mounted {
                working_dir: Some(WORKSPACE.to_owned()),
                ..Mounted::default()
            }),
            Self::Mount { protection, .. } => mount(cwd, protection, state),
            Self::Worktree(source) => {
                let user = self.agent_user();
                let owner = rustix::process::getuid().is_root().then_some(Owner {
                    uid: user.uid,
                    gid: user.gid,
                });
                source.check_out(state.path(), state.identity(), owner)?;
                clone(state, &source.relative)
            }
            Self::Kept => {
                let relative =
                    Source::of(cwd).map_or_else(|_| PathBuf::new(), |from| from.relative);
                clone(state, &relative)
            }
        }
    }
}

fn clone(state: &StateDir, relative: &Path) -> Result<Mounted, PrepareError> {
    let worktree = Worktree::open(state.path())?;
    let inside = worktree.workspace().join(relative);
    // An agent may have made something else of it.
    let is_there = inside.symlink_metadata().is_ok_and(|facts| facts.is_dir());
    let working_dir = match relative.to_str() {
        Some(relative) if is_there && !relative.is_empty() => {
            format!("{WORKSPACE}/{}", relative.trim_end_matches('/'))
        }
        _ => WORKSPACE.to_owned(),
    };
    Ok(Mounted {
        mounts: vec![WorkspaceMount {
            source: text(worktree.workspace())?,
            target: WORKSPACE.to_owned(),
            access: MountAccess::ReadWrite,
        }],
        working_dir: Some(working_dir),
        ..Mounted::default()
    })
}

/// What git is told about the folder, in its own place below `.git`.
const INFO: &str = ".git/info";
/// What takes that place, in the state folder: the operator's, and the placeholders as files that are none of git's
/// business.
pub(crate) const GIT_INFO: &str = "git-info";

fn mount(cwd: &Path, protection: &Protection, state: &StateDir) -> Result<Mounted, PrepareError> {
    let claim = claim(cwd)?;
    let (source, own) = (text(cwd)?, text(state.path())?);
    let mut mounts = vec![WorkspaceMount {
        source: source.clone(),
        target: WORKSPACE.to_owned(),
        access: MountAccess::ReadWrite,
    }];
    mounts.extend(protection.mounts.iter().map(|mount| WorkspaceMount {
        source: if mount.path == INFO {
            format!("{own}/{GIT_INFO}")
        } else {
            format!("{source}/{}", mount.path)
        },
        target: format!("{WORKSPACE}/{}", mount.path),
        access: match mount.access {
            workspace::MountAccess::ReadOnly => MountAccess::ReadOnly,
            workspace::MountAccess::ReadWrite => MountAccess::ReadWrite,
        },
    }));
    Ok(Mounted {
        mounts,
        working_dir: Some(WORKSPACE.to_owned()),
        placeholders: protection.placeholders.clone(),
        claim: Claim(claim),
    })
}

/// Takes the folder for one bottle: the kernel gives it back when the process ends, however it does. The folders that it
/// lies in are shared with others that do the same, and taken by nobody.
pub(crate) fn claim(cwd: &Path) -> Result<Vec<File>, PrepareError> {
    let refused = |source: io::Error| PrepareError::Claim {
        cwd: cwd.to_owned(),
        source,
    };
    let folder = cwd.canonicalize().map_err(refused)?;
    let mut claimed = Vec::new();
    for folder in folder.ancestors() {
        let file = match File::open(folder) {
            // Nobody who may not read it can take it.
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied && !claimed.is_empty() =>
            {
                continue;
            }
            opened => opened.map_err(refused)?,
        };
        let locked = if claimed.is_empty() {
            file.try_lock()
        } else {
            file.try_lock_shared()
        };
        locked.map_err(|error| match error {
            TryLockError::WouldBlock => Mounting {
                cwd: cwd.to_owned(),
                other: "another bottle".to_owned(),
            }
            .into(),
            TryLockError::Error(source) => refused(source),
        })?;
        claimed.push(file);
    }
    Ok(claimed)
}

/// Whether no other bottle has the folder, one above it or one in it.
fn is_free(request: &PrepareRequest, live: Vec<LiveBottle>) -> Result<(), PrepareError> {
    let resolved = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let cwd = resolved(&request.cwd);
    let is_ours = |identity: &Identity| request.resume.as_ref() == Some(identity);
    for bottle in survey(&request.home, live)? {
        let Some(metadata) = bottle.metadata else {
            continue;
        };
        let is_mounted = metadata.workspace == Workspace::Mount
            && matches!(bottle.condition, Condition::Running | Condition::Orphaned);
        let theirs = resolved(&metadata.cwd);
        let overlaps = theirs.starts_with(&cwd) || cwd.starts_with(&theirs);
        if is_mounted && overlaps && !is_ours(&bottle.identity) {
            return Err(Mounting {
                cwd: request.cwd.clone(),
                other: bottle.identity.to_string(),
            }
            .into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_claimed_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let [project, sub, other] = ["project", "project/sub", "other"].map(|name| {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        });
        let is_refused =
            |path: &Path| matches!(claim(path), Err(PrepareError::Mounting(Mounting { .. })));
        let held = claim(&project).unwrap();
        assert!(is_refused(&project) && is_refused(&sub) && is_refused(folder.path()));
        let _beside = claim(&other).unwrap();
        drop(held);
        let _inner = claim(&sub).unwrap();
        assert!(is_refused(&sub) && is_refused(&project));
    }
}
