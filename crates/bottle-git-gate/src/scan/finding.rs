//! What the client is told.

use std::collections::BTreeSet;
use std::io::{self, Write};

use bottle_core::{RemoteName, visible};

use super::object_id::ObjectId;
use super::position::Position;
use super::rule;
use super::text_object::Part;

/// How many findings are told; of the others the number.
const MAX_TOLD: usize = 20;
/// How much of a path is told, in characters.
const MAX_PATH: usize = 200;

/// One thing that must not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule that found it.
    pub(crate) rule: &'static str,
    /// How it is recognised (`ghp_…`), without what is secret of it.
    pub(crate) excerpt: String,
    /// In which object; none for the name of a ref.
    pub(crate) object: Option<ObjectId>,
    /// The oldest of the pushed commits that has it.
    pub(crate) commit: Option<ObjectId>,
    /// Where.
    pub(crate) place: FindingPlace,
}

/// Where something stands. What is secret itself is no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FindingPlace {
    /// In a file.
    File {
        /// Its path; `None` if that is as secret as the content.
        path: Option<String>,
        /// In it.
        position: Option<Position>,
        /// In which member, if it is an archive.
        member: Option<String>,
    },
    /// In the name of a file, in this folder.
    Name(Option<String>),
    /// In a commit.
    Commit(Option<Part>),
    /// In an annotated tag.
    Tag(Option<Part>),
    /// In the name of a ref.
    Ref,
}

impl Finding {
    /// The code that the client sees.
    pub(crate) fn code(&self) -> &'static str {
        rule::code(self.rule)
    }

    /// The path of the file, for logs.
    pub(crate) fn path(&self) -> Option<&str> {
        match &self.place {
            FindingPlace::File { path, .. } | FindingPlace::Name(path) => path.as_deref(),
            FindingPlace::Commit(_) | FindingPlace::Tag(_) | FindingPlace::Ref => None,
        }
    }

    /// The line, from 1, for logs.
    pub(crate) fn line(&self) -> Option<usize> {
        match &self.place {
            FindingPlace::File { position, .. } => position.map(|position| position.line),
            FindingPlace::Commit(part) | FindingPlace::Tag(part) => match part {
                Some(Part::Message(line)) => Some(*line),
                _ => None,
            },
            FindingPlace::Name(_) | FindingPlace::Ref => None,
        }
    }

    /// Two lines: what, and where.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            rule,
            excerpt,
            object,
            commit,
            place,
        } = self;
        let excerpt = match excerpt.as_str() {
            "" => String::new(),
            excerpt => format!(" ({excerpt})"),
        };
        writeln!(out, "  {}: {rule}{excerpt}", self.code())?;
        write!(out, "    {}", place.shown())?;
        if let Some(commit) = commit {
            write!(out, ", commit {}", commit.short())?;
        }
        if let Some(object) = object.filter(|object| Some(*object) != *commit) {
            write!(out, ", object {}", object.short())?;
        }
        writeln!(out)
    }
}

impl FindingPlace {
    fn shown(&self) -> String {
        match self {
            Self::File {
                path,
                position,
                member,
            } => {
                let path = shown_path(path.as_deref());
                let place = position.map_or_else(String::new, |place| format!(":{place}"));
                let member = member
                    .as_deref()
                    .map_or_else(String::new, |member| format!(", in {}", cut(member)));
                format!("{path}{place}{member}")
            }
            Self::Name(folder) => match folder.as_deref() {
                Some("") => "the name of a file in the root folder".to_owned(),
                folder => format!("the name of a file in {}", shown_path(folder)),
            },
            Self::Commit(part) => format!("commit{}", shown_part(part.as_ref())),
            Self::Tag(part) => format!("annotated tag{}", shown_part(part.as_ref())),
            Self::Ref => "the name of a ref".to_owned(),
        }
    }
}

fn shown_part(part: Option<&Part>) -> String {
    match part {
        Some(Part::Message(line)) => format!(" message, line {line}"),
        Some(Part::Field(name)) => format!(" field {}", cut(name)),
        None => String::new(),
    }
}

fn shown_path(path: Option<&str>) -> String {
    path.map_or_else(|| "a path that is secret itself".to_owned(), cut)
}

/// Made visible, and no longer than anybody reads.
fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_PATH).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    visible(&shown)
}

/// What is needed to say what can be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Advice<'a> {
    /// The bottle.
    pub(crate) identity: &'a str,
    /// The remote.
    pub(crate) remote: &'a RemoteName,
}

/// Tells what was found, and what can be done: twenty findings at most, then how many there are more.
pub(super) fn write_all(
    findings: &[Finding],
    advice: Advice<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Advice { identity, remote } = advice;
    let told = findings.iter().take(MAX_TOLD);
    told.clone().try_for_each(|finding| finding.write(out))?;
    if let Some(more) = findings
        .len()
        .checked_sub(MAX_TOLD)
        .filter(|more| *more > 0)
    {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(
        out,
        "What can be done: take it out of all pushed commits (git commit --amend, or git rebase), not only"
    )?;
    writeln!(
        out,
        "in a new one. If it is no secret, ask the operator to let it pass:"
    )?;
    let mut seen = BTreeSet::new();
    for Finding { object, rule, .. } in told {
        if let Some(object) = object.filter(|object| seen.insert((*object, *rule))) {
            writeln!(
                out,
                "  bottle git allow {identity} {object} {rule} --remote {remote} --reason \"…\""
            )?;
        }
    }
    Ok(())
}
