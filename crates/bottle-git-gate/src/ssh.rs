//! How git reaches an upstream: by ssh, with one key, to a host with one pinned key, and never longer than a while.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use bottle_core::{HostKey, SshUrl};

use crate::refusal::{Code, Refusal};

/// The port where a `known_hosts` line names none.
const DEFAULT_PORT: &str = "22";

/// What ssh may and may not do, whatever was compiled in.
const OPTIONS: &[&str] = &[
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "AddKeysToAgent=no",
    "GlobalKnownHostsFile=/dev/null",
    "StrictHostKeyChecking=yes",
    "VerifyHostKeyDNS=no",
    "UpdateHostKeys=no",
    "CheckHostIP=no",
    "BatchMode=yes",
    "PreferredAuthentications=publickey",
    "PasswordAuthentication=no",
    "KbdInteractiveAuthentication=no",
    "ConnectTimeout=10",
    "ConnectionAttempts=1",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "Tunnel=no",
    "ControlMaster=no",
    "ControlPath=none",
    "PermitLocalCommand=no",
    "ProxyCommand=none",
    "ProxyJump=none",
    "CanonicalizeHostname=no",
    "EscapeChar=none",
    "RequestTTY=no",
    "LogLevel=ERROR",
];

/// The value of `GIT_SSH_COMMAND`, through a login that is there already when `shared` is its socket. Should it be gone,
/// ssh logs in anew.
pub(crate) fn command(key: &Path, known_hosts: &Path, shared: Option<&Path>) -> OsString {
    let mut text = OsString::from("ssh");
    for argument in arguments(key, known_hosts, shared) {
        text.push(" ");
        text.push(quoted(Path::new(&argument)));
    }
    text
}

/// What is asked of ssh to log in and to let others use that, by this socket.
pub(crate) fn login(url: &SshUrl, key: &Path, known_hosts: &Path, socket: &Path) -> Vec<OsString> {
    let SshUrl {
        user,
        host,
        port,
        path: _,
    } = url;
    let mut words: Vec<OsString> = ["-N", "-T", "-o", "ControlMaster=yes"]
        .map(Into::into)
        .into();
    words.extend(arguments(key, known_hosts, Some(socket)));
    if let Some(port) = port {
        words.extend(["-p".into(), port.to_string().into()]);
    }
    let user = user.as_ref().map(|user| format!("{user}@"));
    words.extend([
        "--".into(),
        format!("{}{host}", user.unwrap_or_default()).into(),
    ]);
    words
}

/// Of an option that stands twice, ssh takes the first.
fn arguments(key: &Path, known_hosts: &Path, shared: Option<&Path>) -> Vec<OsString> {
    let mut words: Vec<OsString> = ["-F", "/dev/null", "-i"].map(Into::into).into();
    words.push(key.into());
    let mut option = OsString::from("UserKnownHostsFile=");
    option.push(known_hosts_value(known_hosts));
    words.extend(["-o".into(), option]);
    if let Some(socket) = shared {
        let mut option = OsString::from("ControlPath=");
        option.push(socket);
        words.extend(["-o".into(), option]);
    }
    for option in OPTIONS {
        words.extend(["-o".into(), option.into()]);
    }
    words
}

/// In ssh's own quotation marks, with its own sign doubled: the option is a list of files with variables in them.
fn known_hosts_value(path: &Path) -> OsString {
    let mut value = OsString::from("\"");
    value.push(path.as_os_str().to_string_lossy().replace('%', "%%"));
    value.push("\"");
    value
}

/// As one word of a shell.
pub(crate) fn quoted(path: &Path) -> OsString {
    let text = path.as_os_str().to_string_lossy().replace('\'', r"'\''");
    format!("'{text}'").into()
}

/// The line that pins a host to its key.
pub(crate) fn known_host(url: &SshUrl, key: &HostKey) -> String {
    let SshUrl {
        user: _,
        host,
        port,
        path: _,
    } = url;
    let host = host.to_string();
    let port = port.map(|port| port.to_string());
    let mut line = String::new();
    // Writing to a String cannot fail.
    let _ = match port.filter(|port| port != DEFAULT_PORT) {
        Some(port) => writeln!(line, "[{host}]:{port} {key}"),
        None => writeln!(line, "{host} {key}"),
    };
    line
}

