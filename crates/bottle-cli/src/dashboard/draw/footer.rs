//! The first row and the last two: what this is, what there is to say, what can be typed.

use ratatui::text::Line;

use super::wrap::{Keep, columns, fit};
use super::{Ink, Tone};
use crate::dashboard::model::{Face, Model, OpenCard, Page, Pane, Prompt, Step};
use crate::dashboard::view::{CardView, Credential, Terms};

/// The first row.
pub(super) fn head(model: &Model, ink: Ink) -> Line<'static> {
    let live = model.survey.bottles.iter().filter(|row| row.is_live);
    let waiting = model.proposals.rows.len();
    let tone = if waiting > 0 { Tone::Warn } else { Tone::Plain };
    Line::from(vec![
        ink.span(Tone::Strong, "bottle dashboard"),
        ink.span(Tone::Plain, &format!("   {} running   ", live.count())),
        ink.span(tone, &format!("{waiting} waiting")),
    ])
}

/// What is typed, or what there is to say.
pub(super) fn status(model: &Model, ink: Ink, width: u16) -> Line<'static> {
    let width = usize::from(width);
    if let Some((label, prompt)) = typed(model) {
        let room = width.saturating_sub(label.len() + 1);
        return Line::from(vec![
            ink.span(Tone::Strong, label),
            ink.span(
                Tone::Plain,
                fit(ink, &prompt.text, room, Keep::End).trim_end(),
            ),
        ]);
    }
    let problem = model.survey.problem.as_deref();
    let problem = model.proposals.problem.as_deref().or(problem);
    match (&model.status, problem) {
        (Some(text), _) => Line::from(ink.span(Tone::Strong, &fit(ink, text, width, Keep::Start))),
        (None, Some(text)) => Line::from(ink.span(Tone::Warn, &fit(ink, text, width, Keep::Start))),
        (None, None) => Line::default(),
    }
}

/// Where the cursor is, while something is typed.
pub(super) fn cursor(model: &Model, ink: Ink, width: u16) -> Option<u16> {
    let (label, prompt) = typed(model)?;
    let used = label.len() + columns(&ink.shown(&prompt.text));
    let last = width.saturating_sub(1);
    Some(u16::try_from(used).map_or(last, |used| used.min(last)))
}

/// What is being typed, and what for.
fn typed(model: &Model) -> Option<(&'static str, &Prompt)> {
    if model.help.is_some() {
        return None;
    }
    match &model.page {
        Page::Overview => Some(("filter: ", model.log.typed.as_ref()?)),
        Page::Card(card) => match &card.step {
            Step::Reasoning(prompt) => Some(("reason: ", prompt)),
            Step::Leasing(choice) => Some(("for how long: ", choice.typed.as_ref()?)),
            _ => None,
        },
        _ => None,
    }
}

/// What can be typed. What does not fit is in the help.
pub(super) fn keys(model: &Model, ink: Ink, width: u16) -> Line<'static> {
    let keys = if model.help.is_some() {
        "any key: back".to_owned()
    } else {
        page_keys(model)
    };
    let text = fit(ink, &keys, usize::from(width), Keep::Start);
    Line::from(ink.span(Tone::Faint, &text))
}

fn page_keys(model: &Model) -> String {
    let keys = match &model.page {
        Page::Overview if model.log.typed.is_some() => "Enter: keep the filter   Esc: as before",
        Page::Overview => match model.pane {
            Pane::Waiting => "Enter open  Tab next part  / filter  ? help  q quit",
            Pane::Bottles => "t attach  l logs  g grants  s stop  Tab  / filter  ? help  q quit",
            Pane::Log => "Enter whole line  / filter  End newest  Tab  ? help  q quit",
        },
        Page::Card(card) => return card_keys(model, card),
        Page::Grants(page) if page.asked.is_some() => "y take it back   n keep it",
        Page::Grants(_) => "v take back  u look again  Esc back  ? help  q quit",
        Page::Row(..) => "PgUp PgDn scroll   Esc back   q quit",
        Page::Stop(..) => "y end it   n leave it",
    };
    keys.to_owned()
}

fn card_keys(model: &Model, card: &OpenCard) -> String {
    let keys = match (&card.step, &card.face) {
        (Step::Working(_), _) => "one moment",
        (Step::Leasing(choice), _) if choice.typed.is_some() => "Enter: go on   Esc: back",
        (Step::Leasing(_), _) => "1-5 or Enter: choose   Esc: back",
        (Step::Reasoning(_), _) => "Enter: reject   Esc: back",
        (_, Face::Loading | Face::Closed(_)) => "Esc back   ? help   q quit",
        _ if !card.is_armed(model.clock) => "... read first",
        (Step::Confirming(_), _) if !card.is_read => "PgDn: read to the end first   n no",
        (Step::Confirming(_), _) => "y yes, approve   n no   PgDn scroll   q quit",
        (Step::Reading, Face::Shown(view)) => return reading_keys(card, view),
    };
    keys.to_owned()
}

/// What can be done with a proposal, the most important first: the end may be cut off, and is in the help.
fn reading_keys(card: &OpenCard, view: &CardView) -> String {
    let is_open = view.refusals.is_empty();
    let is_asked = card.variant.is_as_asked();
    let credential = match card.variant.credential {
        Credential::Withheld => "c give credential",
        Credential::Given => "c withhold credential",
    };
    let keys = [
        (is_open && view.terms != Terms::Rebuild, "a approve"),
        (
            is_open && view.terms == Terms::Rebuild,
            "a approve and rebuild",
        ),
        (true, "r reject"),
        (view.narrower.is_some(), "n narrower"),
        (view.yaml.is_some(), "m modify"),
        (view.asks_credential, credential),
        (is_asked, "Esc back"),
        (!is_asked, "Esc as asked"),
        (true, "? help"),
        (true, "q quit"),
    ];
    let there = keys.into_iter().filter(|(is_there, _)| *is_there);
    there.map(|(_, key)| key).collect::<Vec<_>>().join("  ")
}
