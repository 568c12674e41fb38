//! Rows of text, one below the other.

use ratatui::text::Line;

use super::wrap::{columns, wrap};
use super::{Ink, Tone};

/// How many lines of what an agent wrote are shown as lines; the rest stands in one with its line breaks as escapes. More
/// than a Dockerfile can have.
const MAX_LINES: usize = 70_000;

/// Rows of text, as wide as the window.
#[derive(Debug)]
pub(super) struct Sheet {
    ink: Ink,
    width: usize,
    rows: Vec<Line<'static>>,
}

impl Sheet {
    /// An empty one.
    pub(super) fn new(ink: Ink, width: u16) -> Self {
        Self {
            ink,
            width: usize::from(width),
            rows: Vec::new(),
        }
    }

    /// The rows.
    pub(super) fn rows(self) -> Vec<Line<'static>> {
        self.rows
    }

    /// An empty row.
    pub(super) fn blank(&mut self) {
        self.rows.push(Line::default());
    }

    /// A text.
    pub(super) fn say(&mut self, tone: Tone, text: &str) {
        self.pieces("", &[(tone, text)]);
    }

    /// A label, and a text behind it, which is not mixed with it on further rows.
    pub(super) fn labelled(&mut self, label: &str, pieces: &[(Tone, &str)]) {
        self.pieces(&format!("{label:<12}"), pieces);
    }

    /// A point of a list.
    pub(super) fn point(&mut self, mark: &str, tone: Tone, text: &str) {
        self.pieces(mark, &[(tone, text)]);
    }

    /// What an agent wrote, behind a margin, so that no line of it looks like one of ours.
    pub(super) fn quote(&mut self, text: &str) {
        let margin = self.ink.either("  │ ", "  | ");
        for line in text.splitn(MAX_LINES, '\n') {
            let rows = wrap(self.ink, &[(Tone::Agent, line)], self.room(margin));
            for mut row in rows {
                row.spans.insert(0, self.ink.span(Tone::Faint, margin));
                self.rows.push(row);
            }
        }
    }

    /// Pieces of text behind something; further rows begin below the first piece.
    fn pieces(&mut self, before: &str, pieces: &[(Tone, &str)]) {
        let indent = " ".repeat(columns(before));
        let rows = wrap(self.ink, pieces, self.room(before));
        for (number, mut row) in rows.into_iter().enumerate() {
            let before = if number == 0 { before } else { &indent };
            row.spans.insert(0, self.ink.span(Tone::Plain, before));
            self.rows.push(row);
        }
    }

    fn room(&self, before: &str) -> usize {
        self.width.saturating_sub(columns(before))
    }
}
