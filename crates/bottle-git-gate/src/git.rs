//! How git is run: with an environment of its own, and with no setting that anybody else has written.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Settings for every git that the gate runs. Given on the command line they outrank every file.
///
/// What comes from the upstream is not put through `fsck`: git itself takes old histories that have small faults, and
/// so does the mirror. What is pushed is.
const SETTINGS: &[&str] = &[
    "protocol.allow=never",
    "protocol.ssh.allow=always",
    "protocol.version=2",
    "transfer.fsckObjects=true",
    "receive.fsckObjects=true",
    "fetch.fsckObjects=false",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.logAllRefUpdates=false",
    "core.pager=cat",
    // Larger contents are not held in memory as a whole.
    "core.bigFileThreshold=16m",
    // Whatever the machine has: several pushes may come at once.
    "pack.threads=2",
    "core.deltaBaseCacheLimit=32m",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.fetchShowForcedUpdates=false",
    "fetch.showForcedUpdates=false",
    "submodule.recurse=false",
    "push.recurseSubmodules=no",
    "push.followTags=false",
    "push.gpgSign=false",
    "credential.helper=",
];

/// What git gets from outside: where programs are, and a home without files.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// `PATH`.
    pub(crate) path: OsString,
    /// An empty folder.
    pub(crate) home: PathBuf,
}

/// Where git puts the objects of a push until the hooks have agreed to them. Empty outside of a push.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quarantine(Vec<(OsString, OsString)>);

impl Quarantine {
    /// The variables of git that make a quarantine.
    pub(crate) const VARIABLES: [&str; 3] = [
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_QUARANTINE_PATH",
    ];

    /// The quarantine that these variables make; others are left out.
    pub(crate) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let one_of_them = |name: &OsStr| Self::VARIABLES.iter().any(|each| name == *each);
        let variables = variables.into_iter();
        Self(variables.filter(|(name, _)| one_of_them(name)).collect())
    }
}

/// Runs git in one repository.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    surroundings: Surroundings,
    repository: PathBuf,
    quarantine: Quarantine,
}

impl Git {
    /// Git in a bare repository.
    pub(crate) fn new(surroundings: &Surroundings, repository: &Path) -> Self {
        Self {
            surroundings: surroundings.clone(),
            repository: repository.to_owned(),
            quarantine: Quarantine::default(),
        }
    }

    /// The same, and it sees the objects of a push.
    pub(crate) fn within(self, quarantine: Quarantine) -> Self {
        Self { quarantine, ..self }
    }

    /// What it gets from outside.
    pub(crate) fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// A git with these arguments: nothing on its standard input, what it prints is thrown away unless the caller says
    /// otherwise. Replacements of objects (`refs/replace/`) do not count: what is read is what would be sent.
    pub(crate) fn command<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let Self {
            surroundings: Surroundings { path, home },
            repository,
            quarantine: Quarantine(quarantine),
        } = self;
        let mut command = Command::new("git");
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("LC_ALL", "C")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            // Whoever connects must say by what.
            .env("GIT_SSH_COMMAND", "/bin/false")
            .env("GIT_DIR", repository)
            .envs(quarantine.iter().map(|(name, value)| (name, value)))
            .current_dir(home);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}
