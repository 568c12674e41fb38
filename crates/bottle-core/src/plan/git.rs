//! A remote behind git-gate: the one way for commits to leave.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::push::PushPolicy;
use crate::host::Host;
use crate::port::Port;
use crate::text::{is_word, serde_as_text, text_newtype};

/// The longest name of a remote, in bytes.
const MAX_NAME: usize = 64;
/// The longest path that is taken, in bytes: as long as the kernel's.
const MAX_PATH: usize = 4096;
/// The kinds of public keys that a host may have (the ones that OpenSSH 9 still offers).
const KEY_KINDS: [&str; 7] = [
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "sk-ssh-ed25519@openssh.com",
    "ssh-ed25519",
    "ssh-rsa",
];

/// A remote behind git-gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitRemote {
    /// Where the gate serves it.
    pub name: RemoteName,
    /// Where the gate pushes to.
    pub upstream: SshUrl,
    /// The private key that the gate pushes with, as the manifest writes it.
    pub identity_file: KeyPath,
    /// The host's public key. Without it nothing is fetched and nothing pushed.
    pub known_host_key: Option<HostKey>,
    /// Addresses of names that do not resolve where the gate runs.
    pub extra_hosts: BTreeMap<Host, IpAddr>,
    /// What may be pushed.
    pub push: PushPolicy,
}

/// The name of a remote: a part of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteName(String);

/// `ssh://[user@]host[:port]/path`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SshUrl {
    /// Who logs in; the host's default when `None`.
    pub user: Option<String>,
    /// Where.
    pub host: SshHost,
    /// On which port; 22 unless said.
    pub port: Option<Port>,
    /// The repository there, with its slash in front.
    pub path: String,
}

/// The host of a remote: a name, or an address in the operator's own network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SshHost {
    /// A name.
    Name(Host),
    /// An address.
    Address(IpAddr),
}

/// A public key in OpenSSH's form: kind and base64.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostKey(String);

/// Where a private key lies: absolute, or below the operator's home folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPath(String);

text_newtype!(RemoteName);
text_newtype!(HostKey);
text_newtype!(KeyPath);
serde_as_text!(SshUrl);

/// Why a part of a remote is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GitRemoteError {
    /// Not the name of a remote.
    #[error(
        "the name of a remote has letters, digits, `.`, `_` and `-`, and begins with a letter or digit"
    )]
    Name,
    /// Not an address that begins with `ssh://`.
    #[error("a remote is reached by ssh: write ssh://user@host/path")]
    NotSsh,
    /// A part of it is missing or has characters that mean something to a shell or to ssh.
    #[error("an ssh address is ssh://user@host:port/path, of plain characters")]
    SshUrl,
    /// Not a path.
    #[error("the path of a key is absolute or begins with ~/, in one line")]
    KeyPath,
    /// Not a public key.
    #[error("a host key is its kind and its base64, for example `ssh-ed25519 AAAA…`")]
    HostKey,
}

impl FromStr for RemoteName {
    type Err = GitRemoteError;

    fn from_str(text: &str) -> Result<Self, GitRemoteError> {
        // git reads these two ends in ways of its own.
        let odd = text.contains("..")
            || [".git", ".lock"].iter().any(|end| text.ends_with(end))
            || text.ends_with('.');
        if is_word(text, b"._-", MAX_NAME) && !odd {
            Ok(Self(text.to_owned()))
        } else {
            Err(GitRemoteError::Name)
        }
    }
}

impl FromStr for SshUrl {
    type Err = GitRemoteError;

    fn from_str(text: &str) -> Result<Self, GitRemoteError> {
        let rest = text.strip_prefix("ssh://").ok_or(GitRemoteError::NotSsh)?;
        let (authority, _) = rest.split_once('/').ok_or(GitRemoteError::SshUrl)?;
        let path = rest.get(authority.len()..).unwrap_or_default();
        let (user, place) = match authority.split_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        let (host, port) = split_port(place)?;
        let plain_user = |user: &str| {
            !user.is_empty()
                && !user.starts_with('-')
                && user
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let plain_path = path.len() > 1
            && path.len() <= MAX_PATH
            && !path.split('/').any(|segment| segment == "..")
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/._-~+@".contains(&byte));
        if !user.is_none_or(plain_user) || !plain_path {
            return Err(GitRemoteError::SshUrl);
        }
        Ok(Self {
            user: user.map(str::to_owned),
            host: host.parse()?,
            port,
            path: path.to_owned(),
        })
    }
}

/// The host and the port of `host`, `host:port` or `[address]:port`.
fn split_port(text: &str) -> Result<(&str, Option<Port>), GitRemoteError> {
    let port = |text: &str| text.parse().map(Some).map_err(|_| GitRemoteError::SshUrl);
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(GitRemoteError::SshUrl)?;
        // Brackets are for addresses with colons alone.
        if !host.contains(':') {
            return Err(GitRemoteError::SshUrl);
        }
        return match rest.strip_prefix(':') {
            Some(number) => Ok((host, port(number)?)),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(GitRemoteError::SshUrl),
        };
    }
    match text.split_once(':') {
        Some((host, number)) => Ok((host, port(number)?)),
        None => Ok((text, None)),
    }
}

