//! All rows, by the classes of the words with which they begin.
//!
//! There are more than a hundred, and most words begin none or few of them: asking each row takes longer than all else.

use std::sync::LazyLock;

use super::class::Classes;
use super::row::{Row, Rule};
use super::rules;

/// The index. Where it has no room for a row, which a test rules out, that row would not be looked for.
pub(super) static INDEX: LazyLock<Index> = LazyLock::new(Index::build);

/// Parts of a set of rows.
const PARTS: usize = 2;
/// Rows in one part.
const PART: usize = 128;

/// All rows.
pub(super) struct Index {
    rows: Vec<(&'static Rule, &'static Row)>,
    /// For each class the rows that may begin with a word of it.
    beginning: Vec<Rows>,
}

/// A set of rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rows([u128; PARTS]);

impl Index {
    fn build() -> Self {
        let rows: Vec<_> = rules::all()
            .flat_map(|rule| rule.rows.iter().map(move |row| (rule, row)))
            .collect();
        let begins = |bit: u32| {
            let class: Classes = 1 << bit;
            let rows = rows.iter().enumerate();
            let rows = rows.filter(|(_, (_, row))| first(row) & class != 0);
            rows.map(|(place, _)| place).collect()
        };
        let beginning = (0..Classes::BITS).map(begins).collect();
        Self { rows, beginning }
    }

    /// The rows of which each step can be taken by a word of one of these classes, and with which words they begin.
    pub(super) fn possible(
        &self,
        met: Classes,
        is_looked_for: impl Fn(&Rule) -> bool,
    ) -> (Rows, Classes) {
        let rows = self.rows.iter().enumerate();
        let rows = rows.filter(|(_, (rule, row))| {
            row.steps.iter().all(|step| step.classes & met != 0) && is_looked_for(rule)
        });
        rows.fold(Default::default(), |(all, firsts), (place, (_, row))| {
            (all.with(place), firsts | first(row))
        })
    }

    /// Those of some rows that a word of these classes may begin, in their order.
    pub(super) fn begun(
        &self,
        rows: Rows,
        classes: Classes,
    ) -> impl Iterator<Item = (&'static Rule, &'static Row)> {
        let begun = bits(classes).filter_map(|class| self.beginning.get(class));
        let begun = begun.fold(Rows::default(), |all, more| all.or(*more));
        rows.and(begun)
            .places()
            .filter_map(|place| self.rows.get(place).copied())
    }
}

impl Rows {
    fn with(mut self, row: usize) -> Self {
        if let Some(part) = self.0.get_mut(row / PART) {
            *part |= 1 << (row % PART);
        }
        self
    }

    fn or(mut self, other: Self) -> Self {
        for (part, other) in self.0.iter_mut().zip(other.0) {
            *part |= other;
        }
        self
    }

    fn and(mut self, other: Self) -> Self {
        for (part, other) in self.0.iter_mut().zip(other.0) {
            *part &= other;
        }
        self
    }

    fn places(self) -> impl Iterator<Item = usize> {
        let parts = self.0.into_iter().enumerate();
        parts.flat_map(|(part, rows)| bits(rows).map(move |row| part * PART + row))
    }
}

impl FromIterator<usize> for Rows {
    fn from_iter<T: IntoIterator<Item = usize>>(rows: T) -> Self {
        rows.into_iter().fold(Self::default(), Self::with)
    }
}

/// The classes of the word with which a row begins.
fn first(row: &Row) -> Classes {
    row.steps.first().map_or(0, |step| step.classes)
}

/// The places of the bits that are set, the lowest first.
fn bits(mut set: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = set.trailing_zeros();
        set &= set.checked_sub(1)?;
        usize::try_from(lowest).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_every_row() {
        assert!(INDEX.rows.len() <= PARTS * PART);
        let (all, firsts) = INDEX.possible(!0, |_| true);
        assert_eq!(all.places().count(), INDEX.rows.len());
        for class in bits(firsts) {
            let class: Classes = 1 << class;
            let begun = INDEX.begun(all, class).map(|(_, row)| row);
            let expected = INDEX.rows.iter().filter(|(_, row)| first(row) & class != 0);
            assert!(
                begun
                    .map(std::ptr::from_ref)
                    .eq(expected.map(|(_, row)| std::ptr::from_ref(*row)))
            );
        }
    }
}
