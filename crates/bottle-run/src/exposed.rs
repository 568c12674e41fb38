//! Folders that an agent is not given, whatever the manifest says.

use std::path::{Path, PathBuf};

use bottle_core::Workspace;
use bottle_state::Home;

/// Where engines listen: who can write there is root on the host.
const SOCKETS: [&str; 2] = ["/var/run/docker.sock", "/run/docker.sock"];

/// The operator's folder may not get in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`workspace: {}` would show the agent {}, which is in {}: start it in the folder of one project",
    .workspace.as_str(), .what.display(), .cwd.display()
)]
pub struct Exposed {
    /// How it would have got in.
    pub workspace: Workspace,
    /// The folder.
    pub cwd: PathBuf,
    /// What lies in it.
    pub what: PathBuf,
}

/// Whether a folder may be shown to the agent: not one that has every bottle's keys in it or lies among them, and not
/// one that leads to the engine.
pub(crate) fn check(
    workspace: Workspace,
    (cwd, socket): (&Path, Option<&Path>),
    home: &Home,
) -> Result<(), Exposed> {
    if !matches!(workspace, Workspace::Copy | Workspace::Mount) {
        return Ok(());
    }
    let resolved = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = resolved(cwd);
    let state = resolved(&home.path().join("state"));
    let home = resolved(home.path());
    let sockets = SOCKETS.iter().map(Path::new).chain(socket).map(resolved);
    let within = folder.starts_with(&home) || folder.starts_with(&state);
    let inside = [home.clone(), state]
        .into_iter()
        .chain(sockets)
        .find(|path| path.starts_with(&folder));
    match inside.or(within.then_some(home)) {
        None => Ok(()),
        Some(what) => Err(Exposed {
            workspace,
            cwd: cwd.to_owned(),
            what,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_bottles_and_the_engine_are_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path().join("me/.claude-bottle"));
        let project = folder.path().join("me/project");
        for each in [home.path(), &project] {
            std::fs::create_dir_all(each).unwrap();
        }
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("me"), &link).unwrap();
        let me = folder.path().join("me");
        let state = home.path().join("state");
        for shown in [
            Path::new("/"),
            Path::new("/run"),
            &me,
            &link,
            home.path(),
            &state,
        ] {
            for workspace in [Workspace::Copy, Workspace::Mount] {
                let refused = check(workspace, (shown, None), &home);
                assert!(refused.is_err(), "{}", shown.display());
                // A clone holds what is committed, and nothing is shown at all.
                assert!(check(Workspace::Worktree, (shown, None), &home).is_ok());
                assert!(check(Workspace::None, (shown, None), &home).is_ok());
            }
        }
        assert!(check(Workspace::Mount, (&project, None), &home).is_ok());
        let engine = project.join("engine.sock");
        let refused = check(Workspace::Mount, (&project, Some(&engine)), &home);
        assert_eq!(refused.unwrap_err().what, engine);
        let error = check(Workspace::Copy, (&me, None), &home)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("`workspace: copy` would show the agent "),
            "{error}"
        );
    }
}
