//! What passed and what did not.

use super::Verdict;

/// The traffic of one bottle, as egress noted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Requests that were sent on.
    pub(crate) allowed: u64,
    /// Requests and connections that were not.
    pub(crate) denied: u64,
    /// Bytes of bodies, both ways.
    pub(crate) bytes: u64,
}

impl Tally {
    /// One more request, and the bytes that passed with it.
    pub(crate) fn add(&mut self, verdict: Verdict, bytes: u64) {
        match verdict {
            Verdict::Allow => self.allowed = self.allowed.saturating_add(1),
            Verdict::Deny => self.denied = self.denied.saturating_add(1),
        }
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// The number of bytes, short.
    pub(crate) fn size(self) -> String {
        const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
        let fits = UNITS.into_iter().find(|(unit, _)| self.bytes >= *unit);
        fits.map_or_else(
            || format!("{} B", self.bytes),
            |(unit, name)| {
                let tenths = self.bytes / (unit / 10);
                format!("{}.{} {name}", tenths / 10, tenths % 10)
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (1_250_000, "1.2 MB"),
            (u64::MAX, "18446744073.7 GB"),
        ] {
            let tally = Tally {
                bytes,
                ..Tally::default()
            };
            assert_eq!(tally.size(), text);
        }
    }
}
