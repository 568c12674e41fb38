//! The card of a proposal.

use ratatui::text::Line;

use super::sheet::Sheet;
use super::{Ink, Tone, confirm, host};
use crate::dashboard::model::{Face, LeaseChoice, OpenCard, Step};
use crate::dashboard::view::{AskChoice, CardView};

/// All rows of the page.
pub(super) fn rows(card: &OpenCard, ink: Ink, width: u16) -> Vec<Line<'static>> {
    let mut sheet = Sheet::new(ink, width);
    if let Some(notice) = &card.notice {
        sheet.point("! ", Tone::Warn, notice);
        sheet.blank();
    }
    match (&card.step, &card.face) {
        (_, Face::Loading) => sheet.say(Tone::Faint, "looking it up"),
        (_, Face::Closed(why)) => sheet.point("! ", Tone::Warn, why),
        (Step::Working(what), _) => sheet.say(Tone::Strong, what),
        (Step::Confirming(lease), Face::Shown(view)) => {
            confirm::question(&mut sheet, card, view, *lease);
        }
        (Step::Leasing(choice), Face::Shown(view)) => leasing(&mut sheet, choice, view),
        (Step::Reasoning(prompt), Face::Shown(view)) => {
            sheet.say(Tone::Strong, &format!("Reject: {}", view.title));
            sheet.blank();
            sheet.say(Tone::Plain, "The agent reads the reason.");
            if let Some(problem) = &prompt.problem {
                sheet.point("! ", Tone::Warn, problem);
            }
        }
        (Step::Reading, Face::Shown(view)) => whole(&mut sheet, card, view),
    }
    sheet.rows()
}

fn leasing(sheet: &mut Sheet, choice: &LeaseChoice, view: &CardView) {
    sheet.say(Tone::Strong, &format!("Approve: {}", view.title));
    sheet.blank();
    sheet.say(Tone::Plain, "For how long? Nothing is approved yet.");
    for (number, line) in LeaseChoice::lines().iter().enumerate() {
        let is_meant = number == choice.line;
        let mark = format!("{}{} ", super::lists::mark(is_meant), number + 1);
        let tone = if is_meant { Tone::Strong } else { Tone::Plain };
        sheet.point(&mark, tone, line);
    }
    if let Some(problem) = choice
        .typed
        .as_ref()
        .and_then(|prompt| prompt.problem.as_ref())
    {
        sheet.point("! ", Tone::Warn, problem);
    }
}

fn whole(sheet: &mut Sheet, card: &OpenCard, view: &CardView) {
    sheet.say(Tone::Strong, &view.title);
    let changed = match &card.variant.ask {
        AskChoice::Asked => None,
        AskChoice::Narrower(_) => Some("this is the narrower one, not what was asked for"),
        AskChoice::Edited(_) => Some("this is what you wrote, not what was asked for"),
    };
    if let Some(note) = changed {
        sheet.point("! ", Tone::Warn, note);
    }
    for refusal in &view.refusals {
        sheet.point(
            "! ",
            Tone::Warn,
            &format!("cannot be approved as it is: {refusal}"),
        );
    }
    facts(sheet, view);
    points(sheet, "Of the past:", &view.history);
    if let Some(narrower) = &view.narrower {
        points(
            sheet,
            "Narrower, and enough for what was refused (n):",
            &narrower.lines,
        );
    }
    sheet.blank();
    sheet.say(Tone::Plain, "Why, in the agent's words:");
    sheet.quote(&view.words);
    dockerfile(sheet, view);
}

/// The file that is built, whole.
pub(super) fn dockerfile(sheet: &mut Sheet, view: &CardView) {
    if let Some(file) = &view.file {
        sheet.blank();
        sheet.say(Tone::Plain, "The agent's Dockerfile:");
        sheet.quote(file);
    }
}

/// What counts for the decision, the dangers first. The same on the card and in the question.
pub(super) fn facts(sheet: &mut Sheet, view: &CardView) {
    if let Some(name) = &view.host {
        sheet.labelled("Host", &host::pieces(name));
    }
    if let Some(credential) = &view.credential {
        sheet.labelled("Credential", &[(Tone::Plain, credential)]);
    }
    for warning in &view.warnings {
        sheet.point("! ", Tone::Bad, warning);
    }
    points(sheet, "If you approve:", &view.effect);
}

fn points(sheet: &mut Sheet, title: &str, points: &[String]) {
    if points.is_empty() {
        return;
    }
    sheet.blank();
    sheet.say(Tone::Plain, title);
    for point in points {
        sheet.point("  - ", Tone::Plain, point);
    }
}
