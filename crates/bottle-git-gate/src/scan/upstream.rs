//! What upstream has already is no leak: a secret that stood at the same path in a commit that it has.
//!
//! Asked only about files in which something was found. A secret is the same if all of it is, and the lines in which it
//! stands ([`extent`]). What is the same is taken out, and the rest is looked at once more: nothing hides behind an old
//! secret. Only what stands in the file as it is is excused, never what is found behind an encoding or over several pieces
//! of a text: of that nobody knows which bytes belong to it. The bottle's own values are never excused either.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::ops::Range;
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
use crate::base::Base;
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
/// The longest name of a kind of keys, with the dashes behind it.
const MAX_LABEL: usize = 64;
/// A run of this many base64 digits at the end of a line may go on in the next one.
const GOES_ON: usize = 32;
/// The rule of keys that say where they end.
const PRIVATE_KEY: &str = "private-key";
/// Rules of secrets of which only the beginning is looked for, and that do not say where they end. They are excused as
/// part of a private key or not at all.
const OPEN: [&str; 4] = [
    "openssh-key-body",
    "rsa-key-body",
    "curve-key-body",
    "putty-key",
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
        (new, base): (&[ObjectId], &Base),
        deadline: Instant,
    ) -> Result<Self, ScanError> {
        Ok(Self {
            scanner,
            commits: boundary(git, new, base, deadline)?,
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
        let bytes = self.ask.content(&header)?;
        let path = String::from_utf8_lossy(path);
        let name = path.rsplit('/').next().unwrap_or_default();
        let old: Vec<Version> = old
            .into_iter()
            .map(|bytes| Version {
                found: look::file(self.scanner, name, &bytes),
                bytes,
            })
            .collect();
        Ok(Some(left(self.scanner, name, bytes, &old)))
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
fn boundary(
    git: &Git,
    new: &[ObjectId],
    base: &Base,
    deadline: Instant,
) -> Result<Vec<ObjectId>, ScanError> {
    let mut command = git.command(["rev-list", "--boundary"]);
    command.args(new.iter().map(ObjectId::to_string));
    let (running, output) = Running::without("rev-list", command, base, deadline)?;
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

/// What is left of what is found in a file without what is in one of the old versions.
fn left(scanner: &Scanner, name: &str, mut bytes: Vec<u8>, old: &[Version]) -> Left {
    let mut found = look::file(scanner, name, &bytes);
    let kept: Vec<Found> = found.iter().filter(|each| is_kept(each)).cloned().collect();
    let mut excused = 0;
    for _ in 0..MAX_ROUNDS {
        let places = found.iter();
        let same: Vec<_> = places
            .filter_map(|each| same_as_before(&bytes, each, old))
            .collect();
        if same.is_empty() {
            return Left::of(found, kept, excused);
        }
        excused += u64::try_from(same.len()).unwrap_or(u64::MAX);
        for place in same {
            blank(&mut bytes, place);
        }
        found = look::file(scanner, name, &bytes);
    }
    // Still something old: there is more than anybody looks through.
    found.push(Found::whole(TOO_MANY));
    Left::of(found, kept, excused)
}

/// Whether it stays, whatever is taken out around it. That there is too much may be about what is old.
fn is_kept(found: &Found) -> bool {
    found.rule == KNOWN || (found.end.is_none() && found.rule != TOO_MANY)
}

impl Left {
    fn of(mut found: Vec<Found>, kept: Vec<Found>, excused: u64) -> Self {
        let gone: Vec<_> = kept
            .into_iter()
            .filter(|each| !found.contains(each))
            .collect();
        found.extend(gone);
        Self { found, excused }
    }
}

/// As far as a secret reaches, if the same one is in an old version.
fn same_as_before(bytes: &[u8], found: &Found, old: &[Version]) -> Option<Range<usize>> {
    let place = found.place.filter(|_| found.rule != KNOWN)?;
    let secret = place..found.end?;
    let extent = extent(bytes, found.rule, &secret)?;
    let text = bytes.get(extent.clone())?;
    let offset = place - extent.start;
    let is_in = |version: &Version| {
        let mut there = version.found.iter();
        there.any(|each| {
            let start = each.place.and_then(|place| place.checked_sub(offset));
            let there = start.and_then(|start| version.bytes.get(start..));
            let length = each.end.zip(each.place).map(|(end, place)| end - place);
            each.rule == found.rule
                && length == Some(secret.len())
                && there.is_some_and(|there| there.starts_with(text))
        })
    };
    old.iter().any(is_in).then_some(extent)
}

/// How far a secret may reach that was found here: its lines, and those behind it that may belong to it. `None` if nobody
/// knows.
fn extent(bytes: &[u8], rule: &str, secret: &Range<usize>) -> Option<Range<usize>> {
    let before = bytes.get(..secret.start)?;
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let start = start.max(secret.start.saturating_sub(MAX_BEFORE));
    let end = match rule {
        PRIVATE_KEY => secret.start + key_length(bytes.get(secret.start..)?)?,
        open if OPEN.contains(&open) => return None,
        _ => secret.end,
    };
    let most = end.saturating_add(MAX_BEHIND).min(bytes.len());
    let behind = bytes.get(end..most)?;
    let line = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    let last_line = bytes.get(secret.start..end + line)?;
    let more = going_on(last_line, bytes.get(end + line..most)?);
    Some(start..end + line + more)
}

/// How many bytes behind a text that ends a line may belong to what ends there: lines that are nothing but digits of
/// base64, quoted or not, behind one that ends with many.
fn going_on(text: &[u8], rest: &[u8]) -> usize {
    let is_mark =
        |byte: u8| matches!(byte, b'"' | b'\'' | b'\\' | b'+' | b',') || byte.is_ascii_whitespace();
    let tail = text.iter().rev().skip_while(|byte| is_mark(**byte));
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

/// How long a private key is: up to the mark at its end, which says what the one at its beginning does.
fn key_length(text: &[u8]) -> Option<usize> {
    let label = text.strip_prefix(b"-----BEGIN")?;
    let length = memmem::find(label.get(..label.len().min(MAX_LABEL))?, b"-----")?;
    let mark = [b"-----END", label.get(..length)?, b"-----"].concat();
    let near = text.get(..text.len().min(MAX_BEHIND))?;
    Some(memmem::find(near, &mark)? + mark.len())
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

    fn reach<'a>(text: &'a str, rule: &str, secret: &str) -> Option<&'a str> {
        let start = text.find(secret).unwrap();
        let reached = extent(text.as_bytes(), rule, &(start..start + secret.len()))?;
        Some(&text[reached])
    }

    #[test]
    fn a_secret_reaches_as_far_as_it_may() {
        let text = "a\nlet b = \"AKIA1\";\nc\n";
        assert_eq!(reach(text, "aws", "AKIA1"), Some("let b = \"AKIA1\";"));
        // With a long end: the next lines may belong to it.
        let secret = format!("AKIA{}", "a".repeat(40));
        let long = format!("x {secret}\nmore1\n\nrest\n");
        assert!(reach(&long, "aws", &secret).unwrap().ends_with("more1\n"));
        let other = format!("x {secret}\nb = c\n");
        assert!(reach(&other, "aws", &secret).unwrap().ends_with("aaa"));
        // Several lines are all compared.
        assert_eq!(
            reach("z\na b\nc d, e\nf", "seed-phrase", "b\nc d"),
            Some("a b\nc d, e")
        );
    }

    #[test]
    fn a_private_key_reaches_up_to_its_own_end_or_nobody_knows() {
        let key = "k = -----BEGIN X-----\nab\n-----END\n-----END Y-----\ncd\n-----END X-----;\nz\n";
        let reached = reach(key, PRIVATE_KEY, "-----BEGIN X-----\nab");
        assert_eq!(reached, key.strip_suffix("\nz\n"));
        let open = "-----BEGIN X-----\nab\n\ncd\n";
        assert_eq!(reach(open, PRIVATE_KEY, "-----BEGIN X-----"), None);
        assert_eq!(reach("IBAAKCAQEA\n", OPEN[1], "IBAAKCAQEA"), None);
    }

    /// What is left when a file follows an old one.
    fn left_of(name: &str, old: &str, new: &str) -> Vec<&'static str> {
        let scanner = Scanner::new();
        let bytes = old.as_bytes().to_vec();
        let found = look::file(&scanner, name, &bytes);
        let old = Version { bytes, found };
        let left = left(&scanner, name, new.as_bytes().to_vec(), &[old]);
        left.found.iter().map(|each| each.rule).collect()
    }

    /// A made-up token of this body, as texts of several formats hold it. Only in the first it stands as it is.
    fn texts(body: &str) -> Vec<(&'static str, String)> {
        let start = ["gh", "p_"].concat();
        let hex = super::super::tests::hex(&format!("{start}{body}"));
        vec![
            ("a.txt", format!("one\ntoken = {start}{body} # two\n")),
            (
                "a.json",
                format!("{{\n\"a\":\"{start}\",\n\"b\":\"{body}\"}}\n"),
            ),
            (
                "a.ipynb",
                format!(
                    "{{\"cells\":[{{\"cell_type\":\"code\",\"source\":[\n\"t = '{start}\",\n\"{body}'\"\n]}}],\"nbformat\":4}}\n"
                ),
            ),
            ("a.txt", format!("{hex}\n")),
        ]
    }

    proptest::proptest! {
        #[test]
        fn another_token_is_never_excused(old in "[A-Za-z0-9]{36}", new in "[A-Za-z0-9]{36}") {
            proptest::prop_assume!(old != new);
            for ((name, old), (_, new)) in texts(&old).iter().zip(texts(&new)) {
                let is_found = !look::file(&Scanner::new(), name, new.as_bytes()).is_empty();
                proptest::prop_assert_eq!(!left_of(name, old, &new).is_empty(), is_found, "{}", new);
            }
        }

        #[test]
        fn only_what_stands_there_as_it_is_is_excused(body in "[A-Z]{3}[a-z]{5}[0-9]{3}[a-zA-Z0-9]{25}") {
            for (number, (name, text)) in texts(&body).into_iter().enumerate() {
                let is_found = !look::file(&Scanner::new(), name, text.as_bytes()).is_empty();
                let new = format!("{text} ");
                let is_left = !left_of(name, &text, &new).is_empty();
                proptest::prop_assert_eq!(is_left, is_found && number > 0, "{}", new);
            }
        }
    }

    #[test]
    fn the_texts_of_the_properties_show_their_tokens() {
        for (name, text) in texts("q7Rk2VdXs9TfYb3HnJc6mWz8LpQ4tE1aGuKo") {
            let found = look::file(&Scanner::new(), name, text.as_bytes());
            assert!(!found.is_empty(), "{name}: {text}");
        }
    }
}
