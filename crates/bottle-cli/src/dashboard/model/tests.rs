//! What keys do, and what they do not.

use std::time::Duration;

use super::*;
use crate::dashboard::samples::{
    card, clock, draw_at, identity, key, load, logged, open, press, press_at, proposal, screen,
    survey, waiting,
};
use crate::dashboard::view::{AskChoice, Credential, Terms, Variant};

const SIZE: (u16, u16) = (80, 24);

fn step(model: &Model) -> &Step {
    let Page::Card(card) = &model.page else {
        panic!("no card is open");
    };
    &card.step
}

fn approval(orders: &[Order]) -> Option<&Approval> {
    orders.iter().find_map(|order| match order {
        Order::Approve(approval) => Some(approval),
        _ => None,
    })
}

/// A screen on which the question before an approval was drawn, a second after the card.
fn asked(lease: &[Key]) -> Model {
    let mut model = open(SIZE);
    draw_at(&mut model, 1_000);
    press_at(&mut model, 2_000, &[Key::Char('a')]);
    draw_at(&mut model, 2_000);
    press(&mut model, lease);
    draw_at(&mut model, 3_000);
    model
}

#[test]
fn an_approval_takes_two_steps_and_is_bound_to_what_was_shown() {
    let mut model = asked(&[Key::Char('2')]);
    let orders = press_at(&mut model, 3_500, &[Key::Char('y')]);
    let approval = approval(&orders).expect("it is approved");
    assert_eq!(approval.key, key("dev-x7k2q", "abcde12345"));
    assert_eq!(approval.token, "the-token");
    assert_eq!(approval.lease.to_string(), "for 15 minutes");
    assert!(approval.variant.is_as_asked());
    // It is under way: no further key does anything.
    assert_eq!(
        press_at(&mut model, 9_000, &[Key::Char('y'), Key::Escape]),
        []
    );
}

#[test]
fn keys_that_were_typed_ahead_approve_nothing() {
    let mut model = screen(SIZE);
    let all = [
        Key::Down,
        Key::Enter,
        Key::Char('a'),
        Key::Enter,
        Key::Char('y'),
    ];
    assert!(approval(&press(&mut model, &all)).is_none());
    // Not before it was drawn, however late it is.
    load(&mut model, Variant::default());
    assert_eq!(
        press_at(&mut model, 9_000, &[Key::Char('a'), Key::Char('r')]),
        []
    );
    draw_at(&mut model, 10_000);
    // Not within half a second.
    assert_eq!(
        press_at(&mut model, 10_499, &[Key::Char('a'), Key::Char('r')]),
        []
    );
    assert_eq!(step(&model), &Step::Reading);
    press_at(&mut model, 10_500, &[Key::Char('a')]);
    assert!(matches!(step(&model), Step::Leasing(_)));
}

#[test]
fn the_question_has_to_be_seen_too() {
    let mut model = asked(&[Key::Enter]);
    assert_eq!(press_at(&mut model, 3_499, &[Key::Char('y')]), []);
    assert!(matches!(step(&model), Step::Confirming(_)));
    // No is taken at any time.
    press(&mut model, &[Key::Char('n')]);
    assert_eq!(step(&model), &Step::Reading);
}

#[test]
fn a_question_that_does_not_fit_is_read_to_its_end_first() {
    let mut model = asked(&[]);
    press(&mut model, &[Key::Enter]);
    let draw = |model: &mut Model, at| {
        model.handle(Event::Drawn(3, clock(at)));
    };
    draw(&mut model, 4_000);
    assert_eq!(press_at(&mut model, 9_000, &[Key::Char('y')]), []);
    press(&mut model, &[Key::PageDown]);
    draw(&mut model, 9_000);
    let orders = press(&mut model, &[Key::Char('y')]);
    assert!(approval(&orders).is_some());
}

