//! Data in names, a little in each: it adds up.

use std::time::Duration;

use bottle_core::Host;

use super::labels::Labels;
use super::shape;

/// How much the names under one domain may carry.
#[derive(Debug, Clone, Copy)]
pub struct NameAllowance {
    /// Bytes.
    pub bytes: usize,
    /// Within this time.
    pub age: Duration,
}

/// The encoded labels of the names under one domain, as far as they were asked for lately.
///
/// ```
/// use std::time::Duration;
/// use bottle_pipelock::{NameAllowance, NameBudget};
///
/// let allowance = NameAllowance { bytes: 8, age: Duration::from_secs(60) };
/// let mut budget = NameBudget::default();
/// let mut spend = |name: &str, second| budget.spend(&name.parse().unwrap(), Duration::from_secs(second), &allowance);
/// assert!(spend("4f1c9a7e.wild.example.com", 0) && spend("b2d80a36.wild.example.com", 1));
/// assert!(!spend("7a1f02ce.wild.example.com", 2), "twelve bytes in a minute");
/// assert!(spend("4f1c9a7e.wild.example.com", 3) && spend("static.wild.example.com", 4));
/// assert!(spend("7a1f02ce.wild.example.com", 64));
/// ```
#[derive(Debug, Default)]
pub struct NameBudget {
    spent: Vec<Spent>,
}

#[derive(Debug)]
struct Spent {
    label: String,
    bytes: usize,
    at: Duration,
}

impl NameBudget {
    /// Takes a name in, unless its labels carry more than is left. Labels that were seen before carry nothing new.
    pub fn spend(&mut self, host: &Host, now: Duration, allowance: &NameAllowance) -> bool {
        self.spent
            .retain(|spent| now.saturating_sub(spent.at) <= allowance.age);
        let is_new = |label: &&str| !self.spent.iter().any(|spent| spent.label == *label);
        let labels = Labels::of(host);
        let new = labels.iter().filter(is_new).map(|label| Spent {
            label: label.to_owned(),
            bytes: shape::carried_bytes(label),
            at: now,
        });
        let mut new: Vec<Spent> = new.filter(|spent| spent.bytes > 0).collect();
        let bytes = |all: &[Spent]| all.iter().map(|spent| spent.bytes).sum::<usize>();
        let fits = bytes(&self.spent) + bytes(&new) <= allowance.bytes;
        if fits {
            self.spent.append(&mut new);
        }
        fits
    }
}

/// The part of a name that somebody registered: all names below it are theirs. A name that is itself a public suffix is
/// its own.
pub fn registered_domain(host: &Host) -> &str {
    psl::domain_str(host.as_str()).unwrap_or(host.as_str())
}
