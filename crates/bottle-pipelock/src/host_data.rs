//! Data in the labels of a host name.
//!
//! Whoever cannot send a body can look up a name. Entropy does not tell such names from those of a cloud, so a name is
//! judged by what its labels decode to ([`decode`], [`content`]) and by how much of it is encoded ([`shape`]). One label
//! that looks like a digest passes: previews of commits and load balancers are named so, and twenty bytes that are no
//! text and no file are little. Two of them, or more than [`MOST_ENCODED`] characters, do not; over many names they add up
//! ([`budget`]).

mod base64;
mod budget;
mod content;
mod decode;
mod labels;
mod shape;
#[cfg(test)]
mod tests;

use bottle_core::Host;

pub use self::budget::{NameAllowance, NameBudget, registered_domain};
use self::labels::Labels;

/// Labels that decode to a text, or to the beginning of a file.
const DECODED_RULE: &str = "host-encoded-data";
/// More that looks encoded than a name needs.
const BULK_RULE: &str = "host-bulk-data";
/// An encoded piece beside its number.
const NUMBERED_RULE: &str = "host-numbered-data";
/// The rule of a name that carries little, after many that did.
pub const NAME_BUDGET_RULE: &str = "host-data-over-time";
/// All of them.
pub(crate) const RULES: [&str; 4] = [DECODED_RULE, BULK_RULE, NUMBERED_RULE, NAME_BUDGET_RULE];

/// How many encoded characters a name may hold: a commit with its short form.
const MOST_ENCODED: usize = 48;
/// Of labels that hold this many, one may stand in a name. Names of VPC endpoints have two with 17.
const LONG: usize = 20;
/// Of labels that hold this many, two may.
const SHORT: usize = 8;

/// The rule by which a name holds data, if it does.
pub(crate) fn find(host: &Host) -> Option<&'static str> {
    let labels = Labels::of(host);
    if decode::finds_data(&labels) || holds_base64(&labels) {
        return Some(DECODED_RULE);
    }
    if is_bulk(&labels) {
        return Some(BULK_RULE);
    }
    is_numbered(&labels).then_some(NUMBERED_RULE)
}

/// The rule by which a name holds data as it was written, before it lost its case.
pub(crate) fn find_written(host: &Host, written: &str) -> Option<&'static str> {
    let chosen: usize = Labels::of(host).iter().count();
    let labels: Vec<&str> = written.split('.').take(chosen).collect();
    let is_data = labels
        .iter()
        .any(|label| base64::is_data(label) || decode::is_loud(label));
    (is_data || base64::is_data(&labels.concat())).then_some(DECODED_RULE)
}

/// Labels that could have been base64, alone or as one word.
fn holds_base64(labels: &Labels<'_>) -> bool {
    labels.iter().any(base64::may_be_text) || base64::may_be_text(&labels.joined(SHORT))
}

/// How many bytes the encoded part of a name can carry, whether or not it is found.
#[cfg(test)]
fn carried_bytes(host: &Host) -> usize {
    Labels::of(host).iter().map(shape::carried_bytes).sum()
}

fn is_bulk(labels: &Labels<'_>) -> bool {
    let encoded: Vec<usize> = labels.iter().map(shape::encoded).collect();
    let at_least = |length| encoded.iter().filter(|count| **count >= length).count();
    encoded.iter().sum::<usize>() > MOST_ENCODED || at_least(LONG) >= 2 || at_least(SHORT) >= 3
}

/// Whether an encoded label stands beside a number. Numbers beside each other are those of an address or a date.
fn is_numbered(labels: &Labels<'_>) -> bool {
    let labels: Vec<&str> = labels.iter().collect();
    let rows = labels.chunk_by(|one, other| shape::is_number(one) == shape::is_number(other));
    let is_alone = |row: &[&str]| matches!(row, [label] if shape::is_number(label));
    let rows: Vec<&[&str]> = rows.collect();
    rows.windows(2).any(|pair| match pair {
        [one, [other, ..]] if is_alone(one) => shape::is_piece(other),
        [[.., one], other] if is_alone(other) => shape::is_piece(one),
        _ => false,
    })
}
