//! Tokens that are known by their shape: those that their issuers document, or that their tokens have.
//!
//! A shape may look at each byte once for all the tokens of its family: what may be of any length either ends the
//! search by being found, or consists of bytes among which no other token of the family can begin.

mod build;
mod chat;
mod cloud;
mod code;
#[cfg(test)]
pub(crate) mod examples;
mod generic;
mod key;
mod model;
mod money;
mod platform;
mod service;
mod vault;

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
    /// What the token itself says about being one.
    pub(crate) checksum: Checksum,
    /// How its literals are looked for.
    pub(crate) finder: Finder,
}

/// How a literal is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finder {
    /// In long words, and in the name of a value that is one ([`crate::runs`]).
    Word,
    /// In the whole text: the token may consist of short words.
    Text,
    /// In groups of digits.
    Number,
}

/// What is known from the token alone.
#[derive(Clone, Copy)]
pub(crate) enum Checksum {
    /// Nothing, or nothing that is asked: a token that somebody mangled leaks as much as a whole one.
    Unasked,
    /// The shape is ambiguous: it has to be right.
    Required(fn(&[u8]) -> bool),
    /// A right one outweighs what stands in front; a wrong one says nothing.
    Sufficient(fn(&[u8]) -> bool),
}

/// All of them, in the order of their tables.
pub(crate) fn all() -> impl Iterator<Item = &'static Family> {
    [
        cloud::FAMILIES,
        platform::FAMILIES,
        vault::FAMILIES,
        code::FAMILIES,
        build::FAMILIES,
        key::FAMILIES,
        model::FAMILIES,
        service::FAMILIES,
        chat::FAMILIES,
        money::FAMILIES,
        generic::FAMILIES,
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
        checksum: Checksum::Unasked,
        finder: Finder::Word,
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

/// A family of which the whole token could be a piece of either base64.
const fn alone(
    name: &'static str,
    literals: &'static [&'static str],
    shape: &'static str,
) -> Family {
    Family {
        before: before::alone,
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

/// A family whose literal is unmistakable wherever it stands, even among short words.
const fn text(
    name: &'static str,
    literals: &'static [&'static str],
    shape: &'static str,
) -> Family {
    Family {
        finder: Finder::Text,
        ..anywhere(name, literals, shape)
    }
}

/// A family of which only a right checksum tells a token from ordinary text.
const fn checked(
    name: &'static str,
    literals: &'static [&'static str],
    shape: &'static str,
    check: fn(&[u8]) -> bool,
) -> Family {
    Family {
        checksum: Checksum::Required(check),
        ..family(name, literals, shape)
    }
}
