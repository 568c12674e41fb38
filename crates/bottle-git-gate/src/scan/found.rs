//! What is found in one object, before it is told.

use bottle_pipelock::{Finding, InFile};

/// The longest name of a member that is told, in bytes.
const LONGEST_NAME: usize = 200;

/// One thing in one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(super) rule: &'static str,
    /// How it is recognised (`ghp_…`).
    pub(super) excerpt: String,
    /// Where it stands in the object, in bytes, if it stands there as it is.
    pub(super) place: Option<usize>,
    /// Where it ends there, unless it was found behind an encoding, over several pieces, or has no end of its own.
    pub(super) end: Option<usize>,
    /// In which member of an archive.
    pub(super) member: Option<String>,
}

impl Found {
    /// About the object as a whole.
    pub(super) const fn whole(rule: &'static str) -> Self {
        Self {
            rule,
            excerpt: String::new(),
            place: None,
            end: None,
            member: None,
        }
    }

    /// As the scanner found it in the object itself.
    pub(super) fn of(InFile { finding, place }: &InFile) -> Self {
        Self {
            rule: finding.rule,
            excerpt: finding.excerpt(),
            place: *place,
            end: finding.end,
            member: None,
        }
    }

    /// As the scanner found it at a place.
    pub(super) fn at(finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            excerpt: finding.excerpt(),
            place: Some(finding.offset),
            end: finding.end,
            member: None,
        }
    }

    /// As the scanner found it in a member of an archive.
    pub(super) fn within(member: &str, finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            excerpt: finding.excerpt(),
            place: None,
            end: None,
            member: Some(member.to_owned()),
        }
    }
}

/// A name as it can be told, cut if it is long.
pub(super) fn shown_name(name: &[u8]) -> String {
    let name = name.get(..LONGEST_NAME).unwrap_or(name);
    String::from_utf8_lossy(name).into_owned()
}
