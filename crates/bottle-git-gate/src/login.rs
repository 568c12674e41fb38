//! One login at the upstream for all that one push asks of it: ssh keeps it, and each git that is run for the push goes
//! through it. A login costs more than everything else about a small push.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::git::Surroundings;
use crate::limits::{LOGIN_STEP, LOGIN_TIMEOUT, MAX_SOCKET_PATH};
use crate::run::Group;
use crate::upstream::Upstream;

/// A login, which ends when this is dropped. Its socket lies in the gate's own folder, beside the key.
#[derive(Debug)]
pub(crate) struct Login {
    group: Group,
    socket: PathBuf,
}

impl Login {
    /// Logs in. Without an answer there is none: then each git logs in by itself, and says why it cannot.
    pub(crate) async fn open(
        upstream: &Upstream,
        surroundings: &Surroundings,
        socket: PathBuf,
    ) -> Option<Self> {
        if !is_plain(&socket) {
            return None;
        }
        let mut login = Self {
            group: Group::spawn(command(upstream, surroundings, &socket)).ok()?,
            socket,
        };
        let start = Instant::now();
        while !login.socket.exists() {
            let ended = login.group.child.try_wait();
            if !matches!(ended, Ok(None)) || start.elapsed() > LOGIN_TIMEOUT {
                return None;
            }
            tokio::time::sleep(LOGIN_STEP).await;
        }
        Some(login)
    }

    /// Where it is to be had.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        // Gone with the container at the latest.
        let _ = fs::remove_file(&self.socket);
    }
}

fn command(upstream: &Upstream, surroundings: &Surroundings, socket: &Path) -> Command {
    let Surroundings { path, home } = surroundings;
    let mut command = Command::new("ssh");
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("LC_ALL", "C")
        .current_dir(home)
        .args(upstream.login(socket))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Whether ssh takes a path as it stands: it expands signs in it, and a socket's has little room.
fn is_plain(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.len() <= MAX_SOCKET_PATH
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_and_short_paths_are_shared() {
        assert!(is_plain(Path::new("/run/bottle/git-gate/logins/12")));
        for path in ["/run/a b", "/run/%h", "/run/${X}", "/run/~", "/run/\"x"] {
            assert!(!is_plain(Path::new(path)), "{path}");
        }
        assert!(!is_plain(Path::new(&"/x".repeat(41))));
    }
}
