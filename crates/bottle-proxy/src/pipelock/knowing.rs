//! The values that the scanner looks for, and those that it looked for before.

use bottle_egress::DenialCode;
use bottle_pipelock::{KnownSecret, Scanner};

use crate::limits::MAX_KNOWN_VALUES;
use crate::secrets::Secrets;

/// The scanner of the moment.
#[derive(Debug)]
pub(super) struct Knowing {
    known: Vec<KnownSecret>,
    /// None while the values cannot be read.
    scanner: Option<Scanner>,
}

impl Knowing {
    /// The scanner. Nothing passes without one.
    pub(super) fn scanner(&self) -> Result<&Scanner, DenialCode> {
        self.scanner.as_ref().ok_or(DenialCode::InternalFailClosed)
    }

    /// Looks for the values of `secrets` and for those known `before`: a value that was replaced is no less secret.
    pub(super) fn of(secrets: Option<Secrets>, before: Option<&Self>) -> Self {
        let before = before.map_or(&[][..], |before| &before.known);
        let Some(secrets) = secrets else {
            return Self {
                known: before.to_vec(),
                scanner: None,
            };
        };
        let mut known = secrets.known;
        let is_new = |old: &&KnownSecret| {
            let mut all = known.iter();
            !all.any(|each| each.value.expose() == old.value.expose())
        };
        let room = MAX_KNOWN_VALUES.saturating_sub(known.len());
        let old: Vec<_> = before.iter().filter(is_new).take(room).cloned().collect();
        known.extend(old);
        Self {
            scanner: Some(Scanner::with_known(&known)),
            known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: impl IntoIterator<Item = String>) -> Secrets {
        let known = values.into_iter().map(|value| {
            serde_json::json!({ "name": "A", "value": value, "hosts": [], "header": "x-key" })
        });
        let known: Vec<_> = known.collect();
        let document = serde_json::json!({ "version": 1, "slots": {}, "known": known });
        Secrets::from_json(document.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn old_values_are_known_and_the_newest_first() {
        let value = |number: usize| format!("value-number-{number:08}");
        let mut knowing = Knowing::of(Some(secrets([value(0)])), None);
        knowing = Knowing::of(None, Some(&knowing));
        assert!(knowing.scanner.is_none());
        for number in 1..MAX_KNOWN_VALUES + 10 {
            knowing = Knowing::of(Some(secrets([value(number)])), Some(&knowing));
        }
        assert_eq!(knowing.known.len(), MAX_KNOWN_VALUES);
        let scanner = knowing.scanner.unwrap();
        let found = |number| scanner.scan_body(value(number).as_bytes()).is_some();
        assert!(found(MAX_KNOWN_VALUES + 9) && found(10));
        assert!(!found(9), "so many and no more");
    }
}
