//! The scan of what is pushed: every object that is new to the gate is looked at before any of them goes on.
//!
//! | | |
//! |---|---|
//! | which objects | `git rev-list --objects NEW… --not --all`: what the pushed ids reach and no ref of the mirror does, those of commits in between included: a secret that was added and removed again is found |
//! | files | as `bottle scan` looks at them: as bytes, behind encodings, taken apart (JSON, notebooks among it, forms, markup), unpacked (gzip, zlib, zstd, Brotli by its name, bzip2, zip and its like, tar, ar, in each other; gzip, zstd and bzip2 inside of other files; deflated streams of PDFs) |
//! | commits and tags | author, committer, every other field (signatures too; as written and unfolded), the message |
//! | names | of files with their folders, also joined over these, of refs; the bytes of the ids of submodules |
//! | `.gitmodules` | addresses that make git run a program or read local files; passwords in them |
//!
//! Pointers of LFS are files like others and pass; the contents that they mean go another way, which egress refuses.
//! Targets of symbolic links are contents and looked at as such. What cannot be looked into (an archive that is encrypted or
//! of a kind that is known but not read, a file of more than 32 MiB) is refused, and what the operator lets pass of it is
//! still scanned as bytes; encrypted files that are no archives are bytes like any
//! others.
//!
//! Nothing that is pushed can switch the scan off: comments for scanners, their configuration and baselines, and
//! `.gitattributes` are files like others. Example keys of vendors' documentation pass (`documented-example`): they are
//! in every tutorial. A private key for tests is a finding; the operator can let it pass ([`Releases`]), by the id of its
//! object and the rule.
//!
//! What upstream has already is no leak ([`upstream`]): a secret that stood at the same path in a commit right below the
//! new ones is left out, if it stands there as it is. In another file it is a finding.

mod archive;
mod ask;
mod batch;
mod contents;
mod error;
mod finding;
mod found;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod large;
mod limits;
mod listing;
mod look;
mod names;
mod object_id;
mod origin;
mod pipeline;
mod position;
mod process;
mod queue;
mod rule;
mod submodule;
mod survey;
#[cfg(test)]
mod tests;
mod text_object;
mod tree;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Instant;

use bottle_core::{PushPolicy, RemoteName};
use bottle_git::Releases;
use bottle_pipelock::{KnownSecret, Scanner};

pub(crate) use self::error::ScanError;
pub(crate) use self::finding::{Advice, Finding, FindingPlace};
pub(crate) use self::object_id::ObjectId;
pub use self::survey::{Survey, SurveyError, survey};

use self::batch::Kind;
use self::listing::Listing;
use self::pipeline::{Hit, Place, Seen};
use self::upstream::{Left, Upstream};
use crate::base::Base;
use crate::git::Git;

/// What is to be looked at, and against what.
pub(crate) struct ScanRequest<'a> {
    /// Git in the mirror, with the quarantine of the push.
    pub(crate) git: &'a Git,
    /// Where it would go.
    pub(crate) remote: &'a RemoteName,
    /// The ids that refs are to get, in hexadecimal digits.
    pub(crate) new: &'a [String],
    /// What the upstream has, which is left out.
    pub(crate) base: &'a Base,
    /// The refs that are pushed.
    pub(crate) refs: &'a [String],
    /// What the operator let pass.
    pub(crate) releases: &'a Releases,
    /// The bottle's own values.
    pub(crate) known: &'a [KnownSecret],
    /// Counts and sizes.
    pub(crate) limits: &'a PushPolicy,
    /// When the scan must have ended.
    pub(crate) deadline: Instant,
}

/// What was found. Without findings the push is clean.
#[derive(Debug, Default)]
pub(crate) struct ScanReport {
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// What was found and the operator let pass.
    pub(crate) released: Vec<Finding>,
    /// How many objects were looked at.
    pub(crate) objects: u64,
    /// How many bytes they have.
    pub(crate) bytes: u64,
    /// How many secrets were left out because upstream has them at the same place.
    pub(crate) already_upstream: u64,
}

impl ScanReport {
    /// Tells the client what was found and what it can do: 20 findings at most, each in two lines.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub(crate) fn write(&self, advice: Advice<'_>, out: &mut dyn Write) -> io::Result<()> {
        finding::write_all(&self.findings, advice, out)
    }
}

