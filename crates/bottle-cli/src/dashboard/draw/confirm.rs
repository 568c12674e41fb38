//! The question before an approval.

use super::sheet::Sheet;
use super::{Tone, card};
use crate::dashboard::model::{LeaseWish, OpenCard};
use crate::dashboard::view::{AskChoice, CardView, Terms};

/// What will hold, and for how long.
pub(super) fn question(sheet: &mut Sheet, open: &OpenCard, view: &CardView, lease: LeaseWish) {
    let what = match open.variant.ask {
        AskChoice::Asked => "as it was asked for",
        AskChoice::Narrower(_) => "the narrower one",
        AskChoice::Edited(_) => "as you wrote it",
    };
    sheet.say(Tone::Strong, &format!("Approve, {what}: {}", view.title));
    sheet.blank();
    let holds = match view.terms {
        Terms::Leased => lease.to_string(),
        Terms::Plain => "until the bottle ends".to_owned(),
        Terms::Rebuild => {
            "the bottle is ended and kept; `bottle resume` builds the image".to_owned()
        }
    };
    sheet.labelled("It holds", &[(Tone::Strong, &holds)]);
    card::facts(sheet, view);
    // Whoever says yes to a file has had it on the screen to its end.
    card::dockerfile(sheet, view);
    sheet.blank();
    sheet.say(Tone::Strong, "Approve this? y or n");
}