#[test]
fn every_card_that_appears_throws_away_what_was_typed() {
    let mut model = screen(SIZE);
    let orders = press(&mut model, &[Key::Enter]);
    assert_eq!(orders.first(), Some(&Order::ForgetKeys));
    let (older, asked) = (key("dev-x7k2q", "abcde12345"), Variant::default());
    let mut model = screen(SIZE);
    press(&mut model, &[Key::Down, Key::Enter]);
    let orders = model.handle(Event::Card(older, asked, Ok(Box::new(card()))));
    assert_eq!(orders, [Order::ForgetKeys]);
}

#[test]
fn what_changed_is_shown_again_before_it_can_be_approved() {
    let mut model = asked(&[Key::Enter]);
    press_at(&mut model, 4_000, &[Key::Char('y')]);
    let about = key("dev-x7k2q", "abcde12345");
    let changed = Decided::Changed("it has changed".to_owned());
    let orders = model.handle(Event::Decided(about.clone(), changed));
    assert_eq!(
        orders,
        [Order::ForgetKeys, Order::Card(about, Variant::default())]
    );
    load(&mut model, Variant::default());
    draw_at(&mut model, 5_000);
    assert_eq!(press_at(&mut model, 5_100, &[Key::Char('a')]), []);
    let Page::Card(card) = &model.page else {
        panic!("no card is open");
    };
    assert_eq!(card.notice.as_deref(), Some("it has changed"));
}

#[test]
fn a_proposal_that_changes_in_its_file_is_looked_up_again() {
    let mut model = asked(&[Key::Enter]);
    let mut other = waiting();
    other.proposals[0].host = Some("evil.example".to_owned());
    let orders = model.handle(Event::Waiting(other));
    assert!(matches!(
        orders.as_slice(),
        [Order::ForgetKeys, Order::Card(..)]
    ));
    assert_eq!(press_at(&mut model, 9_000, &[Key::Char('y')]), []);
    assert_eq!(step(&model), &Step::Reading);
}

#[test]
fn what_was_answered_elsewhere_cannot_be_approved() {
    let mut model = asked(&[Key::Enter]);
    model.handle(Event::Waiting(Waiting::default()));
    draw_at(&mut model, 8_000);
    assert_eq!(
        press_at(&mut model, 9_000, &[Key::Char('y'), Key::Char('a')]),
        []
    );
    let Page::Card(card) = &model.page else {
        panic!("no card is open");
    };
    assert!(matches!(card.face, Face::Closed(_)));
}

#[test]
fn the_choice_does_not_slip_when_proposals_come() {
    let mut model = screen(SIZE);
    press(&mut model, &[Key::Down]);
    let mut more = waiting();
    let newest = key("dev-x7k2q", "zzzzz99999");
    more.proposals.push(proposal(
        newest.clone(),
        "new.example",
        "2026-05-25T23:15:59Z",
    ));
    model.handle(Event::Waiting(more));
    let chosen = model.proposals.pick.chosen();
    assert_eq!(chosen, Some(&key("dev-x7k2q", "abcde12345")));
    assert!(model.proposals.is_new(&newest, clock(4_999)));
    assert!(!model.proposals.is_new(&newest, clock(5_000)));
    assert_eq!(model.next(), Duration::from_secs(5));
}

#[test]
fn a_card_under_the_help_was_not_seen() {
    let mut model = open(SIZE);
    press(&mut model, &[Key::Char('?')]);
    draw_at(&mut model, 1_000);
    press_at(&mut model, 2_000, &[Key::Escape]);
    assert_eq!(press(&mut model, &[Key::Char('r')]), []);
    assert_eq!(step(&model), &Step::Reading);
}

#[test]
fn nothing_is_decided_in_too_small_a_window() {
    let mut model = asked(&[Key::Enter]);
    model.handle(Event::Resized(59, 24));
    draw_at(&mut model, 5_000);
    assert_eq!(press_at(&mut model, 9_000, &[Key::Char('y')]), []);
    model.handle(Event::Resized(80, 24));
    assert_eq!(press(&mut model, &[Key::Char('y')]), []);
    assert_eq!(press(&mut model, &[Key::Char('q')]), [Order::Quit]);
}

