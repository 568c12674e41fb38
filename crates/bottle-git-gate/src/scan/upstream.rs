//! What upstream has already is no leak: a secret that stood at the same path in a commit that it has.
//!
//! Asked only about files in which something was found. A secret is the same if the lines around it are, as far as it may
//! reach ([`extent`]). What is the same is taken out, and the rest is looked at once more: nothing hides behind an old
//! secret. The bottle's own values are never excused, nor is what has no place in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::ops::Range;
use std::process::Stdio;
use std::time::Instant;

use bottle_pipelock::Scanner;
use memchr::memmem;

use super::ask::Ask;
use super::batch::Kind;
use super::error::ScanError;
use super::found::Found;
use super::limits::MAX_BLOB;
use super::look;
use super::object_id::ObjectId;
use super::process::Running;
use super::rule::{KNOWN, TOO_MANY};
use crate::git::Git;

/// Commits of upstream's that are asked for a file. A push of a branch has one, one with many merges some more.
const MAX_COMMITS: usize = 64;
/// Versions of a file that are compared with the new one.
const MAX_VERSIONS: usize = 8;
/// How often what is left is looked at once more.
const MAX_ROUNDS: usize = 4;
/// How far in front of a secret, and behind it, its line is compared: whole files may be one line.
const MAX_BEFORE: usize = 1024;
const MAX_BEHIND: usize = 64 * 1024;
/// A run of this many base64 digits at the end of a line may go on in the next one.
const GOES_ON: usize = 32;
/// Rules of secrets that have several lines, and of which only the beginning is looked for.
const OF_LINES: [&str; 7] = [
    "private-key",
    "openssh-key-body",
    "rsa-key-body",
    "curve-key-body",
    "putty-key",
    "seed-phrase",
    "google-service-account",
];

/// What upstream has, asked file by file.
pub(super) struct Upstream<'a> {
    scanner: &'a Scanner,
    commits: Vec<ObjectId>,
    ask: Ask,
}

/// What is left of what was found in a file.
pub(super) struct Left {
    pub(super) found: Vec<Found>,
    /// How many upstream has already.
    pub(super) excused: u64,
}

impl<'a> Upstream<'a> {
    /// Asks which commits of upstream's are right below the new ones.
    pub(super) fn new(
        git: &Git,
        scanner: &'a Scanner,
        new: &[ObjectId],
        deadline: Instant,
    ) -> Result<Self, ScanError> {
        Ok(Self {
            scanner,
            commits: boundary(git, new, deadline)?,
            ask: Ask::new(git, deadline)?,
        })
    }

    /// Judges what was found in a new file once more. `None` if nothing changes.
    pub(super) fn excuse(&mut self, id: ObjectId, path: &[u8]) -> Result<Option<Left>, ScanError> {
        let old = self.versions(path)?;
        let header = self.ask.header(id.to_string().as_bytes())?;
        let Some(header) = header.filter(|_| !old.is_empty()) else {
            return Ok(None);
        };
        let mut bytes = self.ask.content(&header)?;
        let path = String::from_utf8_lossy(path);
        let name = path.rsplit('/').next().unwrap_or_default();
        let old: Vec<Version> = old
            .into_iter()
            .map(|bytes| Version {
                found: look::file(self.scanner, name, &bytes),
                bytes,
            })
            .collect();
        let mut excused = 0;
        for _ in 0..MAX_ROUNDS {
            let found = look::file(self.scanner, name, &bytes);
            let same: Vec<Range<usize>> = found
                .iter()
                .filter_map(|each| same_as_before(&bytes, each, &old))
                .collect();
            if same.is_empty() {
                return Ok(Some(Left { found, excused }));
            }
            excused += u64::try_from(same.len()).unwrap_or(u64::MAX);
            for place in same {
                blank(&mut bytes, place);
            }
        }
        // Still something old: there is more than anybody looks through.
        let mut found = look::file(self.scanner, name, &bytes);
        found.push(Found::whole(TOO_MANY));
        Ok(Some(Left { found, excused }))
    }

