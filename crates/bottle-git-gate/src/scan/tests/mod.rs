//! The scan against real git.

mod archives;
mod corpus;
mod hostile;
mod places;
mod repository;
mod seeds;
mod told;
mod upstream;

use std::time::{Duration, Instant};

use bottle_core::{PushPolicy, Secret};
use bottle_git::Releases;
use bottle_pipelock::KnownSecret;

use self::repository::{Import, Repository};
use super::survey::base;
use super::{ScanError, ScanReport, ScanRequest, scan_push};
use crate::git::{Git, Surroundings};

/// No rules.
const NONE: [&str; 0] = [];

/// A made-up key.
fn key() -> String {
    ["AK", "IAQ3EGTHP7K5ZWXN2M"].concat()
}

/// Another one.
fn token() -> String {
    ["gh", "p_q7Rk2VdXs9TfYb3HnJc6mWz8LpQ4tE1aGuKo"].concat()
}

/// Text as pairs of digits.
pub(super) fn hex(text: &str) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
    let pairs = text
        .bytes()
        .map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    pairs.flatten().collect()
}

/// A made-up private key.
fn private_key(digit: &str) -> String {
    let line = format!(
        "{}q7Rk2VdXs9TfYb3HnJc6{}",
        digit.repeat(8),
        digit.repeat(30)
    );
    let (begin, end) = (
        ["-----BEGIN RSA PRIV", "ATE KEY-----"].concat(),
        ["-----END RSA PRIV", "ATE KEY-----"].concat(),
    );
    format!("{begin}\n{line}\n{line}\n{end}\n")
}

/// What a push brings beside its ids.
#[derive(Default)]
struct Beside<'a> {
    refs: &'a [String],
    known: &'a [KnownSecret],
    releases: Option<&'a Releases>,
    limits: Option<&'a PushPolicy>,
    deadline: Option<Instant>,
}

fn scan_with(
    repository: &Repository,
    new: &[String],
    beside: &Beside<'_>,
) -> Result<ScanReport, ScanError> {
    let surroundings = Surroundings {
        path: std::env::var_os("PATH").unwrap(),
        home: repository.path().to_owned(),
    };
    let git = Git::new(&surroundings, repository.path());
    let soon = Instant::now() + Duration::from_mins(1);
    scan_push(&ScanRequest {
        git: &git,
        remote: &"app".parse().unwrap(),
        new,
        base: &base(&git).unwrap(),
        refs: beside.refs,
        releases: beside.releases.unwrap_or(&Releases::default()),
        known: beside.known,
        limits: beside.limits.unwrap_or(&PushPolicy::default()),
        deadline: beside.deadline.unwrap_or(soon),
    })
}

fn scan(repository: &Repository, new: &[String]) -> ScanReport {
    scan_with(repository, new, &Beside::default()).unwrap()
}

/// The rules of what is found when these files are pushed in one commit.
fn rules_of(files: &[(&str, &[u8])]) -> Vec<&'static str> {
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "files", files);
    let report = scan(&repository, &repository.import(&import));
    report.findings.iter().map(|finding| finding.rule).collect()
}

fn known(value: &str) -> KnownSecret {
    KnownSecret {
        name: "EGRESS_TOKEN_0".to_owned(),
        value: Secret::new(value.to_owned()).unwrap(),
        hosts: Vec::new(),
        header: "authorization".parse().unwrap(),
    }
}

impl Repository {
    /// Upstream has this commit.
    pub(crate) fn has(&self, name: &str, id: &str) {
        self.git(&["update-ref", name, id], b"");
    }

    /// Writes an object of any kind, as it is. Its id.
    pub(crate) fn object(&self, kind: &str, content: &[u8]) -> String {
        self.git(
            &["hash-object", "-w", "--literally", "-t", kind, "--stdin"],
            content,
        )
    }
}
