//! Tokens that are known by their shape: those that their issuers document, or that their tokens have.
//!
//! A shape may look at each byte once for all the tokens of its family: what may be of any length either ends the
//! search by being found, or consists of bytes among which no other token of the family can begin.

mod cloud;
mod code;
#[cfg(test)]
pub(crate) mod examples;
mod model;
mod service;

use crate::before;

/// One kind of token.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// What every token of the kind begins with, or holds: found first, fast.
    pub(crate) literals: &'static [&'static str],
    /// The shape from the literal on. Lengths are lower bounds unless the shape says where it ends.
    pub(crate) shape: &'static str,
    /// What must stand in front of the literal.
    pub(crate) before: fn(&[u8]) -> bool,
    /// Texts of the shape that everybody knows.
    pub(crate) is_example: fn(&[u8]) -> bool,
}

/// All of them, in the order of their tables.
pub(crate) fn all() -> impl Iterator<Item = &'static Family> {
    [
        cloud::FAMILIES,
        code::FAMILIES,
        model::FAMILIES,
        service::FAMILIES,
    ]
    .into_iter()
    .flatten()
}

/// A family whose literal begins a word.
const fn family(
    name: &'static str,
    literals: &'static [&'static str],
    shape: &'static str,
) -> Family {
    Family {
        name,
        literals,
        shape,
        before: before::boundary,
        is_example: |_| false,
    }
}

/// A family with a short literal, which would be found in long enough runs of base64.
const fn short(
    name: &'static str,
    literals: &'static [&'static str],
    shape: &'static str,
) -> Family {
    Family {
        before: before::apart,
        ..family(name, literals, shape)
    }
}

/// A family whose literal is unmistakable wherever it stands.
const fn anywhere(
    name: &'static str,
    literals: &'static [&'static str],
    shape: &'static str,
) -> Family {
    Family {
        before: before::anything,
        ..family(name, literals, shape)
    }
}