    /// The contents of a list of submodules, if that is a file.
    pub(super) fn submodules(&mut self, id: ObjectId) -> Result<Vec<Found>, ScanError> {
        match self.ask.header(id.to_string().as_bytes())? {
            Some(header) if header.kind == Kind::Blob && header.size <= MAX_BLOB => {
                Ok(look::submodules(&self.ask.content(&header)?))
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What upstream has at a path.
    fn versions(&mut self, path: &[u8]) -> Result<Vec<Vec<u8>>, ScanError> {
        let mut headers = BTreeMap::new();
        for commit in &self.commits {
            let name = [commit.to_string().as_bytes(), b":", path].concat();
            let header = self.ask.header(&name)?;
            let header =
                header.filter(|header| header.kind == Kind::Blob && header.size <= MAX_BLOB);
            headers.extend(header.map(|header| (header.id, header)));
            if headers.len() >= MAX_VERSIONS {
                break;
            }
        }
        let mut contents = Vec::new();
        for header in headers.values() {
            contents.push(self.ask.content(header)?);
        }
        Ok(contents)
    }
}

/// A file as upstream has it.
struct Version {
    bytes: Vec<u8>,
    found: Vec<Found>,
}

/// The commits that upstream has right below the new ones.
fn boundary(git: &Git, new: &[ObjectId], deadline: Instant) -> Result<Vec<ObjectId>, ScanError> {
    let mut command = git.command(["rev-list", "--boundary"]);
    command.args(new.iter().map(ObjectId::to_string));
    command.args(["--not", "--all", "--"]);
    let (running, output) = Running::reading("rev-list", command, Stdio::null(), deadline)?;
    let mut found = BTreeSet::new();
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut some = (&mut output).take(128);
        if some.read_until(b'\n', &mut line).map_err(ScanError::Run)? == 0 {
            break;
        }
        let id = line.trim_ascii_end().strip_prefix(b"-");
        let id = id.and_then(ObjectId::from_digits);
        found.extend(id.filter(|_| found.len() < MAX_COMMITS));
    }
    running.finish()?;
    Ok(found.into_iter().collect())
}

/// As far as a secret reaches, if the same one is in an old version.
fn same_as_before(bytes: &[u8], found: &Found, old: &[Version]) -> Option<Range<usize>> {
    let place = found.place.filter(|_| found.rule != KNOWN)?;
    let extent = extent(bytes, found.rule, &found.excerpt, place);
    let text = bytes.get(extent.clone())?;
    let offset = place - extent.start;
    let is_in = |version: &Version| {
        let mut there = version.found.iter();
        there.any(|each| {
            let start = each.place.and_then(|place| place.checked_sub(offset));
            let there = start.and_then(|start| version.bytes.get(start..));
            each.rule == found.rule && there.is_some_and(|there| there.starts_with(text))
        })
    };
    old.iter().any(is_in).then_some(extent)
}

/// How far a secret may reach that begins here: its line, and those behind it that may belong to it.
fn extent(bytes: &[u8], rule: &str, excerpt: &str, place: usize) -> Range<usize> {
    let before = bytes.get(..place).unwrap_or_default();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let start = start.max(place.saturating_sub(MAX_BEFORE));
    let most = place.saturating_add(MAX_BEHIND).min(bytes.len());
    let literal = excerpt.trim_end_matches('…').as_bytes();
    let behind = bytes.get(place..most).unwrap_or_default();
    let is_plain = !literal.is_empty() && behind.starts_with(literal);
    let line = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    let end = if is_plain && !OF_LINES.contains(&rule) {
        line + going_on(behind, line)
    } else {
        block(behind)
    };
    start..place + end
}

/// How many bytes behind a line may belong to what ends there: lines that are nothing but digits of base64, quoted or
/// not, behind one that ends with many.
fn going_on(text: &[u8], line: usize) -> usize {
    let (first, rest) = text.split_at_checked(line).unwrap_or_default();
    let is_mark =
        |byte: u8| matches!(byte, b'"' | b'\'' | b'\\' | b'+' | b',') || byte.is_ascii_whitespace();
    let tail = first.iter().rev().skip_while(|byte| is_mark(**byte));
    if tail.take_while(|byte| is_base64(**byte)).count() < GOES_ON {
        return 0;
    }
    let lines = rest.split_inclusive(|byte| *byte == b'\n').skip(1);
    let is_more = |line: &&[u8]| {
        let first = line.iter().position(|byte| !is_mark(*byte));
        let last = line.iter().rposition(|byte| !is_mark(*byte));
        let digits = first
            .zip(last)
            .and_then(|(first, last)| line.get(first..=last));
        digits.is_some_and(|digits| digits.iter().all(|byte| is_base64(*byte)))
    };
    let more: usize = lines.take_while(is_more).map(<[u8]>::len).sum();
    if more == 0 {
        0
    } else {
        (more + 1).min(rest.len())
    }
}

/// Up to the mark at the end of a key, or else the next empty line.
fn block(text: &[u8]) -> usize {
    if text.starts_with(b"-----BEGIN") {
        let end = memmem::find(text, b"-----END").unwrap_or(text.len());
        let rest = text.get(end..).unwrap_or_default();
        return end + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }
    let mut end = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() && end > 0 {
            break;
        }
        end += line.len();
    }
    end
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// Takes a part of a text out, without moving its lines.
fn blank(bytes: &mut [u8], place: Range<usize>) {
    let part = bytes.get_mut(place).unwrap_or_default();
    let visible = part.iter_mut().filter(|byte| **byte != b'\n');
    visible.for_each(|byte| *byte = b' ');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(text: &str, rule: &str, excerpt: &str, mark: &str) -> String {
        let place = text.find(mark).unwrap();
        text[extent(text.as_bytes(), rule, excerpt, place)].to_owned()
    }

    #[test]
    fn a_secret_reaches_as_far_as_it_may() {
        let text = "a\nlet b = \"AKIA1\";\nc\n";
        assert_eq!(reach(text, "aws", "AKIA…", "AKIA"), "let b = \"AKIA1\";");
        // Not as it is, or with a long end: the next lines may belong to it.
        assert_eq!(
            reach(text, "aws", "AKIX…", "AKIA"),
            "let b = \"AKIA1\";\nc\n"
        );
        let long = format!("x AKIA{}\nmore1\n\nrest\n", "a".repeat(40));
        assert!(reach(&long, "aws", "AKIA…", "AKIA").ends_with("more1\n"));
        let other = format!("x AKIA{}\nb = c\n", "a".repeat(40));
        assert!(reach(&other, "aws", "AKIA…", "AKIA").ends_with("aaa"));
        let key = "k = -----BEGIN X-----\nab\n\ncd\n-----END X-----;\nz\n";
        let reached = reach(key, "private-key", "-----BEGIN…", "-----BEGIN");
        assert_eq!(reached, key.strip_suffix("\nz\n").unwrap());
        let open = "-----BEGIN X-----\nab\n\ncd\n";
        assert_eq!(
            reach(open, "private-key", "-----BEGIN…", "-----BEGIN"),
            open
        );
    }
}
