//! Requests with which git writes, which leave by git-gate alone.
//!
//! Servers differ in how they read a path (parameters behind `;`, case), so each segment is compared the widest way.

use std::borrow::Cow;

use serde::Deserialize;

use crate::spelling::{contains, decoded};

/// Methods with which a file of a repository is written where the server is an ordinary web server (RFC 4918).
const WEBDAV: [&str; 9] = [
    "PUT",
    "DELETE",
    "PATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "PROPPATCH",
];

/// The announcement of a push.
const RECEIVE_PACK: &str = "git-receive-pack";

/// What every such path has in it. In a canonical path no letter is encoded, so most are told apart without being
/// decoded.
const WORDS: [&str; 4] = ["git-", "refs", "lfs", ".git"];

/// Whether a request with a canonical path is a push by git's smart protocol or as to a web server, an upload or a lock
/// of LFS, or an archive (which nobody fetches over http). A batch of LFS says in its body what it is: see [`is_lfs_batch`].
pub(crate) fn is_git_write(method: &str, path: &str, query: Option<&str>) -> bool {
    if !WORDS.iter().any(|word| contains(path, word)) {
        return false;
    }
    let path = decoded(path);
    let mut ends = segments(&path).rev();
    let (last, before) = (
        ends.next().unwrap_or_default(),
        ends.next().unwrap_or_default(),
    );
    if same(last, RECEIVE_PACK) || same(last, "git-upload-archive") {
        return true;
    }
    if same(before, "info") && same(last, "refs") && query.is_some_and(asks_to_write) {
        return true;
    }
    let writes = WEBDAV.contains(&method);
    if writes && segments(&path).any(is_repository) {
        return true;
    }
    let mut rest = behind_lfs(&path);
    let first = rest.as_mut().and_then(Iterator::next);
    first.is_some_and(|first| match method {
        "GET" | "HEAD" => false,
        "POST" => same(first, "locks") || same(first, "verify"),
        _ => true,
    })
}

/// Whether a target is that of LFS's batch requests, whose body must be looked at with [`is_download`].
pub fn is_lfs_batch(target: &str) -> bool {
    let path = decoded(target.split('?').next().unwrap_or_default());
    let mut rest = behind_lfs(&path).into_iter().flatten();
    rest.next().is_some_and(|segment| same(segment, "objects"))
        && rest.next().is_some_and(|segment| same(segment, "batch"))
}

/// Whether the body of a batch request asks for a download, in a way that every reader understands alike.
pub fn is_download(body: &[u8]) -> bool {
    /// A field that stands twice is an error.
    #[derive(Deserialize)]
    struct Batch<'a> {
        #[serde(borrow)]
        operation: Cow<'a, str>,
    }
    serde_json::from_slice::<Batch<'_>>(body).is_ok_and(|batch| batch.operation == "download")
}

/// The segments of a path without their parameters.
fn segments(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/')
        .map(|segment| segment.split(';').next().unwrap_or_default())
        .filter(|segment| !segment.is_empty())
}

/// The segments behind `info/lfs`.
fn behind_lfs(path: &str) -> Option<impl Iterator<Item = &str>> {
    let mut rest = segments(path);
    let mut before = "";
    loop {
        let segment = rest.next()?;
        if same(before, "info") && same(segment, "lfs") {
            return Some(rest);
        }
        before = segment;
    }
}

fn is_repository(segment: &str) -> bool {
    let end = segment
        .len()
        .checked_sub(4)
        .and_then(|at| segment.get(at..));
    end.is_some_and(|end| same(end, ".git"))
}

fn asks_to_write(query: &str) -> bool {
    contains(&decoded(query), RECEIVE_PACK)
}

fn same(segment: &str, name: &str) -> bool {
    segment.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(method: &str, target: &str) -> bool {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let canonical = bottle_core::UrlPath::canonical(path, bottle_core::EncodedSlash::Keep);
        is_git_write(method, &canonical.unwrap(), query)
    }

    #[test]
    fn writes_are_seen_in_every_spelling() {
        for (method, target) in [
            ("GET", "/a/b.git/info/refs?service=git-receive-pack"),
            ("GET", "/a/b.git/info;x/refs;y?service=git-receive-pack"),
            ("GET", "/a/INFO/Refs/?x&service=GIT%2dRECEIVE-PACK"),
            ("GET", "/a/info%2frefs?service=git-receive-pack"),
            ("POST", "/a/git-receive-pack;jsessionid=1"),
            ("POST", "/a/git%2Dreceive-pack/"),
            ("POST", "/a/git-upload-archive"),
            ("PUT", "/a/b.git/objects/aa/bb"),
            ("MKCOL", "/a/b%2egit/refs/heads"),
            ("LOCK", "/a/B.GIT/info/refs"),
            ("POST", "/a/b.git/info/lfs/locks"),
            ("POST", "/a/b/info/lfs/locks/1/unlock"),
            ("POST", "/a/b/info/lfs/verify"),
            ("PUT", "/a/b/info/lfs/objects/abc"),
        ] {
            assert!(refused(method, target), "{method} {target}");
        }
    }

    #[test]
    fn reading_is_not_writing() {
        for (method, target) in [
            ("GET", "/a/b.git/info/refs?service=git-upload-pack"),
            ("POST", "/a/b.git/git-upload-pack"),
            ("GET", "/a/b.git/info/lfs/locks"),
            ("POST", "/a/b.git/info/lfs/objects/batch"),
            ("GET", "/docs/git-receive-pack/manual"),
            ("PUT", "/a/.gitignore"),
            ("PUT", "/repos/a/b/contents/info/refs"),
            ("GET", "/search?q=git-receive-pack"),
        ] {
            assert!(!refused(method, target), "{method} {target}");
        }
    }

    #[test]
    fn a_batch_says_what_it_wants() {
        assert!(is_lfs_batch("/a/b.git/info/lfs/objects/batch?x=y"));
        assert!(is_lfs_batch("/a/Info/LFS/objects;x/batch/"));
        assert!(!is_lfs_batch("/a/b.git/info/lfs/objects/abc"));
        assert!(is_download(br#"{"objects":[],"operation":"download"}"#));
        for other in [
            &br#"{"operation":"upload"}"#[..],
            br#"{"operation":"download","operation":"upload"}"#,
            br#"{"\u006fperation":"upload"}"#,
            br#"{"Operation":"download"}"#,
            br#"{"operation":"download"} {"operation":"upload"}"#,
            b"",
            b"[]",
        ] {
            assert!(!is_download(other), "{}", other.escape_ascii());
        }
    }
}
