//! What is seen, as text.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::{Charset, Colour, Ink, draw};
use crate::dashboard::model::{Event, Key, Model};
use crate::dashboard::samples::{clock, draw_at, open, press, press_at, screen};

const INK: Ink = Ink {
    colour: Colour::Wanted,
    charset: Charset::Unicode,
};

fn terminal(model: &Model, ink: Ink) -> Terminal<TestBackend> {
    let (columns, rows) = model.size;
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| {
            draw(model, ink, frame);
        })
        .unwrap();
    terminal
}

fn picture(model: &Model, ink: Ink) -> String {
    terminal(model, ink).backend().to_string()
}

#[test]
fn empty() {
    insta::assert_snapshot!(picture(&Model::new((80, 24), clock(0)), INK));
}

#[test]
fn with_bottles() {
    insta::assert_snapshot!(picture(&screen((80, 24)), INK));
}

#[test]
fn in_the_smallest_window() {
    insta::assert_snapshot!(picture(&screen((60, 15)), INK));
}

#[test]
fn in_too_small_a_window() {
    insta::assert_snapshot!(picture(&screen((40, 10)), INK));
}

#[test]
fn a_card() {
    let mut model = open((80, 24));
    draw_at(&mut model, 1_000);
    model.handle(Event::Clock(clock(2_000)));
    insta::assert_snapshot!(picture(&model, INK));
}

#[test]
fn a_card_in_the_smallest_window() {
    insta::assert_snapshot!(picture(&open((60, 15)), INK));
}

#[test]
fn the_question() {
    let mut model = open((80, 24));
    draw_at(&mut model, 1_000);
    press_at(&mut model, 2_000, &[Key::Char('a')]);
    insta::assert_snapshot!("leases", picture(&model, INK));
    draw_at(&mut model, 2_000);
    press(&mut model, &[Key::Char('3')]);
    insta::assert_snapshot!(picture(&model, INK));
}

#[test]
fn help() {
    let mut model = screen((80, 24));
    press(&mut model, &[Key::Char('?')]);
    insta::assert_snapshot!(picture(&model, INK));
}

#[test]
fn a_filter_of_decisions() {
    let mut model = screen((80, 24));
    press(
        &mut model,
        &[
            Key::Char('/'),
            Key::Char('n'),
            Key::Char('e'),
            Key::Char('t'),
        ],
    );
    insta::assert_snapshot!(picture(&model, INK));
}

#[test]
fn in_ascii() {
    let ink = Ink {
        charset: Charset::Ascii,
        ..INK
    };
    let picture = picture(&open((80, 24)), ink);
    assert!(picture.is_ascii(), "{picture}");
    insta::assert_snapshot!(picture);
}

/// Without colour the same is said: every picture is the same text, and no cell has a colour.
#[test]
fn without_colour() {
    let ink = Ink {
        colour: Colour::Unwanted,
        ..INK
    };
    for model in [screen((80, 24)), open((80, 24))] {
        assert_eq!(picture(&model, ink), picture(&model, INK));
        let terminal = terminal(&model, ink);
        let cells = terminal.backend().buffer().content();
        assert!(cells.iter().all(|cell| {
            let reset = ratatui::style::Color::Reset;
            (cell.fg, cell.bg) == (reset, reset)
        }));
    }
}
