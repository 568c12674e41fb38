//! The part of a name that its sender chooses.

use bottle_core::Host;

/// How an international name begins (RFC 5890).
const INTERNATIONAL: &str = "xn--";

/// The labels left of the domain somebody registered. International ones are none of them: they are encoded, and
/// decode to the letters of a language.
pub(super) struct Labels<'a>(Vec<&'a str>);

impl<'a> Labels<'a> {
    pub(super) fn of(host: &'a Host) -> Self {
        let name = host.as_str();
        // A name that is itself a public suffix has no such part.
        let domain = psl::domain_str(name).unwrap_or(name);
        let left = name.strip_suffix(domain).unwrap_or_default();
        let labels = left.split('.').filter(|label| !label.is_empty());
        Self(
            labels
                .filter(|label| !label.starts_with(INTERNATIONAL))
                .collect(),
        )
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().copied()
    }

    /// The labels and the parts of labels between hyphens that have more than `shortest` characters, as one word.
    pub(super) fn joined(&self, shortest: usize) -> String {
        let parts = self.0.iter().flat_map(|label| label.split('-'));
        parts.filter(|part| part.len() > shortest).collect()
    }
}
