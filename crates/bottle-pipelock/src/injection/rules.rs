//! All rules.

mod disclosure;
mod obedience;
mod tools;

use super::row::Rule;

/// Every family. Of several that are in a text, the first of the place that comes first counts.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    let parts: [&'static [Rule]; 3] = [obedience::RULES, disclosure::RULES, tools::RULES];
    parts.into_iter().flatten()
}
