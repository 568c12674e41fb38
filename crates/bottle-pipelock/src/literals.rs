//! What tokens begin with, looked up at a place.

use std::ops::{ControlFlow, Range};

use crate::eight::Eight;
use crate::families::{self, Finder};
use crate::fixed_table::Table;

/// Bits of a filter: so many that a few hundred literals leave it nearly empty.
const FILTER_BITS: usize = 1 << 16;

/// How many of eight bytes have two others behind them.
const PLACES: usize = Eight::LENGTH - 2;

/// The literals of some families.
pub(crate) struct Literals {
    any_case: bool,
    /// Those that begin with the same two bytes are next to each other.
    sorted: Vec<Literal>,
    /// Where those that begin with two bytes are in `sorted`, by these bytes.
    rows: Table<u64, Range<usize>>,
    /// The first two bytes of all literals; in any case, where it does not count.
    two: Filter,
    /// The first three bytes of those that have three, and every third byte behind the others; in any case, where it does
    /// not count.
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
            literal.each_three(&mut |[first, second, third]| {
                two.add(hash_two(first, second));
                three.add(hash_three(first, second, third));
            });
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

    /// Tells the places of a range at which a literal may stand, and a few others.
    pub(crate) fn each_place(
        &self,
        text: &[u8],
        range: Range<usize>,
        found: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut at = range.start;
        while at < range.end {
            let mut places = self.places(Eight::at(text, at).number());
            while places != 0 {
                let place = at + usize::try_from(places.trailing_zeros()).unwrap_or_default();
                places &= places - 1;
                let is_one = self.two.has(two_at(text, place));
                if is_one && place < range.end {
                    found(place)?;
                }
            }
            at += PLACES;
        }
        ControlFlow::Continue(())
    }

    /// At which of the first places of eight bytes a literal may stand, as bits. All places are asked: at which one there
    /// is none cannot be foreseen, and a wrong guess takes longer than a look-up.
    fn places(&self, eight: u64) -> u32 {
        (0..PLACES).fold(0, |places, place| {
            let [first, second, third, ..] = (eight >> (8 * place)).to_le_bytes();
            let may_be = self.three.has(hash_three(first, second, third));
            places | u32::from(may_be) << place
        })
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

    /// Tells with which three bytes a text may begin in which this literal stands.
    fn each_three(&self, told: &mut dyn FnMut([u8; 3])) {
        let both = |byte: u8| {
            let other = if self.any_case { byte ^ 0x20 } else { byte };
            let is_letter = byte.is_ascii_alphabetic();
            [byte, if is_letter { other } else { byte }]
        };
        let [first, second] = self.first_two();
        let third = self.text.as_bytes().get(2).copied();
        let thirds = third.map_or(0..=u8::MAX, |third| third..=third);
        for third in thirds.flat_map(both) {
            for first in both(first) {
                for second in both(second) {
                    told([first, second, third]);
                }
            }
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

/// The two bytes at a place, as they are in a filter.
fn two_at(text: &[u8], place: usize) -> u16 {
    let two = text.get(place..).and_then(<[u8]>::first_chunk);
    two.map_or(0, |[first, second]| hash_two(*first, *second))
}

const fn hash_two(first: u8, second: u8) -> u16 {
    u16::from_le_bytes([first, second])
}

const fn hash_three(first: u8, second: u8, third: u8) -> u16 {
    let number = u32::from_le_bytes([first, second, third, 0]);
    let [_, _, low, high] = number.wrapping_mul(0x9E37_79B1).to_le_bytes();
    u16::from_le_bytes([low, high])
}
