//! One row of the table, and the table.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::printer::Printer;

/// The widest that a column gets.
const WIDEST: usize = 44;
const HEADINGS: [&str; 3] = [
    "tried from inside the agent",
    "the agent saw",
    "the outside saw",
];

/// What was tried, what was seen on both sides, and whether that is as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) tried: String,
    pub(crate) agent: String,
    pub(crate) outside: String,
    pub(crate) verdict: Verdict,
}

/// Whether what was seen is as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is.
    Right,
    /// It is not.
    Wrong,
    /// Nothing was tried.
    NotRun,
}

impl Verdict {
    /// The verdict on what was tried.
    pub(crate) const fn of(ok: bool) -> Self {
        if ok { Self::Right } else { Self::Wrong }
    }

    /// In JSON: `null` for what was not tried.
    const fn ok(self) -> Option<bool> {
        match self {
            Self::Right => Some(true),
            Self::Wrong => Some(false),
            Self::NotRun => None,
        }
    }
}

impl Row {
    pub(crate) fn to_json(&self) -> Value {
        let Self {
            tried,
            agent,
            outside,
            verdict,
        } = self;
        json!({ "tried": tried, "agent_saw": agent, "outside_saw": outside, "ok": verdict.ok() })
    }

    fn columns(&self) -> [&str; 3] {
        [&self.tried, &self.agent, &self.outside]
    }
}

/// All rows, for a terminal. Long cells go on in the next line.
pub(crate) fn table(printer: Printer, rows: &[Row]) -> String {
    let mut widths = HEADINGS.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row.columns()) {
            *width = (*width).max(cell.chars().count()).min(WIDEST);
        }
    }
    let mut text = String::new();
    line(&mut text, widths, HEADINGS, "verdict");
    let rules = widths.map(|width| "-".repeat(width));
    line(
        &mut text,
        widths,
        [&rules[0], &rules[1], &rules[2]],
        "-------",
    );
    for row in rows {
        let cells = row.columns().map(|cell| wrap(cell, WIDEST));
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        for number in 0..height {
            let part = |cell: &[String]| cell.get(number).cloned().unwrap_or_default();
            let [tried, agent, outside] = cells.each_ref().map(|cell| part(cell));
            let verdict = if number == 0 {
                row.verdict.ok().map_or("-", |ok| printer.verdict(ok))
            } else {
                ""
            };
            line(&mut text, widths, [&tried, &agent, &outside], verdict);
        }
    }
    text
}

fn line(text: &mut String, [first, second, third]: [usize; 3], cells: [&str; 3], verdict: &str) {
    let [tried, agent, outside] = cells;
    let mut line = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        line,
        "{tried:first$}  {agent:second$}  {outside:third$}  {verdict}"
    );
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Breaks at spaces; a longer word stays whole.
fn wrap(cell: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in cell.split(' ') {
        let fits = lines.last().is_some_and(|line| {
            line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width
        });
        match lines.last_mut() {
            Some(line) if fits => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_cells_go_on_below() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("unbreakable x", 4), ["unbreakable", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
