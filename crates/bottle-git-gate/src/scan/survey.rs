//! The scan by hand, of what is in a repository already.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use bottle_core::{PushPolicy, RemoteName};
use bottle_git::Releases;
use tokio::runtime::Builder;

use super::{Advice, ScanError, ScanReport, ScanRequest, scan_push};
use crate::base::Base;
use crate::git::{Git, Surroundings};
use crate::listings;
use crate::run::Company;

/// What a push would be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// In how many places something was found.
    pub findings: usize,
    /// As the client would read it; empty without findings.
    pub text: String,
    /// Of each finding the rule and the path, for those in files.
    pub places: Vec<(&'static str, String)>,
    /// How many objects were looked at.
    pub objects: u64,
    /// How many bytes they have.
    pub bytes: u64,
}

/// Not all of it could be looked at.
#[derive(Debug, thiserror::Error)]
#[error("the repository cannot be scanned")]
pub struct SurveyError(#[source] ScanError);

/// Looks at what a push of these ids would bring, if the branches, tags and notes of the repository were all that upstream
/// has. Nothing is released, and no values of a bottle are known.
///
/// # Errors
///
/// [`SurveyError`] when not all of it could be looked at in that time, or git is not there.
pub fn survey(repository: &Path, new: &[String], time: Duration) -> Result<Survey, SurveyError> {
    let surroundings = Surroundings {
        path: std::env::var_os("PATH").unwrap_or_default(),
        home: repository.to_owned(),
    };
    let git = Git::new(&surroundings, repository);
    let remote: RemoteName = "survey".parse().map_err(|_| SurveyError(ScanError::Id))?;
    let base = base(&git).map_err(|error| SurveyError(ScanError::Run(error)))?;
    let report = scan_push(&ScanRequest {
        git: &git,
        remote: &remote,
        new,
        base: &base,
        refs: &[],
        releases: &Releases::default(),
        known: &[],
        limits: &PushPolicy::default(),
        deadline: Instant::now() + time,
    });
    Ok(told(&report.map_err(SurveyError)?, &remote))
}

/// Where the refs of a repository lead.
pub(super) fn base(git: &Git) -> io::Result<Base> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let refs = runtime.block_on(listings::mirrored(git, Company::Own));
    Ok(Base::of(&refs.map_err(io::Error::other)?))
}

fn told(report: &ScanReport, remote: &RemoteName) -> Survey {
    let mut text = Vec::new();
    if !report.findings.is_empty() {
        let identity = "IDENTITY";
        // Writing into memory cannot fail.
        let _ = report.write(Advice { identity, remote }, &mut text);
    }
    let places = report.findings.iter().map(|finding| {
        let path = finding.path().unwrap_or_default();
        (finding.rule, path.to_owned())
    });
    Survey {
        findings: report.findings.len(),
        text: String::from_utf8_lossy(&text).into_owned(),
        places: places.collect(),
        objects: report.objects,
        bytes: report.bytes,
    }
}
