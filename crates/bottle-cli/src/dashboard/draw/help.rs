//! What can be typed, all of it.

use ratatui::text::Line;

use super::sheet::Sheet;
use super::{Ink, Tone};

/// Where, and what can be typed there.
const HELP: [(&str, &[(&str, &str)]); 6] = [
    (
        "everywhere",
        &[
            ("?", "this page"),
            ("q, Ctrl-C", "quit; nothing is decided by that"),
            ("Esc", "back"),
            ("Up Down, j k", "one row"),
            ("PgUp PgDn", "one page"),
            ("Home End", "to the beginning, to the end"),
            ("Ctrl-L", "draw everything anew"),
        ],
    ),
    (
        "overview",
        &[
            ("Tab", "to the next part: what waits, bottles, decisions"),
            (
                "Enter",
                "open: the proposal, the bottle's grants, the whole line",
            ),
            ("/", "show only decisions with a text in them"),
        ],
    ),
    (
        "bottles",
        &[
            (
                "t",
                "attach: a shell in the bottle; the dashboard comes back after it",
            ),
            ("l", "its logs in $PAGER"),
            ("g", "what was granted to it"),
            ("s", "end it"),
        ],
    ),
    (
        "a proposal",
        &[
            ("a", "approve: asks for how long, then shows what will hold"),
            (
                "n",
                "look at the narrower one that is enough for what was refused",
            ),
            ("m", "change it in $VISUAL or $EDITOR, then look at that"),
            ("c", "with or without the credential that it asks for"),
            ("r", "reject, with a reason that the agent reads"),
            (
                "",
                "Keys decide once what they are about is half a second on the screen.",
            ),
        ],
    ),
    ("the question", &[("y", "yes"), ("n, Esc", "no")]),
    (
        "grants",
        &[("v", "take one back: asks"), ("u", "look again")],
    ),
];

/// All rows of the page.
pub(super) fn rows(ink: Ink, width: u16) -> Vec<Line<'static>> {
    let mut sheet = Sheet::new(ink, width);
    for (number, (place, keys)) in HELP.iter().enumerate() {
        if number > 0 {
            sheet.blank();
        }
        sheet.say(Tone::Strong, place);
        for (key, what) in *keys {
            sheet.labelled(&format!("  {key:<14}"), &[(Tone::Plain, what)]);
        }
    }
    sheet.rows()
}
