//! Looking for secrets.

use std::ops::ControlFlow;
use std::sync::Arc;

use bottle_core::Host;

use crate::finding::Finding;
use crate::known::{Known, KnownSecret};
use crate::piece::Piece;
use crate::rules::rule_names;
use crate::scan::{DEPTH, KNOWN_RULE, Scan};
use crate::shapes::{ANY_CASE, EXACT, Shapes};

/// The rule of a scanner that could not be built: everything is refused.
pub(crate) const BROKEN_RULE: &str = "scanner-broken";
/// The rule of an input that would take too long to decode.
pub(crate) const TOO_MANY_RULE: &str = "too-many-encodings";
/// Findings of one text; whoever has more knows enough.
pub(crate) const MAX_FOUND: usize = 1000;

/// Finds tokens by their shape and known secrets by value: as they are and behind Unicode look-alikes, percent-encoding,
/// escapes, character references, base64, base32, hexadecimal and marks between the characters, up to three of these on
/// top of each other.
///
/// Cheap to make after the first, and to clone; a call takes time linear in its input.
#[derive(Debug, Clone, Default)]
pub struct Scanner {
    known: Arc<Known>,
    allowed: Vec<String>,
}

impl Scanner {
    /// A scanner for tokens of known shapes.
    pub fn new() -> Self {
        Self::default()
    }

    /// A scanner that also knows the secrets of a bottle. Values of fewer than six bytes are not searched for.
    pub fn with_known(secrets: &[KnownSecret]) -> Self {
        Self {
            known: Arc::new(Known::new(secrets)),
            allowed: Vec::new(),
        }
    }

    /// The same scanner, to which the findings of these rules are none.
    #[must_use]
    pub fn allowing<'a>(&self, rules: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            known: Arc::clone(&self.known),
            allowed: rules.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Scans a body, or any other bytes: the first finding, if there is any.
    pub fn scan_body(&self, body: &[u8]) -> Option<Finding> {
        self.scan(&Piece::whole(body), EXACT.as_ref())
    }

    /// All findings in a text, in its order; a thousand at most, and as many of the bottle's own values when there are more.
    /// What is behind several encodings is told once for each.
    pub fn find_all(&self, text: &[u8]) -> Vec<Finding> {
        self.find_all_in(&Piece::whole(text))
    }

    /// All findings in a piece, in its order.
    pub(crate) fn find_all_in(&self, piece: &Piece<'_>) -> Vec<Finding> {
        let mut all = Vec::new();
        self.collect(piece, MAX_FOUND, &mut all);
        if all.len() >= MAX_FOUND {
            self.only_known().collect(piece, 2 * MAX_FOUND, &mut all);
        }
        all.sort_by_key(|finding: &Finding| finding.offset);
        // In this order what stands there as it is comes before what was found behind an encoding.
        all.dedup_by(|later, earlier| later.is_like(earlier));
        all
    }