/// Looks at every object that a push brings and the upstream does not have.
///
/// # Errors
///
/// [`ScanError`] when not all of it could be looked at; then nothing may pass.
pub(crate) fn scan_push(request: &ScanRequest<'_>) -> Result<ScanReport, ScanError> {
    let new = ids(request.new)?;
    let scanner = Scanner::with_known(request.known).allowing(rule::LEFT_OUT);
    let mut scan = Scan {
        request,
        scanner: &scanner,
        new: &new,
        report: ScanReport::default(),
    };
    let refs = scan.refs();
    scan.objects()?;
    scan.large()?;
    scan.report.findings.splice(0..0, refs);
    Ok(scan.release())
}

/// The ids that are pushed, each once.
fn ids(new: &[String]) -> Result<Vec<ObjectId>, ScanError> {
    let ids = new.iter().map(|id| ObjectId::from_digits(id.as_bytes()));
    let ids: Option<BTreeSet<_>> = ids.collect();
    Ok(ids.ok_or(ScanError::Id)?.into_iter().collect())
}

/// One scan.
struct Scan<'a> {
    request: &'a ScanRequest<'a>,
    scanner: &'a Scanner,
    new: &'a [ObjectId],
    report: ScanReport,
}

impl<'a> Scan<'a> {
    /// What is pushed, and what of it is left out.
    const fn range(&self) -> (&'a [ObjectId], &'a Base) {
        (self.new, self.request.base)
    }

    /// What is in the names of refs.
    fn refs(&self) -> Vec<Finding> {
        let lines = self.request.refs.join("\n");
        let found = look::names(self.scanner, lines.as_bytes());
        let findings = found.into_iter().map(|found| Finding {
            rule: found.rule,
            excerpt: found.excerpt,
            object: None,
            commit: None,
            place: FindingPlace::Ref,
        });
        findings.collect()
    }

    /// What is in the objects.
    fn objects(&mut self) -> Result<(), ScanError> {
        let ScanRequest {
            git,
            limits,
            deadline,
            ..
        } = *self.request;
        if self.new.is_empty() {
            return Ok(());
        }
        let listing = Listing::read(git, self.range(), limits, deadline)?;
        self.report.objects = u64::try_from(listing.len()).unwrap_or(u64::MAX);
        self.report.bytes = listing.bytes;
        let Seen { hits, submodules } = pipeline::look(git, self.scanner, &listing, deadline)?;
        let listed: BTreeSet<_> = (0..listing.len())
            .filter_map(|number| listing.header(number))
            .map(|header| header.id)
            .collect();
        let old_lists: Vec<_> = submodules
            .into_iter()
            .filter(|id| !listed.contains(id))
            .collect();
        if hits.is_empty() && old_lists.is_empty() {
            return Ok(());
        }
        self.judge(&listing, hits, &old_lists)
    }

    /// Asks more about what was found, and notes what is left.
    fn judge(
        &mut self,
        listing: &Listing,
        hits: Vec<Hit>,
        old_lists: &[ObjectId],
    ) -> Result<(), ScanError> {
        let ScanRequest { git, deadline, .. } = *self.request;
        let mut upstream = Upstream::new(git, self.scanner, self.range(), deadline)?;
        let hits = self.new_ones(listing, hits, &mut upstream)?;
        let mut findings: Vec<_> = hits
            .into_iter()
            .map(|hit| self.finding(listing, hit))
            .collect();
        for list in old_lists {
            let found = upstream.submodules(*list)?.into_iter();
            findings.extend(found.map(|found| Finding {
                rule: found.rule,
                excerpt: found.excerpt,
                object: Some(*list),
                commit: None,
                place: FindingPlace::File {
                    path: Some(".gitmodules".to_owned()),
                    position: None,
                    member: None,
                },
            }));
        }
        self.report.findings = findings;
        self.origins()
    }

    /// Leaves out what upstream has already.
    fn new_ones(
        &mut self,
        listing: &Listing,
        hits: Vec<Hit>,
        upstream: &mut Upstream<'_>,
    ) -> Result<Vec<Hit>, ScanError> {
        let mut by_object: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
        for hit in hits {
            by_object.entry(hit.number).or_default().push(hit);
        }
        let mut left = Vec::new();
        for (number, hits) in by_object {
            let header = listing.header(number);
            let header = header.filter(|header| header.kind == Kind::Blob);
            let header = header.filter(|header| header.size <= limits::MAX_BLOB);
            let excused = header
                .map(|header| upstream.excuse(header.id, listing.path(number)))
                .transpose()?;
            match excused.flatten() {
                None => left.extend(hits),
                Some(Left { found, excused }) => {
                    self.report.already_upstream += excused;
                    left.extend(still_found(hits, &found));
                }
            }
        }
        Ok(left)
    }