#[test]
fn a_refusal_has_a_reason() {
    let mut model = open(SIZE);
    draw_at(&mut model, 1_000);
    press_at(&mut model, 2_000, &[Key::Char('r')]);
    draw_at(&mut model, 2_000);
    assert_eq!(
        press_at(&mut model, 3_000, &[Key::Char(' '), Key::Enter]),
        []
    );
    model.handle(Event::Paste("no q\nhere\u{1b}".to_owned()));
    let orders = press(&mut model, &[Key::Enter]);
    let [Order::Reject(rejection)] = orders.as_slice() else {
        panic!("{orders:?}");
    };
    assert_eq!(rejection.reason, "no q here");
}

#[test]
fn a_lease_can_be_typed() {
    let typed: Vec<Key> = "5x".chars().map(Key::Char).collect();
    let mut model = asked(&[&[Key::Char('5')], typed.as_slice(), &[Key::Enter]].concat());
    let Step::Leasing(choice) = step(&model) else {
        panic!("what is no lease is none");
    };
    assert!(choice.typed.as_ref().unwrap().problem.is_some());
    let typed: Vec<Key> = "90s 4 uses".chars().map(Key::Char).collect();
    press(
        &mut model,
        &[&[Key::Clear], typed.as_slice(), &[Key::Enter]].concat(),
    );
    let Step::Confirming(lease) = step(&model) else {
        panic!("it is a lease");
    };
    assert_eq!(
        lease.to_string(),
        "for 90 seconds or 4 requests, whatever is over first"
    );
}

#[test]
fn what_cannot_be_approved_is_not() {
    let mut model = screen(SIZE);
    press(&mut model, &[Key::Down, Key::Enter]);
    let mut view = card();
    view.refusals = vec!["too wide".to_owned()];
    let about = key("dev-x7k2q", "abcde12345");
    model.handle(Event::Card(about, Variant::default(), Ok(Box::new(view))));
    draw_at(&mut model, 1_000);
    assert_eq!(press_at(&mut model, 2_000, &[Key::Char('a')]), []);
    assert_eq!(step(&model), &Step::Reading);
}

#[test]
fn what_is_not_leased_is_asked_about_at_once() {
    let mut model = screen(SIZE);
    press(&mut model, &[Key::Down, Key::Enter]);
    let mut view = card();
    view.terms = Terms::Rebuild;
    let about = key("dev-x7k2q", "abcde12345");
    model.handle(Event::Card(about, Variant::default(), Ok(Box::new(view))));
    draw_at(&mut model, 1_000);
    press_at(&mut model, 2_000, &[Key::Char('a')]);
    assert!(matches!(step(&model), Step::Confirming(_)));
}

#[test]
fn what_is_changed_is_shown_as_a_card_first() {
    let about = key("dev-x7k2q", "abcde12345");
    let mut model = open(SIZE);
    draw_at(&mut model, 1_000);
    let orders = press_at(&mut model, 2_000, &[Key::Char('m')]);
    assert!(matches!(orders.as_slice(), [Order::Edit(..)]));
    let wrong = Unreadable {
        text: "host".to_owned(),
        why: "no".to_owned(),
    };
    model.handle(Event::Edited(about.clone(), Err(wrong)));
    draw_at(&mut model, 3_000);
    // Editing goes on with what was written.
    let orders = press_at(&mut model, 4_000, &[Key::Char('m')]);
    assert_eq!(orders, [Order::Edit(about.clone(), "host".to_owned())]);
    let written = "\"host\": \"a.example\"\n".to_owned();
    let variant = Variant {
        ask: AskChoice::Edited(written.clone()),
        credential: Credential::Withheld,
    };
    let orders = model.handle(Event::Edited(about.clone(), Ok(written)));
    assert_eq!(
        orders,
        [Order::ForgetKeys, Order::Card(about, variant.clone())]
    );
    assert_eq!(press(&mut model, &[Key::Char('a')]), []);
    // An answer to an older question shows nothing.
    load(&mut model, Variant::default());
    let Page::Card(card) = &model.page else {
        panic!("no card is open");
    };
    assert_eq!(card.face, Face::Loading);
    load(&mut model, variant.clone());
    draw_at(&mut model, 5_000);
    press_at(&mut model, 6_000, &[Key::Char('a'), Key::Enter]);
    draw_at(&mut model, 6_000);
    let orders = press_at(&mut model, 7_000, &[Key::Char('y')]);
    assert_eq!(approval(&orders).expect("it is approved").variant, variant);
}

