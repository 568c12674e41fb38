//! What holds whatever agents write.

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr as _;

use super::{Charset, Colour, Ink, draw};
use crate::dashboard::model::{Event, Key, Model};
use crate::dashboard::samples::{card, clock, decision, draw_at, key, press, proposal, survey};
use crate::dashboard::view::{Variant, Verdict, Waiting};

/// Text with everything that hides in it, and anything else.
fn hostile() -> impl Strategy<Value = String> {
    let signs = prop_oneof![
        4 => any::<char>(),
        2 => prop::sample::select(vec![
            '\u{1b}', '\u{7}', '\u{9b}', '\r', '\n', '\t', '\u{202e}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{feff}', '\u{301}',
            '\u{fe0f}', '\u{1f3fb}', '\u{1f1e6}', '\u{1f469}', '\u{3164}', '\u{a0}', '\u{1160}', '\u{e0041}', '漢',
        ]),
        3 => prop::char::range(' ', '~'),
    ];
    prop::collection::vec(signs, 0..120).prop_map(|signs| signs.into_iter().collect())
}

/// Every page that shows something of an agent's, with these texts in it.
fn pages(texts: &[String; 4], size: (u16, u16)) -> Vec<Model> {
    let [host, words, what, other] = texts;
    let mut model = Model::new(size, clock(0));
    let about = key("dev-x7k2q", "abcde12345");
    let mut row = proposal(about.clone(), host, "2026-05-25T23:10:00Z");
    let mut second = proposal(key("dev-x7k2q", "abcde12346"), host, "2026-05-25T23:10:00Z");
    (second.host, second.words) = (None, words.clone());
    row.words.clone_from(words);
    model.handle(Event::Waiting(Waiting {
        proposals: vec![row, second],
        problem: Some(other.clone()),
    }));
    let mut bottles = survey();
    bottles.bottles[0].agent = Some(other.clone());
    model.handle(Event::Survey(bottles));
    let mut logged = decision("dev-x7k2q", Verdict::Deny, what);
    (logged.code, logged.time) = (Some(other.clone()), other.clone());
    model.handle(Event::Logged(vec![logged], [].into()));
    model.handle(Event::Drawn(0, clock(0)));
    let mut filter = model.clone();
    press(&mut filter, &[Key::Char('/')]);
    filter.handle(Event::Paste(other.clone()));
    let mut line = model.clone();
    press(&mut line, &[Key::BackTab, Key::Enter]);
    let mut open = model.clone();
    press(&mut open, &[Key::Enter]);
    let mut view = card();
    (view.host, view.words) = (Some(host.clone()), words.clone());
    (view.title, view.file) = (other.clone(), Some(what.clone()));
    view.effect.push(host.clone());
    view.warnings.push(what.clone());
    open.handle(Event::Card(about, Variant::default(), Ok(Box::new(view))));
    draw_at(&mut open, 1_000);
    let mut end = open.clone();
    press(&mut end, &[Key::End]);
    let mut asked = open.clone();
    asked.handle(Event::Clock(clock(2_000)));
    press(&mut asked, &[Key::Char('a'), Key::Enter]);
    let mut said = model.clone();
    said.handle(Event::Said(other.clone()));
    vec![model, filter, line, open, end, asked, said]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_hides_and_nothing_acts(
        texts in prop::array::uniform4(hostile()),
        size in (1_u16..120, 1_u16..40),
        charset in prop::sample::select(vec![Charset::Unicode, Charset::Ascii]),
    ) {
        let ink = Ink { colour: Colour::Wanted, charset };
        for model in pages(&texts, size) {
            let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
            terminal.draw(|frame| {
                draw(&model, ink, frame);
            }).unwrap();
            for cell in terminal.backend().buffer().content() {
                let symbol = cell.symbol();
                prop_assert_eq!(bottle_core::visible(symbol), symbol);
                prop_assert!(symbol.width() > 0, "{symbol:?}");
                prop_assert!(charset == Charset::Unicode || symbol.is_ascii(), "{symbol:?}");
            }
        }
    }
}
