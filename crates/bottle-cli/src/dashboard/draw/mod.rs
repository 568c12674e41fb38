//! The screen, drawn from the model alone.

mod card;
mod confirm;
mod footer;
mod grants;
mod help;
mod host;
mod ink;
mod lists;
mod log_row;
mod overview;
mod sheet;
mod window;
mod wrap;

#[cfg(test)]
mod pictures;
#[cfg(test)]
mod properties;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

pub(crate) use self::ink::{Charset, Colour, Ink, Tone};
use self::sheet::Sheet;
use super::model::{Model, Page, SMALLEST};

/// Draws the screen. Answers how far what is scrolled can be.
pub(crate) fn draw(model: &Model, ink: Ink, frame: &mut Frame<'_>) -> usize {
    let area = frame.area();
    let (columns, rows) = SMALLEST;
    // The window may be another one than the model knows of yet.
    if model.is_too_small() || area.width < columns || area.height < rows {
        too_small(ink, frame, area);
        return 0;
    }
    let body = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(3),
        ..area
    };
    put(frame, area, &[footer::head(model, ink)]);
    let furthest = match &model.help {
        Some(scroll) => scrolled(ink, frame, body, (help::rows(ink, body.width), scroll.0)),
        None => page(model, ink, frame, body),
    };
    let foot = Rect {
        y: area.y + area.height.saturating_sub(2),
        height: 2,
        ..area
    };
    let status = footer::status(model, ink, area.width);
    put(frame, foot, &[status, footer::keys(model, ink, area.width)]);
    if let Some(column) = footer::cursor(model, ink, area.width) {
        frame.set_cursor_position(Position::new(column, foot.y));
    }
    furthest
}

fn page(model: &Model, ink: Ink, frame: &mut Frame<'_>, body: Rect) -> usize {
    match &model.page {
        Page::Overview => {
            overview::draw(model, ink, frame, body);
            0
        }
        Page::Card(card) => {
            let rows = card::rows(card, ink, body.width);
            scrolled(ink, frame, body, (rows, card.scroll.0))
        }
        Page::Grants(page) => {
            grants::draw(page, ink, frame, body);
            0
        }
        Page::Row(row, scroll) => {
            let rows = log_row::rows(row, ink, body.width);
            scrolled(ink, frame, body, (rows, scroll.0))
        }
        Page::Stop(identity, _) => {
            let mut sheet = Sheet::new(ink, body.width);
            sheet.blank();
            sheet.say(Tone::Strong, &format!("End {identity}?"));
            sheet.blank();
            sheet.say(Tone::Plain, "Its session ends. Its folder is kept, and `bottle resume` goes on with it. What was granted to it ends, too.");
            put(frame, body, &sheet.rows());
            0
        }
    }
}

/// Rows of which the window may hold a part.
fn scrolled(
    ink: Ink,
    frame: &mut Frame<'_>,
    area: Rect,
    (rows, first): (Vec<Line<'static>>, usize),
) -> usize {
    let size = (rows.len(), first, usize::from(area.height));
    let row = |number: usize| rows.get(number).cloned().unwrap_or_default();
    let (seen, furthest) = window::window(ink, size, row);
    put(frame, area, &seen);
    furthest
}

/// Writes rows from the top of an area on; what does not fit into it is left out.
fn put(frame: &mut Frame<'_>, area: Rect, rows: &[Line<'static>]) {
    let buffer = frame.buffer_mut();
    for (y, row) in (area.y..area.y.saturating_add(area.height)).zip(rows) {
        buffer.set_line(area.x, y, row, area.width);
    }
}

fn too_small(ink: Ink, frame: &mut Frame<'_>, area: Rect) {
    let (columns, rows) = SMALLEST;
    let mut sheet = Sheet::new(ink, area.width);
    let (width, height) = (area.width, area.height);
    sheet.say(
        Tone::Strong,
        &format!("The window is too small: {width}x{height}."),
    );
    sheet.say(
        Tone::Plain,
        &format!("bottle needs {columns}x{rows} to show what is decided. q quits."),
    );
    put(frame, area, &sheet.rows());
}