#[test]
fn a_bottle_is_ended_after_a_question_that_was_seen() {
    let mut model = screen(SIZE);
    press(&mut model, &[Key::Tab, Key::Char('s')]);
    assert_eq!(press(&mut model, &[Key::Char('y')]), []);
    draw_at(&mut model, 1_000);
    let orders = press_at(&mut model, 1_500, &[Key::Char('y')]);
    assert_eq!(orders, [Order::Stop(identity("dev-x7k2q"))]);
    // One that does not run has nothing to end.
    press(&mut model, &[Key::Down]);
    assert_eq!(press(&mut model, &[Key::Char('s'), Key::Char('t')]), []);
    assert_eq!(model.status.as_deref(), Some("old-bbbbb does not run"));
}

#[test]
fn a_grant_is_taken_back_after_a_question_that_was_seen() {
    let mut model = screen(SIZE);
    let orders = press(&mut model, &[Key::Tab, Key::Char('g')]);
    assert_eq!(orders, [Order::Grants(identity("dev-x7k2q"))]);
    let row = crate::dashboard::view::GrantRow {
        id: "abcde12345".parse().unwrap(),
        host: "a.example".to_owned(),
        what: "GET /".to_owned(),
        lease: "for 1 hour".to_owned(),
    };
    model.handle(Event::Grants(identity("dev-x7k2q"), Ok(vec![row])));
    draw_at(&mut model, 1_000);
    press_at(&mut model, 3_000, &[Key::Char('v'), Key::Char('y')]);
    draw_at(&mut model, 3_000);
    let orders = press_at(&mut model, 3_500, &[Key::Char('y')]);
    let id = "abcde12345".parse().unwrap();
    assert_eq!(orders, [Order::Revoke(identity("dev-x7k2q"), id)]);
}

#[test]
fn decisions_are_filtered_and_held() {
    let mut model = screen(SIZE);
    let typed: Vec<Key> = "DENY".chars().map(Key::Char).collect();
    press(&mut model, &[&[Key::Char('/')], typed.as_slice()].concat());
    assert!(model.is_typing());
    assert_eq!(model.log.shown().len(), 2);
    press(&mut model, &[Key::Enter, Key::Up]);
    let held = model.log.chosen().unwrap();
    model.handle(logged());
    assert_eq!(model.log.chosen().unwrap(), held);
    press(&mut model, &[Key::End]);
    assert!(!model.log.is_held());
    press(&mut model, &[Key::Enter]);
    assert!(matches!(model.page, Page::Row(..)));
}

#[test]
fn the_screen_is_drawn_when_something_changed_and_never_else() {
    let mut model = screen(SIZE);
    assert!(!model.is_changed());
    model.handle(Event::Waiting(waiting()));
    model.handle(Event::Survey(survey()));
    model.handle(Event::Clock(clock(29_999)));
    assert!(!model.is_changed());
    model.handle(Event::Clock(clock(30_000)));
    assert!(model.is_changed(), "ages have changed");
    draw_at(&mut model, 30_000);
    press(&mut model, &[Key::Tab]);
    assert!(model.is_changed());
}

#[test]
fn q_is_a_letter_where_text_is_typed() {
    let mut model = screen(SIZE);
    press(&mut model, &[Key::Char('/'), Key::Char('q')]);
    assert_eq!(model.log.wanted(), "q");
    assert_eq!(press(&mut model, &[Key::Interrupt]), [Order::Quit]);
}
