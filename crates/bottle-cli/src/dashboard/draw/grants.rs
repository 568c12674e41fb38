//! What was granted to a bottle.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lists::{list, mark};
use super::sheet::Sheet;
use super::wrap::{Keep, columns, fit};
use super::{Ink, Tone, host, put};
use crate::dashboard::model::GrantsPage;
use crate::dashboard::view::GrantRow;

/// Rows above the list.
const HEAD: u16 = 2;

/// Draws it.
pub(super) fn draw(page: &GrantsPage, ink: Ink, frame: &mut Frame<'_>, body: Rect) {
    let mut sheet = Sheet::new(ink, body.width);
    sheet.say(Tone::Strong, &format!("Granted to {}", page.identity));
    match &page.rows {
        None => sheet.say(Tone::Faint, "looking it up"),
        Some(Err(why)) => sheet.point("! ", Tone::Warn, why),
        Some(Ok(rows)) if rows.is_empty() => {
            sheet.say(Tone::Faint, "nothing: what its manifest allows is all");
        }
        Some(Ok(rows)) => {
            let asked = page.asked.as_ref();
            let asked = asked.and_then(|id| rows.iter().find(|row| row.id == *id));
            if let Some(row) = asked {
                question(&mut sheet, row);
            } else {
                all(page, ink, frame, (below(body), rows));
            }
        }
    }
    put(frame, body, &sheet.rows());
}

fn below(body: Rect) -> Rect {
    Rect {
        y: body.y + HEAD,
        height: body.height.saturating_sub(HEAD),
        ..body
    }
}

fn question(sheet: &mut Sheet, row: &GrantRow) {
    sheet.blank();
    sheet.labelled("Host", &host::pieces(&row.host));
    sheet.labelled("Allowed", &[(Tone::Plain, &row.what)]);
    sheet.labelled("Holds", &[(Tone::Plain, &row.lease)]);
    sheet.blank();
    sheet.say(
        Tone::Strong,
        "Take it back? Connections that it alone allows are closed. y or n",
    );
}

fn all(page: &GrantsPage, ink: Ink, frame: &mut Frame<'_>, (area, rows): (Rect, &[GrantRow])) {
    let place = page.pick.place(&page.ids());
    let row = |number: usize| {
        let row = rows.get(number);
        row.map_or_else(Line::default, |row| {
            grant(ink, area.width, (row, place == Some(number)))
        })
    };
    let size = (rows.len(), place.unwrap_or_default());
    list(ink, frame, area, size, row);
}

fn grant(ink: Ink, width: u16, (row, is_meant): (&GrantRow, bool)) -> Line<'static> {
    let tone = if is_meant { Tone::Chosen } else { Tone::Plain };
    let width = usize::from(width);
    let front = format!("{}{}  ", mark(is_meant), row.id);
    let end = ink.shown(&format!("  {}", row.lease));
    let end = fit(ink, &end, columns(&end).min(width / 3), Keep::Start);
    let room = width.saturating_sub(columns(&front) + columns(&end));
    let (host, what) = (room * 2 / 3, room - room * 2 / 3);
    Line::from(vec![
        ink.span(tone, &front),
        ink.span(tone, &fit(ink, &row.host, host, Keep::End)),
        ink.span(
            tone,
            &fit(ink, &format!(" {}", row.what), what, Keep::Start),
        ),
        ink.span(tone, &end),
    ])
}