impl fmt::Display for SshUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            user,
            host,
            port,
            path,
        } = self;
        f.write_str("ssh://")?;
        if let Some(user) = user {
            write!(f, "{user}@")?;
        }
        match host {
            SshHost::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
            host => write!(f, "{host}")?,
        }
        if let Some(port) = port {
            write!(f, ":{port}")?;
        }
        f.write_str(path)
    }
}

impl FromStr for SshHost {
    type Err = GitRemoteError;

    fn from_str(text: &str) -> Result<Self, GitRemoteError> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        text.parse()
            .map(Self::Name)
            .map_err(|_| GitRemoteError::SshUrl)
    }
}

impl fmt::Display for SshHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(host) => host.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl FromStr for HostKey {
    type Err = GitRemoteError;

    /// Kind and base64, with a comment behind them at most, which is dropped.
    fn from_str(text: &str) -> Result<Self, GitRemoteError> {
        let mut parts = text.split(' ').filter(|part| !part.is_empty());
        let (Some(kind), Some(key)) = (parts.next(), parts.next()) else {
            return Err(GitRemoteError::HostKey);
        };
        let base64 = key.trim_end_matches('=');
        let plain = base64
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
        let padded = key.len().is_multiple_of(4) && key.len() - base64.len() <= 2;
        // Every key begins with the length of its kind, in four bytes of which the first three are zero or nearly so.
        if KEY_KINDS.contains(&kind)
            && plain
            && padded
            && key.starts_with("AAAA")
            && !text.contains(['\n', '\r', '\0'])
        {
            Ok(Self(format!("{kind} {key}")))
        } else {
            Err(GitRemoteError::HostKey)
        }
    }
}

impl FromStr for KeyPath {
    type Err = GitRemoteError;

    fn from_str(text: &str) -> Result<Self, GitRemoteError> {
        let rooted = text.starts_with('/') || text.starts_with("~/");
        if rooted && text.len() <= MAX_PATH && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(GitRemoteError::KeyPath)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_remotes() {
        for text in [
            "ssh://git@git.example.com/app.git",
            "ssh://git.example.com/~me/app",
            "ssh://git@git.example.com:2222/team/app.git",
            "ssh://git@10.0.0.7/app.git",
            "ssh://git@[fd00::7]:22/app.git",
        ] {
            assert_eq!(text.parse::<SshUrl>().unwrap().to_string(), text);
        }
        for text in [
            "git@git.example.com:app.git",
            "https://git.example.com/app.git",
            "",
            "SSH://a.example/b",
        ] {
            assert_eq!(
                text.parse::<SshUrl>(),
                Err(GitRemoteError::NotSsh),
                "{text}"
            );
        }
        for text in [
            "ssh://",
            "ssh:///app.git",
            "ssh://git.example.com",
            "ssh://git.example.com/",
            "ssh://-oProxyCommand=x/app",
            "ssh://-l@git.example.com/app",
            "ssh://@git.example.com/app",
            "ssh://git.example.com:0/app",
            "ssh://git.example.com/a b",
            "ssh://git.example.com/a;b",
            "ssh://git.example.com/../etc/passwd",
            "ssh://git:password@git.example.com/app",
            "ssh://[git.example.com]/app",
            "ssh://[fd00::7/app",
        ] {
            assert_eq!(
                text.parse::<SshUrl>(),
                Err(GitRemoteError::SshUrl),
                "{text}"
            );
        }
    }

    #[test]
    fn keys_and_names() {
        let key =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(
            format!("{key} forge").parse::<HostKey>().unwrap().as_str(),
            key
        );
        for text in [
            "",
            "ssh-ed25519",
            "git.example.com ssh-ed25519 AAAA",
            "ssh-dss AAAA",
            "ssh-rsa BBBB",
            "ssh-rsa AAA",
            "ssh-rsa AA\nAA",
        ] {
            assert_eq!(
                text.parse::<HostKey>(),
                Err(GitRemoteError::HostKey),
                "{text}"
            );
        }
        for text in ["", "-x", ".x", "a/b", "a..b", "a.git", "a.lock", "a.", "é"] {
            assert_eq!(
                text.parse::<RemoteName>(),
                Err(GitRemoteError::Name),
                "{text}"
            );
        }
        assert!("App_1.x-y".parse::<RemoteName>().is_ok());
        assert!("key".parse::<KeyPath>().is_err());
        assert!("~/.ssh/key".parse::<KeyPath>().is_ok());
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "(ssh://)?[a-z@:/\\[\\].~0-9-]{0,30}") {
            if let Ok(url) = text.parse::<SshUrl>() {
                prop_assert_eq!(url.to_string().parse(), Ok(url));
            }
            if let Ok(name) = text.parse::<RemoteName>() {
                prop_assert_eq!(name.to_string().parse(), Ok(name));
            }
        }

        #[test]
        fn any_text_is_survived(text in ".{0,60}") {
            let _ = text.parse::<SshUrl>();
            let _ = text.parse::<HostKey>();
            let _ = text.parse::<KeyPath>();
        }
    }
}
