//! Lists of rows with one that is meant.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::window::{first_for, window};
use super::wrap::columns;
use super::{Ink, Tone, put};

/// The rule above a part of the screen, with its name.
pub(super) fn rule(ink: Ink, name: &str, width: u16, is_meant: bool) -> Line<'static> {
    let dash = ink.either("─", "-");
    let name = ink.shown(name);
    let rest = usize::from(width).saturating_sub(columns(&name) + 4);
    let tone = if is_meant { Tone::Strong } else { Tone::Faint };
    let mark = if is_meant { ">" } else { dash };
    Line::from(vec![
        ink.span(Tone::Faint, dash),
        ink.span(tone, mark),
        ink.span(tone, &format!(" {name} ")),
        ink.span(Tone::Faint, &dash.repeat(rest)),
    ])
}

/// The mark in front of a row.
pub(super) const fn mark(is_meant: bool) -> &'static str {
    if is_meant { "> " } else { "  " }
}

/// So many rows below a rule, so that the one in `place` is seen.
pub(super) fn list(
    ink: Ink,
    frame: &mut Frame<'_>,
    area: Rect,
    (rows, place): (usize, usize),
    row: impl Fn(usize) -> Line<'static>,
) {
    let height = usize::from(area.height);
    let first = first_for(place, rows, height);
    let (seen, _) = window(ink, (rows, first, height), row);
    put(frame, area, &seen);
}
