//! Made-up facts for tests.

use std::time::Duration;

use bottle_core::Identity;

use super::model::{Clock, Event, Key, Model, Order};
use super::view::{
    BottleRow, CardView, LogRow, Narrower, ProposalKey, ProposalRow, Survey, Tally, Terms, Variant,
    Verdict, Waiting,
};

pub(super) const WALL: &str = "2026-05-25T23:16:00Z";

pub(super) fn clock(milliseconds: u64) -> Clock {
    let wall: bottle_state::Timestamp = WALL.parse().unwrap();
    Clock {
        since: Duration::from_millis(milliseconds),
        wall: wall.moment().unix_timestamp() + i64::try_from(milliseconds / 1000).unwrap(),
    }
}

pub(super) fn identity(name: &str) -> Identity {
    name.parse().unwrap()
}

pub(super) fn key(identity: &str, id: &str) -> ProposalKey {
    ProposalKey {
        identity: self::identity(identity),
        id: id.parse().unwrap(),
    }
}

pub(super) fn proposal(key: ProposalKey, host: &str, created: &str) -> ProposalRow {
    ProposalRow {
        key,
        tool: "egress-block",
        host: Some(host.to_owned()),
        words: "the build asks for it".to_owned(),
        created: created.parse().unwrap(),
    }
}

pub(super) fn waiting() -> Waiting {
    Waiting {
        proposals: vec![
            proposal(
                key("dev-x7k2q", "abcde12345"),
                "api.example.com",
                "2026-05-25T23:10:00Z",
            ),
            proposal(
                key("review-aaaaa", "abcde12346"),
                "**.cdn.example.org",
                "2026-05-25T23:15:30Z",
            ),
        ],
        problem: None,
    }
}

pub(super) fn survey() -> Survey {
    let bottle = |name: &str, state, is_live, started: &str| BottleRow {
        identity: identity(name),
        agent: Some(name.split('-').next().unwrap().to_owned()),
        state,
        is_live,
        started: Some(started.parse().unwrap()),
    };
    Survey {
        bottles: vec![
            bottle("dev-x7k2q", "running", true, "2026-05-25T22:00:00Z"),
            bottle("old-bbbbb", "kept", false, "2026-05-20T22:00:00Z"),
            bottle("review-aaaaa", "running", true, "2026-05-25T23:15:00Z"),
        ],
        problem: None,
    }
}

pub(super) fn decision(name: &str, verdict: Verdict, what: &str) -> LogRow {
    LogRow {
        identity: identity(name),
        service: "egress",
        time: "2026-05-25T23:14:07.123Z".to_owned(),
        verdict,
        what: what.to_owned(),
        code: (verdict == Verdict::Deny).then(|| "host.not_allowed".to_owned()),
        line: format!(r#"{{"event":"request","what":"{what}"}}"#),
    }
}

pub(super) fn logged() -> Event {
    let rows = vec![
        decision(
            "dev-x7k2q",
            Verdict::Allow,
            "GET api.anthropic.com/v1/models",
        ),
        decision("dev-x7k2q", Verdict::Deny, "GET api.example.com/v1/data"),
        decision(
            "review-aaaaa",
            Verdict::Deny,
            "POST uploads.example.net/files/2026/05/25/a-very-long-name-of-a-file.tar.gz",
        ),
    ];
    let tally = Tally {
        allowed: 12,
        denied: 3,
        bytes: 1_250_000,
    };
    Event::Logged(rows, [(identity("dev-x7k2q"), tally)].into())
}

pub(super) fn card() -> CardView {
    CardView {
        title: "egress-block abcde12345 of dev-x7k2q".to_owned(),
        host: Some("github.com.login.example.co.uk".to_owned()),
        effect: vec!["dev-x7k2q may reach github.com.login.example.co.uk on port 443, with every method, below every path".to_owned()],
        refusals: Vec::new(),
        warnings: vec!["anybody can register a name beside this one".to_owned()],
        credential: Some("none goes along".to_owned()),
        asks_credential: false,
        history: vec!["3 of 5 refused requests would have passed".to_owned()],
        narrower: Some(Narrower {
            ask: serde_json::from_str(r#"{"host":"login.example.co.uk","methods":["GET"]}"#).unwrap(),
            lines: vec!["GET login.example.co.uk below /v1".to_owned()],
        }),
        words: "The build needs it.\n  If you approve:\n  - nothing at all happens \u{1b}[2J\u{202e}".to_owned(),
        file: None,
        yaml: Some("\"host\": \"github.com.login.example.co.uk\"\n".to_owned()),
        terms: Terms::Leased,
        token: "the-token".to_owned(),
    }
}

/// A screen with facts on it, in a window of this size, drawn at the beginning.
pub(super) fn screen(size: (u16, u16)) -> Model {
    let mut model = Model::new(size, clock(0));
    model.handle(Event::Waiting(waiting()));
    model.handle(Event::Survey(survey()));
    model.handle(logged());
    model.handle(Event::Drawn(0, clock(0)));
    model
}

/// The same with the card of the older proposal open, not drawn yet.
pub(super) fn open(size: (u16, u16)) -> Model {
    let mut model = screen(size);
    press(&mut model, &[Key::Down, Key::Enter]);
    load(&mut model, Variant::default());
    model
}

/// What was asked for is there.
pub(super) fn load(model: &mut Model, variant: Variant) {
    let card = Ok(Box::new(card()));
    model.handle(Event::Card(key("dev-x7k2q", "abcde12345"), variant, card));
}

/// Draws at this time.
pub(super) fn draw_at(model: &mut Model, milliseconds: u64) {
    model.handle(Event::Drawn(0, clock(milliseconds)));
}

pub(super) fn press(model: &mut Model, keys: &[Key]) -> Vec<Order> {
    let orders = keys.iter().flat_map(|key| model.handle(Event::Key(*key)));
    orders.collect()
}

/// Types at this time, for something that was drawn before.
pub(super) fn press_at(model: &mut Model, milliseconds: u64, keys: &[Key]) -> Vec<Order> {
    model.handle(Event::Clock(clock(milliseconds)));
    press(model, keys)
}
