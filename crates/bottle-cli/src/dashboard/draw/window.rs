//! A part of many rows, with a mark for what is not in it.

use ratatui::text::Line;

use super::{Ink, Tone};

/// The rows that are seen of so many, from the first one on, in so much height, and how far they can be scrolled. Where more lie above or below, the
/// first or the last row says so instead of being one.
pub(super) fn window(
    ink: Ink,
    (rows, first, height): (usize, usize, usize),
    row: impl Fn(usize) -> Line<'static>,
) -> (Vec<Line<'static>>, usize) {
    let furthest = rows.saturating_sub(height);
    let first = first.min(furthest);
    let mut seen: Vec<_> = (first..rows).take(height).map(row).collect();
    let below = rows.saturating_sub(first + height);
    if below > 0
        && let Some(last) = seen.last_mut()
    {
        *last = more(ink, below + 1, "PgDn");
    }
    if first > 0
        && let Some(top) = seen.first_mut()
    {
        *top = more(ink, first + 1, "PgUp");
    }
    (seen, furthest)
}

/// The first row to be seen, so that the one in this place is, and no mark stands instead of it.
pub(super) fn first_for(place: usize, rows: usize, height: usize) -> usize {
    let middle = place.saturating_sub(height / 2);
    middle.min(rows.saturating_sub(height))
}

fn more(ink: Ink, rows: usize, key: &str) -> Line<'static> {
    let lines = if rows == 1 { "line" } else { "lines" };
    let dots = ink.dots();
    // The dots were asked for as this terminal writes them.
    Line::from(ink.span(Tone::Warn, &format!("{dots}({rows} more {lines}, {key})")))
}

#[cfg(test)]
mod tests {
    use super::super::{Charset, Colour};
    use super::*;

    fn seen(first: usize, height: usize, rows: usize) -> Vec<String> {
        let ink = Ink {
            colour: Colour::Unwanted,
            charset: Charset::Ascii,
        };
        let row = |row: usize| Line::from(row.to_string());
        let (seen, _) = window(ink, (rows, first, height), row);
        seen.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_not_seen_is_said() {
        assert_eq!(seen(0, 3, 3), ["0", "1", "2"]);
        assert_eq!(seen(0, 3, 5), ["0", "1", "...(3 more lines, PgDn)"]);
        let middle = ["...(2 more lines, PgUp)", "2", "...(2 more lines, PgDn)"];
        assert_eq!(seen(1, 3, 5), middle);
        assert_eq!(seen(9, 3, 5), ["...(3 more lines, PgUp)", "3", "4"]);
        assert_eq!(seen(0, 0, 5), [""; 0]);
    }

    #[test]
    fn the_chosen_row_is_never_a_mark() {
        for height in 3..9 {
            for rows in 0..30 {
                for place in 0..rows {
                    let first = first_for(place, rows, height);
                    let seen = seen(first, height, rows);
                    assert!(
                        seen.contains(&place.to_string()),
                        "{place} of {rows} in {height}: {seen:?}"
                    );
                }
            }
        }
    }
}
