//! Long text on several rows.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Ink, Tone};

/// How far back a space is looked for to break at; a longer word is broken anywhere.
const LONGEST_WORD: usize = 24;

/// How many columns a text takes that is shown as it is.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// One sign, how many columns it takes, and what it is.
type Sign = (char, usize, Tone);

/// Breaks pieces of text into rows of at most so many columns. Nothing is left out, spaces neither.
pub(super) fn wrap(ink: Ink, pieces: &[(Tone, &str)], width: usize) -> Vec<Line<'static>> {
    let signs: Vec<Sign> = pieces
        .iter()
        .flat_map(|(tone, text)| {
            let shown: Vec<char> = ink.shown(text).chars().collect();
            let tone = *tone;
            shown
                .into_iter()
                .map(move |sign| (sign, sign.width().unwrap_or_default(), tone))
        })
        .collect();
    // A wide sign has to fit.
    let width = width.max(2);
    let mut rows = Vec::new();
    let mut rest = signs.as_slice();
    while !rest.is_empty() {
        let (row, left) = rest.split_at(row_length(rest, width));
        rows.push(line(ink, row));
        rest = left;
    }
    if rows.is_empty() {
        rows.push(Line::default());
    }
    rows
}

/// How many signs stand on the next row.
fn row_length(signs: &[Sign], width: usize) -> usize {
    let mut used = 0;
    let fitting = signs.iter().take_while(|(_, columns, _)| {
        used += columns;
        used <= width
    });
    let fits = fitting.count().max(1);
    if fits >= signs.len() {
        return signs.len();
    }
    let (row, _) = signs.split_at(fits);
    // The space stays at the end of its row.
    let space = row.iter().rposition(|(sign, ..)| *sign == ' ');
    space
        .map(|place| place + 1)
        .filter(|place| fits - place <= LONGEST_WORD)
        .unwrap_or(fits)
}

/// Signs as spans, one for each tone in a row.
fn line(ink: Ink, signs: &[Sign]) -> Line<'static> {
    let spans = signs
        .chunk_by(|left, right| left.2 == right.2)
        .map(|same| -> Span<'static> {
            let text: String = same.iter().map(|(sign, ..)| *sign).collect();
            let tone = same.first().map_or(Tone::Plain, |(_, _, tone)| *tone);
            ink.span(tone, &text)
        });
    Line::from(spans.collect::<Vec<_>>())
}

/// Which end of a text counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Its beginning.
    Start,
    /// Its end, as of a host.
    End,
}

/// A text in exactly so many columns: filled up with spaces, or cut with a mark.
pub(super) fn fit(ink: Ink, text: &str, width: usize, keep: Keep) -> String {
    let shown = ink.shown(text);
    let used = columns(&shown);
    if used <= width {
        return shown + &" ".repeat(width - used);
    }
    let room = width.saturating_sub(columns(ink.dots()));
    let mut used = 0;
    let mut fits = |sign: &char| {
        used += sign.width().unwrap_or_default();
        used <= room
    };
    let (cut, used) = match keep {
        Keep::Start => {
            let kept: String = shown.chars().take_while(&mut fits).collect();
            let used = columns(&kept) + columns(ink.dots());
            (kept + ink.dots(), used)
        }
        Keep::End => {
            let kept: Vec<char> = shown.chars().rev().take_while(&mut fits).collect();
            let kept: String = kept.into_iter().rev().collect();
            let used = columns(&kept) + columns(ink.dots());
            (format!("{}{kept}", ink.dots()), used)
        }
    };
    cut + &" ".repeat(width.saturating_sub(used))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Charset, Colour};
    use super::*;

    const INK: Ink = Ink {
        colour: Colour::Unwanted,
        charset: Charset::Unicode,
    };

    fn rows(text: &str, width: usize) -> Vec<String> {
        let rows = wrap(INK, &[(Tone::Plain, text)], width);
        rows.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_break_at_spaces() {
        assert_eq!(rows("one two three", 8), ["one two ", "three"]);
        assert_eq!(rows("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(rows("漢字漢字", 5), ["漢字", "漢字"]);
        assert_eq!(rows("", 5), [""]);
    }

    #[test]
    fn what_does_not_fit_is_marked() {
        assert_eq!(fit(INK, "abc", 5, Keep::Start), "abc  ");
        assert_eq!(fit(INK, "abcdef", 5, Keep::Start), "abcd…");
        assert_eq!(fit(INK, "abcdef", 5, Keep::End), "…cdef");
        assert_eq!(fit(INK, "漢字漢字", 6, Keep::Start), "漢字… ");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_sticks_out(text in ".{0,200}", width in 2_usize..40) {
            let rows = rows(&text, width);
            prop_assert_eq!(rows.concat(), INK.shown(&text));
            for row in rows {
                prop_assert!(columns(&row) <= width);
            }
            for keep in [Keep::Start, Keep::End] {
                prop_assert_eq!(columns(&fit(INK, &text, width, keep)), width);
            }
        }
    }
}
