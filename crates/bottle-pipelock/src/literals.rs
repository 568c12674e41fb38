//! What tokens begin with, looked up at a place.

use std::ops::Range;

use crate::families::{self, Finder};
use crate::fixed_table::Table;

/// Bits of a filter: so many that a few hundred literals leave it nearly empty.
const FILTER_BITS: usize = 1 << 16;

/// The literals of some families.
pub(crate) struct Literals {
    any_case: bool,
    /// Those that begin with the same two bytes are next to each other.
    sorted: Vec<Literal>,
    /// Where those that begin with two bytes are in `sorted`, by these bytes.
    rows: Table<u64, Range<usize>>,
    /// The first two bytes of all literals.
    two: Filter,
    /// The first three bytes of those that have three, and every third byte behind the others.
    three: Filter,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal {
    pub(crate) text: &'static str,
    /// The place of its family in [`families::all`].
    pub(crate) family: usize,
    /// It stands for its capitals as well.
    any_case: bool,
}

impl Literals {
    /// Those of the families that are found in these ways; in any case, or as they are written.
    pub(crate) fn of(finders: &[Finder], any_case: bool) -> Self {
        let mut sorted: Vec<_> = families::all()
            .enumerate()
            .filter(|(_, family)| finders.contains(&family.finder))
            .flat_map(|(number, family)| {
                let literals = family.literals.iter();
                literals.map(move |text| Literal {
                    text,
                    family: number,
                    any_case,
                })
            })
            .collect();
        sorted.sort_by_key(Literal::first_two);
        let (mut two, mut three) = (Filter::new(), Filter::new());
        for literal in &sorted {
            let [first, second] = literal.first_two();
            two.add(hash_two(first, second));
            let third = literal
                .text
                .as_bytes()
                .get(2)
                .map(|byte| literal.byte(*byte));
            for byte in third.map_or(0..=u8::MAX, |byte| byte..=byte) {
                three.add(hash_three(first, second, byte));
            }
        }
        let rows = rows(&sorted);
        Self {
            any_case,
            sorted,
            rows,
            two,
            three,
        }
    }

    /// All literals.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'static str> {
        self.sorted.iter().map(|literal| literal.text)
    }

    /// The places of a range at which a literal may stand.
    pub(crate) fn places<'a>(
        &'a self,
        text: &'a [u8],
        range: Range<usize>,
    ) -> impl Iterator<Item = usize> + 'a {
        let start = range.start;
        let part = text.get(start..).unwrap_or_default();
        let bytes = part.windows(3).take(range.len()).enumerate();
        let inner = bytes.filter_map(move |(place, bytes)| match bytes {
            [first, second, third] => self
                .may_be(*first, *second, *third)
                .then_some(start + place),
            _ => None,
        });
        // A literal of two bytes may end with the text.
        let last = text
            .len()
            .checked_sub(2)
            .filter(|last| range.contains(last));
        inner.chain(last)
    }

    fn may_be(&self, first: u8, second: u8, third: u8) -> bool {
        let (first, second) = (self.byte(first), self.byte(second));
        // Both are asked: which of them says no cannot be foreseen, and a wrong guess takes longer than a look-up.
        self.two.has(hash_two(first, second))
            & self.three.has(hash_three(first, second, self.byte(third)))
    }

    fn byte(&self, byte: u8) -> u8 {
        if self.any_case {
            byte.to_ascii_lowercase()
        } else {
            byte
        }
    }

    /// The literals that stand at the beginning of a text.
    pub(crate) fn at<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Literal> + 'a {
        let row = match text {
            [first, second, ..] => {
                let key = hash_two(self.byte(*first), self.byte(*second));
                self.rows.get(key.into())
            }
            _ => None,
        };
        let row = row.and_then(|row| self.sorted.get(row.clone()));
        let row = row.unwrap_or_default().iter();
        row.filter(move |literal| literal.begins(text)).copied()
    }
}

/// The rows of literals that begin with the same two bytes, by these.
fn rows(sorted: &[Literal]) -> Table<u64, Range<usize>> {
    let mut start = 0;
    let rows = sorted.chunk_by(|one, other| one.first_two() == other.first_two());
    Table::of(rows.filter_map(|row| {
        let [first, second] = row.first()?.first_two();
        let place = start..start + row.len();
        start = place.end;
        Some((hash_two(first, second).into(), place))
    }))
}

impl Literal {
    fn first_two(&self) -> [u8; 2] {
        match self.text.as_bytes() {
            [first, second, ..] => [self.byte(*first), self.byte(*second)],
            _ => [0; 2],
        }
    }

    fn byte(&self, byte: u8) -> u8 {
        if self.any_case {
            byte.to_ascii_lowercase()
        } else {
            byte
        }
    }

    fn begins(&self, text: &[u8]) -> bool {
        let literal = self.text.as_bytes();
        let front = text.get(..literal.len());
        front.is_some_and(|front| {
            front == literal || self.any_case && front.eq_ignore_ascii_case(literal)
        })
    }
}

/// A set of numbers that may say yes by mistake.
struct Filter(Vec<u64>);

impl Filter {
    fn new() -> Self {
        Self(vec![0; FILTER_BITS / 64])
    }

    fn add(&mut self, number: u16) {
        if let Some(word) = self.0.get_mut(usize::from(number >> 6)) {
            *word |= 1 << (number & 63);
        }
    }

    fn has(&self, number: u16) -> bool {
        let word = self.0.get(usize::from(number >> 6));
        word.is_some_and(|word| word >> (number & 63) & 1 == 1)
    }
}

const fn hash_two(first: u8, second: u8) -> u16 {
    u16::from_le_bytes([first, second])
}

const fn hash_three(first: u8, second: u8, third: u8) -> u16 {
    let number = u32::from_le_bytes([first, second, third, 0]);
    let [_, _, low, high] = number.wrapping_mul(0x9E37_79B1).to_le_bytes();
    u16::from_le_bytes([low, high])
}
