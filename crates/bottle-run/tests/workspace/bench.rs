//! An operator's repository, a state folder, and a program that leaves a mark when it is run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use bottle_core::Identity;
use bottle_run::workspace::{Changes, Checkout, Source, Worktree};
use tempfile::TempDir;

pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    /// A repository with two files in one commit, in a folder with a space in its name.
    pub(crate) fn new() -> Self {
        let bench = Self::empty();
        write(&bench.repository().join("README"), "one\ntwo\nthree\n");
        write(&bench.repository().join("src/main.rs"), "fn main() {}\n");
        bench.commit("first");
        bench
    }

    /// A repository without a commit.
    pub(crate) fn empty() -> Self {
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(bench.repository()).unwrap();
        fs::create_dir(bench.state()).unwrap();
        git(
            &bench.repository(),
            &["init", "--quiet", "--initial-branch=main"],
        );
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.path("my repository")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.state().join("workspace")
    }

    /// Commits all that is in the operator's repository.
    pub(crate) fn commit(&self, message: &str) {
        git(&self.repository(), &["add", "--all"]);
        git(
            &self.repository(),
            &["commit", "--quiet", "--allow-empty", "-m", message],
        );
    }

    pub(crate) fn source(&self) -> Source {
        Source::of(&self.repository()).unwrap()
    }

    pub(crate) fn check_out(&self) -> Checkout {
        self.source()
            .check_out(&self.state(), &identity(), None)
            .unwrap()
    }

    pub(crate) fn worktree(&self) -> Worktree {
        Worktree::open(&self.state()).unwrap()
    }

    pub(crate) fn changes(&self) -> Changes {
        self.worktree().changes().unwrap()
    }

    /// The changes, a letter and a path each.
    pub(crate) fn changed(&self) -> Vec<String> {
        self.changes().iter().map(ToString::to_string).collect()
    }

    /// Writes a file of the agent's.
    pub(crate) fn agent(&self, path: &str, text: &str) {
        write(&self.workspace().join(path), text);
    }

    /// What a file of the operator's says.
    pub(crate) fn operator(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.repository().join(path)).ok()
    }

    /// The command of a program that leaves a mark; it passes on its input, as a filter has to.
    pub(crate) fn marker(&self) -> String {
        let program = self.path("marker");
        let mark = self.mark();
        write(
            &program,
            &format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", mark.display()),
        );
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program.to_str().unwrap().to_owned()
    }

    pub(crate) fn mark(&self) -> PathBuf {
        self.path("mark")
    }
}

pub(crate) fn identity() -> Identity {
    "dev-4x0kz".parse().unwrap()
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Plain git, as an operator or an agent runs it, with the configuration of the repository alone.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = try_git(folder, args);
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

pub(crate) fn try_git(folder: &Path, args: &[&str]) -> std::process::Output {
    Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_PAGER", "cat")
        .args([
            "-c",
            "user.name=Somebody",
            "-c",
            "user.email=somebody@example.com",
        ])
        .args(["-c", "protocol.file.allow=always"])
        .args(args)
        .output()
        .unwrap()
}