    /// Looks at what is too long to be looked at as a whole, if the operator lets that pass: other rules still hold.
    fn large(&mut self) -> Result<(), ScanError> {
        let ScanRequest { git, deadline, .. } = *self.request;
        let mut all = Vec::new();
        for finding in &self.report.findings {
            let object = finding.object.filter(|_| finding.rule == rule::TOO_LARGE);
            let Some(object) = object.filter(|_| self.is_released(finding)) else {
                continue;
            };
            let found = large::look(git, self.scanner, object, deadline)?;
            all.extend(found.into_iter().map(|found| Finding {
                rule: found.rule,
                excerpt: found.excerpt,
                ..finding.clone()
            }));
        }
        self.report.findings.extend(all);
        Ok(())
    }

    fn is_released(&self, finding: &Finding) -> bool {
        let ScanRequest {
            remote, releases, ..
        } = self.request;
        let object = finding.object.map(|object| object.to_string());
        object.is_some_and(|object| releases.covers(remote, &object, finding.rule))
    }

    fn finding(&self, listing: &Listing, hit: Hit) -> Finding {
        let Hit {
            number,
            place,
            found,
        } = hit;
        let header = listing.header(number);
        let is_tag = header.is_some_and(|header| header.kind == Kind::Tag);
        let path = || self.shown(listing.path(number));
        let object = header.map(|header| header.id);
        let place = match place {
            Place::Content(position) => FindingPlace::File {
                path: path(),
                position,
                member: found.member.filter(|member| self.is_plain(member)),
            },
            Place::Name => FindingPlace::Name(path()),
            Place::Text(part) if is_tag => FindingPlace::Tag(part),
            Place::Text(part) => FindingPlace::Commit(part),
        };
        let commit = object.filter(|_| matches!(place, FindingPlace::Commit(_)));
        Finding {
            rule: found.rule,
            excerpt: found.excerpt,
            object,
            commit,
            place,
        }
    }

    /// A path, unless it is as secret as what may be in the file.
    fn shown(&self, path: &[u8]) -> Option<String> {
        let path = String::from_utf8_lossy(path).into_owned();
        self.is_plain(&path).then_some(path)
    }

    fn is_plain(&self, name: &str) -> bool {
        self.scanner.scan_body(name.as_bytes()).is_none()
    }

    /// Asks which commits brought what was found.
    fn origins(&mut self) -> Result<(), ScanError> {
        let ScanRequest { git, deadline, .. } = *self.request;
        let without = self.report.findings.iter();
        let without = without.filter(|finding| finding.commit.is_none());
        let objects: BTreeSet<_> = without.filter_map(|finding| finding.object).collect();
        if objects.is_empty() {
            return Ok(());
        }
        let origins = origin::origins(git, self.range(), objects, deadline)?;
        for finding in &mut self.report.findings {
            let origin = finding.object.and_then(|object| origins.get(&object));
            finding.commit = finding.commit.or(origin.copied());
        }
        Ok(())
    }

    /// Takes out what the operator let pass.
    fn release(mut self) -> ScanReport {
        let findings = std::mem::take(&mut self.report.findings);
        let (released, findings) = findings
            .into_iter()
            .partition(|finding| self.is_released(finding));
        ScanReport {
            findings,
            released,
            ..self.report
        }
    }
}

/// Of what was found, that which is still found without what is old. What is found only then is new as well.
fn still_found(hits: Vec<Hit>, found: &[found::Found]) -> Vec<Hit> {
    let is_still = |hit: &Hit| {
        let is_submodule = matches!(hit.found.rule, rule::SUBMODULE | rule::SUBMODULE_PASSWORD);
        is_submodule || found.contains(&hit.found)
    };
    let number = hits.first().map(|hit| hit.number);
    let (mut left, gone): (Vec<_>, Vec<_>) = hits.into_iter().partition(is_still);
    let before = |each: &&found::Found| {
        let is_told = |hit: &Hit| hit.found == **each;
        !left.iter().any(is_told) && !gone.iter().any(is_told)
    };
    let hidden: Vec<_> = found.iter().filter(before).cloned().collect();
    left.extend(number.into_iter().flat_map(|number| {
        hidden.iter().map(move |found| Hit {
            number,
            place: Place::Content(None),
            found: found.clone(),
        })
    }));
    left
}
