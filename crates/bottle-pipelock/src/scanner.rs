//! Looking for secrets.

use bottle_core::Host;

use crate::known::{Known, KnownSecret};
use crate::seed_phrase;
use crate::shapes::{ANY_CASE, EXACT, Shapes};
use crate::views;

/// The rule that finds a secret of the bottle itself.
pub(crate) const KNOWN_RULE: &str = "known-secret";
/// The rule that finds the words of a wallet.
pub(crate) const SEED_RULE: &str = "seed-phrase";
/// The rule of a scanner that could not be built: everything is refused.
pub(crate) const BROKEN_RULE: &str = "scanner-broken";
/// The rule of an input that would take too long to decode.
pub(crate) const TOO_MANY_RULE: &str = "too-many-encodings";

/// Something that must not leave. It says which rule found it, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The rule: a family of tokens (`github-token`), or `known-secret`.
    pub rule: &'static str,
}

/// Finds tokens by their shape and known secrets by value: as they are, percent-encoded, escaped in JSON, base64 and
/// hexadecimal, up to three of these on top of each other.
///
/// Cheap to make after the first; a call takes time linear in its input.
#[derive(Debug)]
pub struct Scanner {
    /// `None` when they cannot be searched for: then everything is refused.
    known: Option<Known>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A scanner for tokens of known shapes.
    pub fn new() -> Self {
        Self::with_known(&[])
    }

    /// A scanner that also knows the secrets of a bottle. Values of fewer than six bytes are not searched for.
    pub fn with_known(secrets: &[KnownSecret]) -> Self {
        Self {
            known: Known::new(secrets),
        }
    }

    /// The secrets of the bottle; none when they cannot be searched for.
    pub(crate) const fn known(&self) -> Option<&Known> {
        self.known.as_ref()
    }

    #[cfg(test)]
    pub(crate) const fn broken() -> Self {
        Self { known: None }
    }

    /// Scans a body, or any other bytes.
    pub fn scan_body(&self, body: &[u8]) -> Option<Finding> {
        self.scan(body, EXACT.as_ref())
    }

    /// Scans a request's path and query.
    pub fn scan_target(&self, target: &str) -> Option<Finding> {
        self.scan_body(target.as_bytes())
    }

    /// Scans a host name: without regard to case, and across any of its labels.
    pub fn scan_host(&self, host: &Host) -> Option<Finding> {
        let any_case = ANY_CASE.as_ref();
        let joined: String = host.labels().collect();
        self.scan(host.as_str().as_bytes(), any_case)
            .or_else(|| self.scan(joined.as_bytes(), any_case))
            .or_else(|| across_labels(host, any_case?))
    }

    /// Scans a header field of a request to this host. A known secret passes in its own header to its own hosts, alone
    /// or behind the word for its scheme, as egress writes it.
    pub fn scan_header(&self, host: &Host, name: &str, value: &[u8]) -> Option<Finding> {
        let is_own = self
            .known
            .as_ref()
            .is_some_and(|known| known.is_own(host, name, value));
        let value = if is_own { b"" } else { value };
        self.scan_body(name.as_bytes())
            .or_else(|| self.scan_body(value))
    }

    fn scan(&self, text: &[u8], shapes: Option<&Shapes>) -> Option<Finding> {
        let (Some(known), Some(shapes)) = (&self.known, shapes) else {
            return Some(Finding { rule: BROKEN_RULE });
        };
        let found = views::find(text, |view| {
            if known.is_in(view) {
                return Some(Finding { rule: KNOWN_RULE });
            }
            let phrase = || seed_phrase::find(view).map(|_| SEED_RULE);
            shapes
                .find(view)
                .or_else(phrase)
                .map(|rule| Finding { rule })
        });
        found.unwrap_or(Some(Finding {
            rule: TOO_MANY_RULE,
        }))
    }
}

/// Looks at every row of labels as one word. A name has 127 labels and 253 bytes at most.
fn across_labels(host: &Host, shapes: &Shapes) -> Option<Finding> {
    let labels: Vec<&str> = host.labels().collect();
    (0..labels.len()).find_map(|first| {
        let mut word = String::new();
        labels.iter().skip(first).find_map(|label| {
            word.push_str(label);
            shapes.find(word.as_bytes()).map(|rule| Finding { rule })
        })
    })
}
