//! Everything, a little of each: what waits, what bottles there are, what was decided.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lists::{list, mark, rule};
use super::wrap::{Keep, columns, fit};
use super::{Ink, Tone, put};
use crate::dashboard::model::{Model, Pane, identities};
use crate::dashboard::view::{BottleRow, LogRow, ProposalRow, Verdict};

/// The fewest rows of a part, with its rule.
const FEWEST: u16 = 4;
/// How many columns of a row a bottle's name takes; longer ones are cut.
const NAME: usize = 16;

/// Draws it.
pub(super) fn draw(model: &Model, ink: Ink, frame: &mut Frame<'_>, body: Rect) {
    let third = (body.height / 3).max(FEWEST);
    let rows = |count: usize| u16::try_from(count.max(2)).unwrap_or(u16::MAX);
    let waiting = third
        .min(rows(model.proposals.rows.len()).saturating_add(1))
        .max(FEWEST);
    let bottles = third
        .min(rows(model.survey.bottles.len()).saturating_add(1))
        .max(FEWEST);
    let log = body.height.saturating_sub(waiting + bottles);
    let mut y = body.y;
    let mut part = |height: u16| {
        let area = Rect { y, height, ..body };
        y = y.saturating_add(height);
        area
    };
    let (first, second, third) = (part(waiting), part(bottles), part(log));
    draw_waiting(model, ink, frame, first);
    draw_bottles(model, ink, frame, second);
    draw_log(model, ink, frame, third);
}

fn below_rule(area: Rect) -> Rect {
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

fn nothing(ink: Ink, text: &str) -> Vec<Line<'static>> {
    vec![Line::from(ink.span(Tone::Faint, text))]
}

fn draw_waiting(model: &Model, ink: Ink, frame: &mut Frame<'_>, area: Rect) {
    let proposals = &model.proposals;
    let is_meant = model.pane == Pane::Waiting;
    let name = format!("waiting for you ({})", proposals.rows.len());
    put(frame, area, &[rule(ink, &name, area.width, is_meant)]);
    let place = proposals.pick.place(&proposals.keys());
    let row = |number: usize| {
        let is_chosen = is_meant && place == Some(number);
        let row = proposals.rows.get(number);
        row.map_or_else(Line::default, |row| {
            proposal(model, ink, area.width, (row, number == 0, is_chosen))
        })
    };
    let below = below_rule(area);
    if proposals.rows.is_empty() {
        put(frame, below, &nothing(ink, "  nothing waits"));
    }
    let size = (proposals.rows.len(), place.unwrap_or_default());
    list(ink, frame, below, size, row);
}

/// A proposal: the row, whether it is the newest, and whether it is meant.
fn proposal(
    model: &Model,
    ink: Ink,
    width: u16,
    (row, is_newest, is_chosen): (&ProposalRow, bool, bool),
) -> Line<'static> {
    let is_new = model.proposals.is_new(&row.key, model.clock);
    let tone = match (is_chosen, is_new, is_newest) {
        (true, ..) => Tone::Chosen,
        (false, true, _) => Tone::Warn,
        (false, false, true) => Tone::Strong,
        (false, false, false) => Tone::Plain,
    };
    let front = format!(
        "{}{:<4}{:>4} {} {:<10} ",
        mark(is_chosen),
        if is_new { "NEW" } else { "" },
        model.clock.age(row.created),
        fit(ink, &row.key.identity.to_string(), NAME, Keep::End),
        row.tool.trim_end_matches("-block"),
    );
    let room = usize::from(width).saturating_sub(columns(&front));
    let (text, keep) = row
        .host
        .as_deref()
        .map_or((row.words.as_str(), Keep::Start), |host| (host, Keep::End));
    let text = fit(ink, text, room, keep);
    Line::from(vec![ink.span(tone, &front), ink.span(tone, &text)])
}

