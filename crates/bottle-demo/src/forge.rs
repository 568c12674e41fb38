//! The pretend forge: an ssh server before one repository, in an image that has git.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// The folder of the forge in its container: a file system in memory.
pub const FOLDER: &str = "/srv";
/// Where its container finds what is given to it.
pub const GIVEN_FOLDER: &str = "/etc/bottle";
/// Where Debian has the ssh server.
const SERVER: &str = "/usr/sbin/sshd";
/// The files that are given to it: its own key, and who may log in. Both are copied, as the server wants to own them.
pub const GIVEN: [&str; 2] = ["host_key", "authorized_keys"];
/// The repository in the forge's folder.
const REPOSITORY: &str = "app.git";
/// The branch with the first commit.
pub const BRANCH: &str = "refs/heads/main";

/// Why the forge cannot be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ForgeError {
    /// A file cannot be read or written, or a program not be started.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Git ended with an error.
    #[error("`git {0}` failed")]
    Git(&'static str),
}

/// What is in the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgeSeen {
    /// Whether its image has an ssh server. Without one nobody can log in.
    pub has_server: bool,
    /// Ids by the full names of refs.
    pub refs: BTreeMap<String, String>,
    /// The ids of all objects that ever arrived.
    pub objects: BTreeSet<String>,
}

/// A forge in a folder of its own.
#[derive(Debug, Clone)]
pub struct Forge {
    folder: PathBuf,
}

impl Forge {
    /// The forge of a folder; it need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where its repository is, as an address names it.
    pub fn repository(&self) -> PathBuf {
        self.folder.join(REPOSITORY)
    }

    /// Makes the repository, with one commit.
    ///
    /// # Errors
    ///
    /// [`ForgeError`] when git is not there, or the folder cannot be written.
    pub fn make(&self) -> Result<(), ForgeError> {
        fs::create_dir_all(self.repository())?;
        self.git("init", &["--quiet", "--bare", "--initial-branch=main"])?;
        let tree = self.git("hash-object", &["-w", "-t", "tree", "--stdin"])?;
        let commit = self.git("commit-tree", &["-m", "first", tree.trim()])?;
        self.git("update-ref", &[BRANCH, commit.trim()])?;
        Ok(())
    }

    /// Becomes its ssh server, with the files of [`GIVEN`] from a folder. Comes back without one, or with an error.
    ///
    /// # Errors
    ///
    /// [`ForgeError`] when a file cannot be copied, or the server not be started.
    pub fn serve(&self, given: &Path) -> Result<(), ForgeError> {
        if !has_server() {
            return Ok(());
        }
        for name in GIVEN {
            let copy = self.folder.join(name);
            fs::copy(given.join(name), &copy)?;
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o600))?;
        }
        let settings = self.folder.join("sshd_config");
        fs::write(&settings, self.settings())?;
        let mut server = Command::new(SERVER);
        Err(server.args(["-D", "-e", "-f"]).arg(settings).exec().into())
    }

    /// What is in it.
    ///
    /// # Errors
    ///
    /// [`ForgeError`] when git is not there, or the repository.
    pub fn look(&self) -> Result<ForgeSeen, ForgeError> {
        let refs = self.git("for-each-ref", &["--format=%(refname) %(objectname)"])?;
        let refs = refs.lines().filter_map(|line| line.split_once(' '));
        let all = ["--batch-all-objects", "--batch-check=%(objectname)"];
        let objects = self.git("cat-file", &all)?;
        Ok(ForgeSeen {
            has_server: has_server(),
            refs: refs
                .map(|(name, id)| (name.to_owned(), id.to_owned()))
                .collect(),
            objects: objects.lines().map(str::to_owned).collect(),
        })
    }

    fn settings(&self) -> String {
        let folder = self.folder.display();
        format!(
            "Port 22\nHostKey {folder}/host_key\nAuthorizedKeysFile {folder}/authorized_keys\nPidFile none\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n"
        )
    }

    fn git(&self, command: &'static str, arguments: &[&str]) -> Result<String, ForgeError> {
        let mut git = Command::new("git");
        git.arg(command)
            .args(arguments)
            .current_dir(self.repository())
            .env("GIT_DIR", self.repository())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Forge")
                .env(format!("GIT_{who}_EMAIL"), "forge@demo.example");
        }
        let output = git.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(ForgeError::Git(command));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn has_server() -> bool {
    Path::new(SERVER).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_forge_has_one_commit_and_tells_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let forge = Forge::new(folder.path());
        assert!(forge.look().is_err());
        forge.make().unwrap();
        let seen = forge.look().unwrap();
        assert_eq!(seen.refs.keys().collect::<Vec<_>>(), [BRANCH]);
        // The commit and its empty tree.
        assert_eq!(seen.objects.len(), 2);
        assert!(seen.objects.contains(&seen.refs[BRANCH]));
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(serde_json::from_str::<ForgeSeen>(&text).unwrap(), seen);
    }

    #[test]
    fn what_the_server_is_told_is_all_in_its_folder() {
        let settings = Forge::new("/srv").settings();
        let paths = settings
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter(|(_, value)| value.starts_with('/'));
        assert!(paths.clone().count() == GIVEN.len());
        assert!(
            paths
                .zip(GIVEN)
                .all(|((_, path), name)| path == format!("/srv/{name}"))
        );
    }
}
