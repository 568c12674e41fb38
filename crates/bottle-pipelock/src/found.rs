//! All findings in a text, for a person to look at.

use std::cell::RefCell;

use crate::scanner::{BROKEN_RULE, KNOWN_RULE, SEED_RULE, Scanner, TOO_MANY_RULE};
use crate::seed_phrase;
use crate::shapes::EXACT;
use crate::views;

/// Findings of one text; whoever has more knows enough.
const MAX_FOUND: usize = 1000;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule: a family of tokens (`github-token`), or one of the scanner's own.
    pub rule: &'static str,
    /// Where it is, in bytes from the beginning; none when it was there only after encodings were taken off.
    pub offset: Option<usize>,
    /// How it is recognised (`ghp_…`): enough to find it, nothing to use it with. Empty for a secret known by value.
    pub shown: String,
}

impl Found {
    fn of(rule: &'static str) -> Self {
        Self {
            rule,
            offset: None,
            shown: String::new(),
        }
    }
}

impl Scanner {
    /// All findings in a text, in its order, those behind encodings last and once for each rule; a thousand at most.
    pub fn find_all(&self, text: &[u8]) -> Vec<Found> {
        let (Some(known), Some(shapes)) = (self.known(), EXACT.as_ref()) else {
            return vec![Found::of(BROKEN_RULE)];
        };
        let all = RefCell::new(Vec::<Found>::new());
        let note = |found: Found| {
            let mut all = all.borrow_mut();
            let is_new = found.offset.is_some() || !all.iter().any(|each| each.rule == found.rule);
            if is_new && all.len() < MAX_FOUND {
                all.push(found);
            }
        };
        let searched = views::find(text, |view| {
            let is_plain = std::ptr::eq(view, text);
            if let Some(offset) = known.find(view) {
                note(Found {
                    offset: is_plain.then_some(offset),
                    ..Found::of(KNOWN_RULE)
                });
            }
            for hit in shapes.hits(view).take(MAX_FOUND) {
                note(Found {
                    rule: hit.rule,
                    offset: is_plain.then_some(hit.start),
                    shown: format!("{}…", hit.literal),
                });
            }
            if let Some(place) = seed_phrase::find(view) {
                note(Found {
                    offset: is_plain.then_some(place.start),
                    ..Found::of(SEED_RULE)
                });
            }
            None::<()>
        });
        let mut all = all.into_inner();
        if searched.is_err() {
            all.push(Found::of(TOO_MANY_RULE));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_found_and_none_is_shown() {
        let text = "first AKIAQ3EGTHP7K5ZWXN2M, second AKIAQ3EGTHP7K5ZWXN2N; once more %41KIAQ3EGTHP7K5ZWXN2P";
        let found = Scanner::new().find_all(text.as_bytes());
        let offsets: Vec<_> = found.iter().map(|each| each.offset).collect();
        assert_eq!(offsets, [Some(6), Some(35)], "the rule was told of");
        assert!(found.iter().all(|each| each.shown == "AKIA…"));
    }

    #[test]
    fn what_is_behind_an_encoding_has_no_place() {
        let text = "%41KIAQ3EGTHP7K5ZWXN2M";
        let found = Scanner::new().find_all(text.as_bytes());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].offset, None);
        assert!(Scanner::new().find_all(b"nothing").is_empty());
    }
}
