//! A token of each family, and texts that are nearly one. They are put together here, so that nobody takes this file
//! for a leak.

mod composed;
mod misses;
mod prefixed;

use composed::{clouds, money, services, tokens};
use misses::{cloud_misses, generic_misses, service_misses};
use prefixed::PREFIXED;

/// Letters of either case and digits.
const MIXED: &str = "q7Rk2VdXs9TfYb3HnJc6WmZe8LpGa4Uu5";
const UPPER: &str = "Q7RK2VDXS9TFYB3HNJC6WMZE8LPGA4UU5";
const HEX: &str = "3fa9c07be15d826f4";
const DIGITS: &str = "8402916357";
const LOWER: &str = "q7rk2vdxs9tfyb3hnjc6wmze8lpga4uu5";
const UUID: &str = "3fa9c07b-e15d-826f-43fa-9c07be15d826";

/// A family, its prefix in two parts, the alphabet of what follows, and how much of it there is.
type Row = (&'static str, [&'static str; 2], &'static str, usize);

/// `length` characters of an alphabet.
fn some(alphabet: &str, length: usize) -> String {
    alphabet.chars().cycle().take(length).collect()
}

/// A prefix in two parts, and what follows.
fn token(first: &str, second: &str, alphabet: &str, length: usize) -> String {
    [first, second, &some(alphabet, length)].concat()
}

/// Families by name, each with a token that has the least length.
pub(crate) fn examples() -> Vec<(&'static str, String)> {
    let row = |(name, [first, second], alphabet, length): &Row| {
        (*name, token(first, second, alphabet, *length))
    };
    let mut examples: Vec<_> = PREFIXED.iter().map(row).collect();
    examples.extend(tokens());
    examples.extend(clouds());
    examples.extend(services());
    examples.extend(money());
    examples
}

/// Families by name, each with texts that a careless rule would find.
pub(crate) fn near_misses() -> Vec<(&'static str, String)> {
    let row = |(name, [first, second], alphabet, length): &Row| {
        [
            (*name, token(first, second, "x", *length)),
            (*name, token(first, second, alphabet, *length / 2)),
            (*name, token(first, second, "some-words ", *length)),
        ]
    };
    let mut misses: Vec<_> = PREFIXED.iter().flat_map(row).collect();
    misses.extend(cloud_misses());
    misses.extend(service_misses());
    misses.extend(generic_misses());
    misses
}
