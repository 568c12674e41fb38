//! One decision, whole.

use ratatui::text::Line;

use super::sheet::Sheet;
use super::{Ink, Tone};
use crate::dashboard::view::LogRow;

/// All rows of the page.
pub(super) fn rows(row: &LogRow, ink: Ink, width: u16) -> Vec<Line<'static>> {
    let mut sheet = Sheet::new(ink, width);
    let code = row.code.as_deref().unwrap_or("none");
    let identity = row.identity.to_string();
    for (label, text) in [
        ("bottle", identity.as_str()),
        ("decided by", row.service),
        ("at", &row.time),
        ("verdict", row.verdict.word()),
        ("code", code),
    ] {
        sheet.labelled(label, &[(Tone::Plain, text)]);
    }
    sheet.labelled("asked", &[(Tone::Agent, &row.what)]);
    if let Some(code) = &row.code {
        sheet.blank();
        sheet.say(
            Tone::Plain,
            &format!("`bottle explain-error {code}` tells more."),
        );
    }
    sheet.blank();
    sheet.say(Tone::Plain, "The whole line:");
    sheet.quote(&row.line);
    sheet.rows()
}