fn draw_bottles(model: &Model, ink: Ink, frame: &mut Frame<'_>, area: Rect) {
    let is_meant = model.pane == Pane::Bottles;
    let name = format!("bottles ({})", model.survey.bottles.len());
    put(frame, area, &[rule(ink, &name, area.width, is_meant)]);
    let place = model.bottle.place(&identities(&model.survey));
    let bottles = &model.survey.bottles;
    let row = |number: usize| {
        let is_chosen = is_meant && place == Some(number);
        let row = bottles.get(number);
        row.map_or_else(Line::default, |row| {
            bottle(model, ink, area.width, (row, is_chosen))
        })
    };
    let below = below_rule(area);
    if bottles.is_empty() {
        let text = "  no bottles: `bottle start AGENT` starts one";
        put(frame, below, &nothing(ink, text));
    }
    let size = (bottles.len(), place.unwrap_or_default());
    list(ink, frame, below, size, row);
}

fn bottle(
    model: &Model,
    ink: Ink,
    width: u16,
    (row, is_chosen): (&BottleRow, bool),
) -> Line<'static> {
    let tally = model
        .traffic
        .get(&row.identity)
        .copied()
        .unwrap_or_default();
    let age = row
        .started
        .map_or_else(String::new, |at| model.clock.age(at));
    let mut text = format!(
        "{}{} {:<9} {age:>4}",
        mark(is_chosen),
        fit(ink, &row.identity.to_string(), NAME, Keep::End),
        row.state,
    );
    if row.is_live {
        let (allowed, denied) = (tally.allowed, tally.denied);
        let counts = format!("  {allowed} allowed  {denied} denied  {}", tally.size());
        text.push_str(&counts);
    }
    if let Some(agent) = &row.agent {
        text.extend(["  ", agent]);
    }
    let tone = match (is_chosen, row.is_live) {
        (true, _) => Tone::Chosen,
        (false, true) => Tone::Plain,
        (false, false) => Tone::Faint,
    };
    Line::from(ink.span(tone, &fit(ink, &text, usize::from(width), Keep::Start)))
}

fn draw_log(model: &Model, ink: Ink, frame: &mut Frame<'_>, area: Rect) {
    let log = &model.log;
    let is_meant = model.pane == Pane::Log;
    let shown = log.shown();
    let name = match (log.wanted(), log.is_held()) {
        ("", false) => "decisions, as they come".to_owned(),
        ("", true) => "decisions, held: End goes on".to_owned(),
        (wanted, _) => format!("decisions with \"{wanted}\" ({})", shown.len()),
    };
    let name = fit(
        ink,
        &name,
        usize::from(area.width).saturating_sub(6),
        Keep::Start,
    );
    put(
        frame,
        area,
        &[rule(ink, name.trim_end(), area.width, is_meant)],
    );
    let place = log.place(&shown);
    let row = |number: usize| {
        let is_chosen = is_meant && place == number;
        let row = shown.get(number);
        row.map_or_else(Line::default, |(_, row)| {
            decision(ink, area.width, (row, is_chosen))
        })
    };
    let below = below_rule(area);
    if shown.is_empty() {
        put(frame, below, &nothing(ink, "  none"));
    }
    list(ink, frame, below, (shown.len(), place), row);
}

fn decision(ink: Ink, width: u16, (row, is_chosen): (&LogRow, bool)) -> Line<'static> {
    let tone = |plain| if is_chosen { Tone::Chosen } else { plain };
    let verdict = match row.verdict {
        Verdict::Allow => Tone::Good,
        Verdict::Deny => Tone::Bad,
    };
    let front = format!(
        "{}{} {} ",
        mark(is_chosen),
        fit(ink, row.time_of_day(), 8, Keep::Start),
        fit(ink, &row.identity.to_string(), NAME, Keep::End),
    );
    let word = format!("{:<5} ", row.verdict.word());
    let code = row
        .code
        .as_ref()
        .map_or_else(String::new, |code| format!(" {code}"));
    let code = ink.shown(&code);
    let used = columns(&front) + columns(&word) + columns(&code);
    let room = usize::from(width).saturating_sub(used);
    Line::from(vec![
        ink.span(tone(Tone::Plain), &front),
        ink.span(tone(verdict), &word),
        ink.span(tone(Tone::Plain), &fit(ink, &row.what, room, Keep::Start)),
        ink.span(tone(verdict), &code),
    ])
}
