//! Files, looked at as a body would be that has what is in them.

mod format;
mod origin;

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;

use self::format::Format;
use self::origin::Origins;
use crate::body::{COMPLEX_RULE, MAX_DECODED, UNDECODABLE_RULE};
use crate::content::{decode, texts, unpack};
use crate::finding::Finding;
use crate::piece::Piece;
use crate::scanner::{MAX_FOUND, Scanner};
use crate::{calls, table};

/// Two findings of one rule whose texts are the same for so many bytes are of one token.
const SAME: usize = 16;

/// What was found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFile {
    /// What was found. Its offset is 0 where there is no place; it has an end only if it stands in the file as it is.
    pub finding: Finding,
    /// Where it begins in the file, in bytes, if it stands there.
    pub place: Option<usize>,
}

impl Scanner {
    /// All findings in a file of this name (empty if it has none): those in its bytes in their order, then those in what
    /// a reader of its format sees besides, which [`texts`] says, with their place if there is only one that it can be.
    /// Some thousands at most, in time linear in the file.
    pub fn find_in_file(&self, name: &str, bytes: &[u8]) -> Vec<InFile> {
        let format = Format::of(name);
        let mut found = Found::new(bytes);
        let only_known = LazyCell::new(|| self.only_known());
        for finding in self.find_all(bytes) {
            found.note(bytes, &finding);
            let place = Some(finding.offset);
            found.all.push(InFile { finding, place });
        }
        let body = match unpacked(&format, bytes) {
            Ok(body) => body,
            Err(rule) => {
                found.whole(self, rule);
                return found.all;
            }
        };
        if matches!(body, Cow::Owned(_)) {
            self.see(&only_known, &mut found, &Piece::whole(&body));
        }
        match texts(format.media_type, &body) {
            Ok(texts) => {
                for text in &texts {
                    let piece = Piece::joined(&text.bytes, &text.starts);
                    self.see(&only_known, &mut found, &piece);
                }
            }
            Err(_) => found.whole(self, COMPLEX_RULE),
        }
        if let Some(rule) = table::find(&body) {
            found.whole(self, rule);
        }
        if let Some(call) = calls::find(&body, |rule| self.allows(rule)) {
            found.whole(self, call.rule);
        }
        found.all
    }

    /// Notes what is in a text that is not the file's own; of many only the bottle's own values.
    fn see(
        &self,
        only_known: &LazyCell<Self, impl FnOnce() -> Self>,
        found: &mut Found<'_>,
        piece: &Piece<'_>,
    ) {
        let is_much = found.all.len() >= MAX_FOUND;
        if found.all.len() >= 3 * MAX_FOUND {
            return;
        }
        let scanner = if is_much { only_known } else { self };
        for finding in scanner.find_all_in(piece) {
            if found.note(piece.bytes, &finding) {
                let place = found.origins.of(piece, finding.offset);
                found.add(finding, place);
            }
        }
    }
}

/// A file without its compression.
fn unpacked<'a>(format: &Format, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, &'static str> {
    if let Some(coding) = format.coding {
        // The only one that does not show itself: what is text is none, whatever it is called.
        return match decode([coding], bytes, MAX_DECODED) {
            Ok(plain) => Ok(plain),
            Err(_) if std::str::from_utf8(bytes).is_ok() => Ok(Cow::Borrowed(bytes)),
            Err(_) => Err(UNDECODABLE_RULE),
        };
    }
    let plain = unpack(bytes, MAX_DECODED).map_err(|_| COMPLEX_RULE)?;
    Ok(plain.map_or(Cow::Borrowed(bytes), Cow::Owned))
}

/// What was found so far.
struct Found<'a> {
    all: Vec<InFile>,
    /// Of each the rule and how it begins: many texts show the same token.
    seen: BTreeSet<(&'static str, Vec<u8>)>,
    origins: Origins<'a>,
}

impl<'a> Found<'a> {
    const fn new(file: &'a [u8]) -> Self {
        Self {
            all: Vec::new(),
            seen: BTreeSet::new(),
            origins: Origins::new(file),
        }
    }

    /// Whether a token is seen for the first time.
    fn note(&mut self, text: &[u8], finding: &Finding) -> bool {
        let from = text.get(finding.offset..).unwrap_or_default();
        let beginning = from.get(..SAME).unwrap_or(from);
        self.seen.insert((finding.rule, beginning.to_vec()))
    }

    fn add(&mut self, finding: Finding, place: Option<usize>) {
        let finding = finding.at(place.unwrap_or(0));
        self.all.push(InFile { finding, place });
    }

    /// Notes a rule that is about all of the file, if it holds.
    fn whole(&mut self, scanner: &Scanner, rule: &'static str) {
        if !scanner.allows(rule) {
            self.add(Finding::of(rule), None);
        }
    }
}

#[cfg(test)]
mod tests;
