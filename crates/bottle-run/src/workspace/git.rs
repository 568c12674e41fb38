//! Git, run so that nothing but git runs.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::WorkspaceError;
use super::process::{self, Bounds, Finished, Unfinished};

/// A question to a repository that lies on a disk of ours.
const ASK_WAIT: Duration = Duration::from_mins(2);
/// Copying a repository: hours of history have to pass, a hanging file system has not.
pub(super) const COPY_WAIT: Duration = Duration::from_mins(10);
/// Bytes of names: a million files.
const MAX_NAMES: u64 = 128 * 1024 * 1024;

/// What holds for every call, whatever a configuration says: no program of a repository is started.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.quotePath=true",
    "protocol.allow=never",
    "protocol.file.allow=always",
    "gc.auto=0",
    "maintenance.auto=false",
];
/// What the operator may have configured for himself, and what must not reach an answer about an agent's files.
const SEALED: &[&str] = &[
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
];
/// What git needs of the operator's environment to find itself and his configuration. `SUDO_UID` is how git tells that a
/// repository belongs to the operator when he is root for the moment.
const KEPT: &[&str] = &["HOME", "XDG_CONFIG_HOME", "TMPDIR", "SUDO_UID"];

/// One call of git.
#[derive(Debug)]
pub(super) struct Git {
    command: Command,
    input: Option<Vec<u8>>,
    bounds: Bounds,
}

impl Git {
    /// In a folder of the operator, with his configuration: for his own repository, which he trusts.
    pub(super) fn of_operator(folder: &Path) -> Self {
        let mut git = Self::new(folder, &[]);
        for name in KEPT {
            if let Some(value) = env::var_os(name) {
                git.command.env(name, value);
            }
        }
        git
    }

    /// Without anybody's configuration but that of the repository `git_dir`, which is ours.
    pub(super) fn sealed(git_dir: &Path) -> Self {
        let mut git = Self::new(git_dir, SEALED);
        git.command
            .env("GIT_DIR", git_dir)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_ATTR_NOSYSTEM", "1");
        git
    }

    fn new(folder: &Path, settings: &[&str]) -> Self {
        let mut command = Command::new("git");
        command
            .env_clear()
            .env("PATH", absolute_path())
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "/bin/false")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .current_dir(folder)
            .arg("--no-pager");
        for setting in SETTINGS.iter().chain(settings) {
            command.args(["-c", setting]);
        }
        Self {
            command,
            input: None,
            bounds: Bounds {
                wait: ASK_WAIT,
                output: MAX_NAMES,
            },
        }
    }

    /// With files beside the repository, and an index of their own.
    pub(super) fn with_files(mut self, work_tree: &Path, index: &Path) -> Self {
        self.command
            .env("GIT_WORK_TREE", work_tree)
            .env("GIT_INDEX_FILE", index)
            .current_dir(work_tree);
        self
    }

    pub(super) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(super) fn with_index(mut self, index: &Path) -> Self {
        self.command.env("GIT_INDEX_FILE", index);
        self
    }

    pub(super) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(super) fn input(mut self, bytes: Vec<u8>) -> Self {
        self.input = Some(bytes);
        self
    }

    pub(super) const fn wait(mut self, wait: Duration) -> Self {
        self.bounds.wait = wait;
        self
    }

    pub(super) const fn output(mut self, limit: u64) -> Self {
        self.bounds.output = limit;
        self
    }

    /// Runs it, whatever code it ends with.
    pub(super) fn ask(self, what: &'static str) -> Result<Finished, WorkspaceError> {
        let Self {
            mut command,
            input,
            bounds,
        } = self;
        process::run(&mut command, input, bounds).map_err(|why| match why {
            Unfinished::NotStarted(source) => WorkspaceError::NoGit(source),
            Unfinished::Io(source) => WorkspaceError::io(what, Path::new("git"))(source),
            Unfinished::Timeout => WorkspaceError::Timeout {
                what,
                after: bounds.wait,
            },
            Unfinished::TooMuch => WorkspaceError::TooMuch {
                what,
                limit: bounds.output,
            },
        })
    }

    /// Runs it; anything but code 0 is an error.
    pub(super) fn run(self, what: &'static str) -> Result<Finished, WorkspaceError> {
        let finished = self.ask(what)?;
        if finished.status.success() {
            Ok(finished)
        } else {
            Err(WorkspaceError::Git {
                what,
                said: finished.stderr,
            })
        }
    }

    /// Runs it for one line of text.
    pub(super) fn line(self, what: &'static str) -> Result<String, WorkspaceError> {
        let line = one_line(self.run(what)?.stdout);
        String::from_utf8(line).map_err(|_| WorkspaceError::Answer { what })
    }
}

/// An answer without the line's end that git adds: a path may end with one of its own.
pub(super) fn one_line(mut answer: Vec<u8>) -> Vec<u8> {
    answer.pop_if(|last| *last == b'\n');
    answer
}

/// The folders that programs are looked for in: absolute ones alone, because git is started in folders that an agent
/// may have written to.
fn absolute_path() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let absolute = env::split_paths(&path).filter(|folder| folder.is_absolute());
    env::join_paths(absolute).unwrap_or_default()
}
