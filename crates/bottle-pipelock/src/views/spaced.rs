//! Texts with something between every few characters: `g-h-p-_`, `41:4b:49`, `0x41, 0x4b`.
//!
//! Whatever is the same after every period is not part of the text, unless it is a letter or a digit.

use std::ops::Range;

use crate::eight::Eight;

/// So many units a text has that was pulled apart: as many characters as the shortest token, if each stands alone.
const MIN_UNITS: usize = 12;
/// The longest unit with what stands behind it: `0x41, ` has six bytes.
const MAX_PERIOD: usize = Eight::LENGTH;
/// Every text of [`MIN_UNITS`] units has one of the places in it that are looked at, with four units behind it.
const STEP: usize = 2 * MIN_UNITS - MAX_PERIOD;

/// Tells all such texts, pulled together, with their place.
pub(crate) fn each<B>(
    text: &[u8],
    found: &mut dyn FnMut(Range<usize>, Vec<u8>) -> std::ops::ControlFlow<B>,
) -> std::ops::ControlFlow<B> {
    let (mut at, mut done) = (0, 0);
    while at < text.len() {
        let Some(row) = Row::around(text, at, done) else {
            at += STEP;
            continue;
        };
        let place = row.place(text.len());
        if let Some(joined) = row.joined(text) {
            found(place.clone(), joined)?;
        }
        done = place.end;
        at = (at + STEP).max(done);
    }
    std::ops::ControlFlow::Continue(())
}

/// The same mark after every period.
struct Row {
    first: usize,
    last: usize,
    period: usize,
}

impl Row {
    /// The row that goes through this place, from `done` on.
    fn around(text: &[u8], at: usize, done: usize) -> Option<Self> {
        let Unit {
            front,
            marks,
            period,
        } = Unit::near(text, at)?;
        let mark = at + front;
        let byte = *text.get(mark)?;
        let is_mark = |place: usize| text.get(place) == Some(&byte);
        let is_row = (1..=3).all(|unit| is_mark(mark + unit * period))
            && text.get(mark..mark + marks) == text.get(mark + period..mark + period + marks);
        is_row.then_some(())?;
        let (mut first, mut last) = (mark, mark + 3 * period);
        while first >= done + period && is_mark(first - period) {
            first -= period;
        }
        while is_mark(last + period) {
            last += period;
        }
        Some(Self {
            first,
            last,
            period,
        })
    }

    /// Where the row is, with what stands in front of its first mark and behind its last one.
    fn place(&self, length: usize) -> Range<usize> {
        let start = self.first.saturating_sub(self.period - 1);
        start..(self.last + self.period).min(length)
    }

    /// What stands between the marks.
    fn joined(&self, text: &[u8]) -> Option<Vec<u8>> {
        let units = (self.last - self.first) / self.period;
        if units < MIN_UNITS {
            return None;
        }
        let between = text.get(self.first..self.last)?;
        let is_content = self.content(between)?;
        let place = self.place(text.len());
        // The place of the first byte in its unit.
        let shift = (self.period - (self.first - place.start)) % self.period;
        let bytes = text.get(place)?.iter().enumerate();
        let content = bytes.filter(|(at, _)| {
            let column = (at + shift) % self.period;
            is_content.get(column).copied().unwrap_or_default()
        });
        Some(content.map(|(_, byte)| *byte).collect())
    }

    /// Which columns are part of the text; `None` when nothing changes from unit to unit.
    fn content(&self, between: &[u8]) -> Option<Vec<bool>> {
        let unit = between.get(..self.period)?;
        let changes: Vec<bool> = (0..self.period)
            .map(|column| {
                let mut units = between.chunks_exact(self.period);
                units.any(|other| other.get(column) != unit.get(column))
            })
            .collect();
        changes.contains(&true).then_some(())?;
        let is_prefix = |column: usize| matches!(unit.get(column..column + 2), Some(b"0x" | b"0X"));
        let content = changes.iter().zip(unit).enumerate();
        let content = content.map(|(column, (changes, byte))| {
            let is_prefix = is_prefix(column) || column.checked_sub(1).is_some_and(is_prefix);
            *changes || (byte.is_ascii_alphanumeric() && !is_prefix)
        });
        Some(content.collect())
    }
}

/// What may be a unit of a text that was pulled apart.
struct Unit {
    /// How many letters and digits stand in front of its marks.
    front: usize,
    /// How many marks there are.
    marks: usize,
    /// How many bytes its marks and the letters and digits behind them have.
    period: usize,
}

impl Unit {
    /// The first unit that begins with a mark, if it is near and not too long.
    fn near(text: &[u8], at: usize) -> Option<Self> {
        let content = |at| Eight::at(text, at).alphanumeric().bits();
        let content = content(at) | content(at + Eight::LENGTH) << Eight::LENGTH;
        let front = content.trailing_ones();
        let marks = (content >> front).trailing_zeros();
        // Behind the bits there are zeros, so there is an end.
        let behind = content.checked_shr(front + marks)?.trailing_ones();
        let length = |bits| usize::try_from(bits).ok();
        let unit = Self {
            front: length(front)?,
            marks: length(marks)?,
            period: length(marks + behind)?,
        };
        (unit.front < Eight::LENGTH && unit.period <= MAX_PERIOD).then_some(unit)
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;

    fn joined(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let _ = each::<()>(text.as_bytes(), &mut |place, joined| {
            assert!(text.get(place).is_some());
            all.push(String::from_utf8(joined).unwrap());
            ControlFlow::Continue(())
        });
        all
    }

    fn pulled_apart(text: &str, length: usize, front: &str, between: &str) -> String {
        let units = text.as_bytes().chunks(length);
        let units: Vec<_> = units
            .map(|unit| format!("{front}{}", String::from_utf8_lossy(unit)))
            .collect();
        units.join(between)
    }

    #[test]
    fn every_way_of_pulling_apart() {
        let text = "6768705f7137526b3256645873395466";
        for (length, front, between) in [
            (1, "", "-"),
            (1, "", " "),
            (1, "", ". "),
            (1, "'", "', "),
            (2, "", ":"),
            (2, "", " "),
            (2, "0x", ","),
            (2, "0x", ", "),
        ] {
            let apart = pulled_apart(text, length, front, between);
            for front in ["", "x = [", "some words in front of it all: "] {
                for back in ["", "]; and more behind"] {
                    let text_apart = format!("{front}{apart}{back}");
                    let all = joined(&text_apart);
                    assert!(
                        all.iter().any(|each| each.contains(&text[2..30])),
                        "{text_apart} {all:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn ordinary_texts_are_not_pulled_apart() {
        for text in [
            "",
            "the cat sat on the mat and so did the dog with the fox",
            "                                                      ",
            "------------------------------------------------------",
            "123e4567-e89b-12d3-a456-426614174000",
            "192.168.100.200:8080",
        ] {
            assert!(joined(text).is_empty(), "{text}");
        }
    }
}