    /// Adds findings, until there are so many.
    fn collect(&self, piece: &Piece<'_>, most: usize, all: &mut Vec<Finding>) {
        self.each(piece, EXACT.as_ref(), &mut |finding| {
            all.push(finding);
            if all.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }

    /// The same scanner for nothing but the bottle's own values, and for what says that it could not look.
    #[must_use]
    pub(crate) fn only_known(&self) -> Self {
        let kept = [KNOWN_RULE, BROKEN_RULE, TOO_MANY_RULE];
        let others = rule_names().into_iter();
        self.allowing(others.filter(|rule| !kept.contains(rule)))
    }

    /// Scans a request's path and query.
    pub fn scan_target(&self, target: &str) -> Option<Finding> {
        self.scan_body(target.as_bytes())
    }

    /// Scans a host name: without regard to case, and across any of its labels.
    pub fn scan_host(&self, host: &Host) -> Option<Finding> {
        let any_case = |text: &str| self.scan(&Piece::whole(text.as_bytes()), ANY_CASE.as_ref());
        let joined: String = host.labels().collect();
        any_case(host.as_str())
            .or_else(|| any_case(&joined))
            .or_else(|| self.across_labels(host))
    }

    /// Scans a header field of a request to this host. A known secret passes in its own header to its own hosts, alone
    /// or behind the word for its scheme, as egress writes it.
    pub fn scan_header(&self, host: &Host, name: &str, value: &[u8]) -> Option<Finding> {
        let is_own = self.known.is_own(host, name, value);
        let value = if is_own { b"" } else { value };
        self.scan_body(name.as_bytes())
            .or_else(|| self.scan_body(value))
    }

    /// Scans a piece of a longer text.
    pub(crate) fn scan_piece(&self, piece: &Piece<'_>) -> Option<Finding> {
        self.scan(piece, EXACT.as_ref())
    }

    fn scan(&self, piece: &Piece<'_>, shapes: Option<&Shapes>) -> Option<Finding> {
        let mut first = None;
        self.each(piece, shapes, &mut |finding| {
            first = Some(finding);
            ControlFlow::Break(())
        });
        first
    }

    /// Whether the findings of a rule are none.
    pub(crate) fn allows(&self, rule: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == rule)
    }

    /// Tells all findings, and that there were too many encodings to know.
    fn each(
        &self,
        piece: &Piece<'_>,
        shapes: Option<&Shapes>,
        found: &mut dyn FnMut(Finding) -> ControlFlow<()>,
    ) {
        let Some(shapes) = shapes else {
            let _ = found(Finding::of(BROKEN_RULE));
            return;
        };
        let mut scan = Scan::new(&self.known, shapes, piece.bytes.len());
        let _ = scan.look(piece, DEPTH, &mut |finding| self.tell(finding, found));
        if scan.is_too_much {
            let _ = found(Finding::of(TOO_MANY_RULE));
        }
    }

    fn tell(
        &self,
        finding: Finding,
        found: &mut dyn FnMut(Finding) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        if self.allows(finding.rule) {
            return ControlFlow::Continue(());
        }
        found(finding)
    }

    /// Looks at every row of labels as one word. A name has 127 labels and 253 bytes at most.
    fn across_labels(&self, host: &Host) -> Option<Finding> {
        let labels: Vec<&str> = host.labels().collect();
        let shapes = ANY_CASE.as_ref()?;
        (0..labels.len()).find_map(|first| {
            let mut word = String::new();
            labels.iter().skip(first).find_map(|label| {
                word.push_str(label);
                let mut found = None;
                let piece = Piece::whole(word.as_bytes());
                let _ = shapes.everywhere(&piece, &mut |finding| {
                    self.tell(finding, &mut |finding| {
                        found = Some(finding);
                        ControlFlow::Break(())
                    })
                });
                found
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanner_that_cannot_be_built_refuses_everything() {
        let found = Scanner::new().scan(&Piece::whole(b""), None);
        assert_eq!(found.map(|found| found.rule), Some(BROKEN_RULE));
    }

    #[test]
    fn all_are_found_in_their_order_and_none_is_shown() {
        let key = ["AK", "IAQ3EGTHP7K5ZWXN2M"].concat();
        let text = format!(
            "first {key}, second {key}; once more {}",
            key.replace('A', "%41")
        );
        let found = Scanner::new().find_all(text.as_bytes());
        let offsets: Vec<_> = found.iter().map(|each| each.offset).collect();
        assert_eq!(offsets, [6, 35, 67]);
        assert!(found.iter().all(|each| each.literal == "AKIA"));
        assert!(Scanner::new().find_all(b"nothing").is_empty());
    }

    #[test]
    fn own_values_are_found_behind_a_thousand_other_findings() {
        let value = "Harbour-Lantern-58-Quince";
        let known = [KnownSecret {
            name: "EGRESS_TOKEN_0".to_owned(),
            value: bottle_core::Secret::new(value.to_owned()).unwrap(),
            hosts: Vec::new(),
            header: "authorization".parse().unwrap(),
        }];
        let key = ["AK", "IAQ3EGTHP7K5ZWXN2M\n"].concat();
        let hidden = value.replace('-', "%2d");
        let text = format!("{}{hidden}\n", key.repeat(1500));
        let json = format!(
            "[{}\"Harbour-\\u004cantern-58-Quince\"]",
            format!("{:?},", key.trim()).repeat(1500)
        );
        let scanner = Scanner::with_known(&known);
        for (name, text) in [("a.txt", &text), ("a.json", &json)] {
            let found = scanner.find_in_file(name, text.as_bytes());
            let rules: Vec<_> = found.iter().map(|each| each.finding.rule).collect();
            assert!(rules.contains(&KNOWN_RULE), "{name}");
            assert!(rules.len() < 3 * MAX_FOUND);
        }
        let found = scanner.find_all(text.as_bytes());
        assert!(found.iter().any(|found| found.rule == KNOWN_RULE));
    }

    #[test]
    fn what_a_rule_finds_may_be_allowed() {
        let scanner = Scanner::new().allowing(["aws-access-key-id"]);
        let rule = |text: &str| scanner.scan_body(text.as_bytes()).map(|found| found.rule);
        let key = ["AK", "IAQ3EGTHP7K5ZWXN2M"].concat();
        assert_eq!(rule(&key), None);
        let token = ["glp", "at-q7Rk2VdXs9TfYb3HnJc6"].concat();
        assert_eq!(rule(&format!("{key} {token}")), Some("gitlab-token"));
    }
}
