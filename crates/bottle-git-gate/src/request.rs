//! The first request of a client: which service, on which repository.

use std::fmt;

use bottle_core::RemoteName;

use crate::refusal::{Code, Refusal};

/// What a client asks for first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// A service of git on one repository.
    Git {
        /// Which service.
        service: GitService,
        /// Which repository. Whether it is declared is another question.
        name: RemoteName,
        /// The version of the protocol that the client would like.
        version: Option<Version>,
    },
    /// Whether the gate is well.
    Health,
}

/// The services of git that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GitService {
    /// Clone and fetch.
    UploadPack,
    /// Push.
    ReceivePack,
}

impl GitService {
    /// The name, as git has it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::UploadPack => "upload-pack",
            Self::ReceivePack => "receive-pack",
        }
    }
}

impl fmt::Display for GitService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A version of git's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// The first one.
    Zero,
    /// The same with its number in front.
    One,
    /// The present one.
    Two,
}

impl Version {
    /// As `GIT_PROTOCOL` has it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "version=0",
            Self::One => "version=1",
            Self::Two => "version=2",
        }
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let all = [Self::Zero, Self::One, Self::Two];
        all.into_iter()
            .find(|version| version.as_str().as_bytes() == text)
    }
}

/// What the health check asks.
pub(crate) const HEALTH: &[u8] = b"git-gate-health";

impl Request {
    /// Reads the content of the first pkt-line: `git-upload-pack /app NUL host=… NUL NUL version=2 NUL`
    /// (gitprotocol-pack, "Git Transport").
    pub(crate) fn parse(content: &[u8]) -> Result<Self, Refusal> {
        if content == HEALTH {
            return Ok(Self::Health);
        }
        let (command, parameters) = split(content, 0).unwrap_or((content, b""));
        let (service, path) = split(command, b' ').ok_or_else(no_service)?;
        let service = match service {
            b"git-upload-pack" => GitService::UploadPack,
            b"git-receive-pack" => GitService::ReceivePack,
            _ => return Err(no_service()),
        };
        Ok(Self::Git {
            service,
            name: name(path)?,
            version: version(parameters)?,
        })
    }
}

/// The one segment of a path, without `.git`.
fn name(path: &[u8]) -> Result<RemoteName, Refusal> {
    let text = std::str::from_utf8(path).map_err(|_| no_path())?;
    let name = text.strip_prefix('/').ok_or_else(no_path)?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    // A name has neither slashes nor per cent signs, so there is nothing to decode.
    name.parse().map_err(|_| no_path())
}

/// What stands behind the path: an optional `host=…`, which is ignored, then behind one more NUL what a client would
/// like. Of that the version counts; git's protocol asks servers to ignore the rest.
fn version(parameters: &[u8]) -> Result<Option<Version>, Refusal> {
    let extra = match parameters.strip_prefix(b"\0") {
        Some(extra) => extra,
        None if parameters.is_empty() => return Ok(None),
        None => {
            let (host, rest) = split(parameters, 0).ok_or_else(no_parameters)?;
            if !host.starts_with(b"host=") {
                return Err(no_parameters());
            }
            match rest.strip_prefix(b"\0") {
                Some(extra) => extra,
                None if rest.is_empty() => return Ok(None),
                None => return Err(no_parameters()),
            }
        }
    };
    let whole = extra.strip_suffix(b"\0").ok_or_else(no_parameters)?;
    let mut found = None;
    for parameter in whole.split(|byte| *byte == 0) {
        if parameter.is_empty() {
            return Err(no_parameters());
        }
        found = found.or(Version::parse(parameter));
    }
    Ok(found)
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((bytes.get(..place)?, bytes.get(place + 1..)?))
}

fn no_service() -> Refusal {
    Refusal::new(
        Code::Transport,
        "there is git-upload-pack (clone, fetch) and git-receive-pack (push) here, and nothing else",
    )
}

fn no_path() -> Refusal {
    Refusal::new(
        Code::Path,
        "the path of a repository is its name alone, with or without .git behind it: git://git-gate/NAME",
    )
}

fn no_parameters() -> Refusal {
    Refusal::new(
        Code::Path,
        "behind the path there may be a host and what gitprotocol-pack calls extra parameters, and nothing else",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(content: &[u8]) -> Code {
        Request::parse(content).unwrap_err().code
    }

    fn git(service: GitService, name: &str, version: Option<Version>) -> Request {
        Request::Git {
            service,
            name: name.parse().unwrap(),
            version,
        }
    }

    #[test]
    fn what_clients_send() {
        use GitService::{ReceivePack, UploadPack};
        for (content, request) in [
            (
                &b"git-upload-pack /app\0host=git-gate:9418\0\0version=2\0"[..],
                git(UploadPack, "app", Some(Version::Two)),
            ),
            (
                b"git-receive-pack /app.git\0host=git-gate\0",
                git(ReceivePack, "app", None),
            ),
            (b"git-upload-pack /app", git(UploadPack, "app", None)),
            (
                b"git-upload-pack /a-b.c\0\0x=y\0version=1\0version=2\0",
                git(UploadPack, "a-b.c", Some(Version::One)),
            ),
            (HEALTH, Request::Health),
        ] {
            assert_eq!(Request::parse(content).unwrap(), request);
        }
    }

    #[test]
    fn what_is_no_path() {
        for path in [
            "",
            "/",
            "app",
            "//app",
            "/app/",
            "/../app",
            "/a/../app",
            "/./app",
            "/%2e%2e/app",
            "/%61pp",
            "/a%00b",
            "/etc/passwd",
            "~/app",
            "/~root/app",
            "/.git",
            "/app.git.git",
            "/app..",
            "/app/.git",
            "/app\n",
            "/app ",
            "/-app",
            "/a\\b",
            "/C:app",
            "/ápp",
            "/app.lock",
            "/app\r",
            "/app\t",
            "/app;x",
            "/app?x",
            "/app#x",
        ] {
            let content = format!("git-upload-pack {path}\0host=h\0");
            assert_eq!(code(content.as_bytes()), Code::Path, "{path:?}");
        }
        assert_eq!(code(b"git-upload-pack /\xff"), Code::Path);
    }

    #[test]
    fn what_is_behind_a_path() {
        for tail in [
            "\0host=h",
            "\0path=x\0",
            "\0/other\0",
            "\0host=h\0x\0",
            "\0host=h\0\0version=2",
            "\0host=h\0\0",
            "\0\0",
            "\0\0\0",
            "\0host=h\0\0\0version=2\0",
            "\0host=h\0\0version=2\0\0",
        ] {
            let content = format!("git-upload-pack /app{tail}");
            assert_eq!(code(content.as_bytes()), Code::Path, "{tail:?}");
        }
    }

    #[test]
    fn what_is_no_service() {
        for content in [
            "git-upload-archive /app",
            "git-upload-pack",
            "upload-pack /app",
            "GIT-UPLOAD-PACK /app",
            "",
            "\0",
            "git-upload-pack\t/app",
            " git-upload-pack /app",
            "git-shell /app",
            "GET / HTTP/1.1",
            "git-gate-health\0",
        ] {
            assert_eq!(code(content.as_bytes()), Code::Transport, "{content:?}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_one_plain_segment(content in proptest::collection::vec(any::<u8>(), 0..60), path in "[ -~]{0,12}") {
            for content in [content, [b"git-upload-pack ", path.as_bytes()].concat()] {
                if let Ok(Request::Git { name, .. }) = Request::parse(&content) {
                    prop_assert!(!name.as_str().contains(['/', '%', '\\', '\0']) && !name.as_str().contains(".."));
                }
            }
        }
    }
}
