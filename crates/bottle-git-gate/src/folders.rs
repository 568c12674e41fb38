//! Where the gate has what.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bottle_core::RemoteName;

use crate::hook_program::HookProgram;

/// The gate's own folder inside the run folder, by which `secrets put` knows that it speaks to the gate.
pub const RUN_FOLDER: &str = "git-gate";

/// The hooks that there are.
const HOOKS: [&str; 2] = ["pre-receive", "proc-receive"];

/// The gate's folders. What is in the run folder is gone with the container, and is no one else's to see.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    run: PathBuf,
    data: PathBuf,
}

impl Folders {
    /// Names them; nothing is made.
    pub(crate) fn new(run_dir: &Path, data_dir: &Path) -> Self {
        Self {
            run: run_dir.join(RUN_FOLDER),
            data: data_dir.to_owned(),
        }
    }

    /// Makes them, and in one of them the hooks, which start `program`.
    pub(crate) fn make(&self, program: &HookProgram) -> io::Result<()> {
        // What an earlier process left is out of date.
        match fs::remove_dir_all(&self.run) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for folder in [
            self.home(),
            self.hooks(),
            self.run.join("keys"),
            self.run.join("hosts"),
            self.run.join("reports"),
            self.run.join("logins"),
            self.run.join("bases"),
            self.data.clone(),
        ] {
            private_folder(&folder)?;
        }
        for hook in HOOKS {
            write_new(
                &self.hooks().join(hook),
                program.script(hook).as_bytes(),
                0o700,
            )?;
        }
        Ok(())
    }

    /// A home without files.
    pub(crate) fn home(&self) -> PathBuf {
        self.run.join("home")
    }

    /// What git finds as hooks.
    pub(crate) fn hooks(&self) -> PathBuf {
        self.run.join("hooks")
    }

    /// The private key for a remote.
    pub(crate) fn key(&self, remote: &RemoteName) -> PathBuf {
        self.run.join("keys").join(remote.as_str())
    }

    /// The pinned host of a remote.
    pub(crate) fn host(&self, remote: &RemoteName) -> PathBuf {
        self.run.join("hosts").join(remote.as_str())
    }

    /// Where the hooks of one push report.
    pub(crate) fn report(&self, number: u64) -> PathBuf {
        self.run.join("reports").join(number.to_string())
    }

    /// Where the scan of one push notes what it left out.
    pub(crate) fn base(&self, number: u64) -> PathBuf {
        self.run.join("bases").join(number.to_string())
    }

    /// Removes what the hooks of one push have left for others.
    pub(crate) fn forget(&self, number: u64) {
        for left in [self.report(number), self.base(number)] {
            // Gone with the container at the latest.
            let _ = fs::remove_file(left);
        }
    }

    /// The socket of the login that one push shares.
    pub(crate) fn login(&self, number: u64) -> PathBuf {
        self.run.join("logins").join(number.to_string())
    }

    /// The mirror of a remote.
    pub(crate) fn mirror(&self, remote: &RemoteName) -> PathBuf {
        self.data.join(format!("{remote}.git"))
    }

    /// A mirror that is being made.
    pub(crate) fn nascent(&self, remote: &RemoteName) -> PathBuf {
        self.data.join(format!("{remote}.new"))
    }

    /// Who has this file locked writes to the mirror.
    pub(crate) fn lock(&self, remote: &RemoteName) -> PathBuf {
        self.data.join(format!("{remote}.lock"))
    }
}

/// Makes a folder for its owner alone, unless it is there.
fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Puts a file for its owner alone in the place of another, in one step.
pub(crate) fn replace_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    // No remote has such a name.
    fresh.push(".lock");
    let fresh = PathBuf::from(fresh);
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write_new(&fresh, bytes, 0o600)?;
    fs::rename(&fresh, path)
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    file.write_all(bytes)
}