/// What ssh or git said, as a refusal: which code it has, and the words that count.
pub(crate) fn refusal(url: &SshUrl, words: &str) -> Refusal {
    let host = &url.host;
    if words.contains("Host key verification failed")
        || words.contains("REMOTE HOST IDENTIFICATION HAS CHANGED")
        || words.contains("no matching host key type found")
    {
        return Refusal::new(
            Code::HostKey,
            format_args!(
                "the host {host} does not have the key that is pinned for it (`host_key`), so nothing was sent. Ask the operator, who compares the keys; nothing can be done about it in here."
            ),
        );
    }
    if words.contains("Permission denied (") {
        return Refusal::new(
            Code::Upstream,
            format_args!(
                "the host {host} did not take the gate's key. Ask the operator to check `identity_file`, and whether the key may use this repository."
            ),
        );
    }
    let said = telling(words);
    Refusal::new(
        Code::Upstream,
        if said.is_empty() {
            format!("the upstream on {host} ended the conversation without a word")
        } else {
            format!("the upstream on {host} says: {said}")
        },
    )
}

/// The lines that are about the matter, without git's general advice behind them.
fn telling(words: &str) -> String {
    const ADVICE: [&str; 5] = [
        "fatal: Could not read from remote repository.",
        "Please make sure you have the correct access rights",
        "and the repository exists.",
        "fatal: the remote end hung up unexpectedly",
        "hint: ",
    ];
    let lines = words.lines().map(str::trim_end);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty())
        .filter(|line| !ADVICE.iter().any(|advice| line.starts_with(advice)))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> SshUrl {
        text.parse().unwrap()
    }

    #[test]
    fn a_pinned_host_has_its_port() {
        let key: HostKey =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                .parse()
                .unwrap();
        for (address, host) in [
            ("ssh://git@git.test/a", "git.test"),
            ("ssh://git@git.test:22/a", "git.test"),
            ("ssh://git@git.test:2222/a", "[git.test]:2222"),
            ("ssh://git@[fd00::7]/a", "fd00::7"),
            ("ssh://git@[fd00::7]:2222/a", "[fd00::7]:2222"),
        ] {
            assert_eq!(known_host(&url(address), &key), format!("{host} {key}\n"));
        }
    }

    #[test]
    fn paths_are_quoted() {
        let text = command(Path::new("/a b/it's"), Path::new("/100% x"), None);
        let text = text.into_string().unwrap();
        assert!(
            text.starts_with(r"ssh '-F' '/dev/null' '-i' '/a b/it'\''s' '-o' 'UserKnownHostsFile="),
            "{text}"
        );
        assert!(text.contains("100%% "), "{text}");
        assert!(!text.contains("ControlPath=/"), "{text}");
    }

    #[test]
    fn a_login_is_shared_before_it_is_refused() {
        let (key, hosts, socket) = (Path::new("/k"), Path::new("/h"), Path::new("/s"));
        let place = |words: &[OsString], wanted: &str| {
            words.iter().position(|word| word == wanted).unwrap()
        };
        let own = login(&url("ssh://me@git.test:22/a"), key, hosts, socket);
        assert!(place(&own, "ControlMaster=yes") < place(&own, "ControlMaster=no"));
        assert!(place(&own, "ControlPath=/s") < place(&own, "ControlPath=none"));
        assert!(place(&own, "StrictHostKeyChecking=yes") < place(&own, "--"));
        assert_eq!(own.last().unwrap(), "me@git.test");
        let others = arguments(key, hosts, Some(socket));
        assert!(!others.iter().any(|word| word == "ControlMaster=yes"));
    }

    #[test]
    fn words_become_codes() {
        let url = url("ssh://git@git.test/a");
        for (words, code, part) in [
            (
                "@@ WARNING\nHost key verification failed.\r\nfatal: Could not read from remote repository.",
                Code::HostKey,
                "pinned",
            ),
            (
                "git@git.test: Permission denied (publickey).\r\n",
                Code::Upstream,
                "identity_file",
            ),
            (
                "ssh: connect to host git.test port 22: Connection refused\r\nfatal: Could not read from remote repository.\n",
                Code::Upstream,
                "Connection refused",
            ),
            ("", Code::Upstream, "without a word"),
        ] {
            let refusal = refusal(&url, words);
            assert_eq!(refusal.code, code);
            assert!(refusal.to_string().contains(part), "{refusal}");
            assert!(!refusal.to_string().contains("Could not read"));
        }
    }
}
