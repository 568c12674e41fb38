//! One upstream: who it is, and git with what it takes to reach it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use bottle_core::{RemoteName, SshUrl};
use bottle_git::GateRemote;

use crate::folders::{Folders, replace_private};
use crate::git::Git;
use crate::handed::Handed;
use crate::refusal::{Code, Refusal};
use crate::ssh;

/// An upstream with a pinned host and a key.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    url: SshUrl,
    key: PathBuf,
    known_hosts: PathBuf,
    /// The socket of a login that is there already.
    shared: Option<PathBuf>,
}

impl Upstream {
    /// Where it is, and by what the gate and it know each other. Only names files: [`prepare`] has written them.
    pub(crate) fn new(folders: &Folders, remote: &RemoteName, url: &SshUrl) -> Self {
        Self {
            url: url.clone(),
            key: folders.key(remote),
            known_hosts: folders.host(remote),
            shared: None,
        }
    }

    /// The same, through a login that is there already.
    pub(crate) fn through(self, shared: Option<PathBuf>) -> Self {
        Self { shared, ..self }
    }

    /// What ssh is asked to log in and let others use that.
    pub(crate) fn login(&self, socket: &Path) -> Vec<OsString> {
        ssh::login(&self.url, &self.key, &self.known_hosts, socket)
    }

    /// The address, for a command line.
    pub(crate) fn url(&self) -> String {
        self.url.to_string()
    }

    /// Turns what ssh or git said into a refusal.
    pub(crate) fn refusal(&self, words: &str) -> Refusal {
        ssh::refusal(&self.url, words)
    }

    /// A git that can reach the upstream.
    pub(crate) fn git(&self, git: &Git, arguments: &[&str]) -> Command {
        let mut command = git.command(arguments);
        command
            .env(
                "GIT_SSH_COMMAND",
                ssh::command(&self.key, &self.known_hosts, self.shared.as_deref()),
            )
            .env("GIT_SSH_VARIANT", "ssh");
        command
    }
}

/// Writes key and pinned host of a remote to where ssh finds them; a refusal when there are none.
pub(crate) fn prepare(
    folders: &Folders,
    remote: &GateRemote,
    handed: &Handed,
) -> Result<Upstream, Refusal> {
    let GateRemote {
        name,
        upstream,
        host_key,
        push: _,
    } = remote;
    let Some(host_key) = host_key else {
        return Err(Refusal::new(
            Code::HostKey,
            format_args!(
                "no `host_key` is declared for {name}, so the gate does not connect to {}. Ask the operator to declare it in the bottle's manifest.",
                upstream.host
            ),
        ));
    };
    let Some(key) = handed.keys.get(name) else {
        return Err(Refusal::new(
            Code::NoKey,
            format_args!("the gate was given no key for {name}. Ask the operator to hand it over."),
        ));
    };
    let mut key = key.clone();
    if !key.ends_with('\n') {
        // ssh takes no key whose last line does not end.
        key.push('\n');
    }
    let line = ssh::known_host(upstream, host_key);
    update(&folders.key(name), key.as_bytes())
        .and_then(|()| update(&folders.host(name), line.as_bytes()))
        .map_err(|error| Refusal::broken(&error))?;
    Ok(Upstream::new(folders, name, upstream))
}

/// For its owner alone.
const PRIVATE: u32 = 0o600;

/// Replaces a private file unless it has this content.
fn update(path: &Path, content: &[u8]) -> io::Result<()> {
    let private = fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o777 == PRIVATE);
    if private && fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    replace_private(path, content)
}
