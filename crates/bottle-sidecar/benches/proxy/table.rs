//! The table, in Markdown.

use crate::bare;
use crate::candidate::{Candidate, DIRECT};
use crate::egress;
use crate::line::Line;
use crate::mitmproxy;

/// What has no value: a line that makes no sense for a candidate.
const NOTHING: &str = "–";

/// The candidates that egress is compared with.
const BASES: [&str; 3] = [DIRECT, bare::NAME, mitmproxy::NAME];

/// All lines, a column for each candidate, and egress divided by the way without a proxy, by the floor and by mitmproxy.
pub(crate) fn markdown(candidates: &[Candidate]) -> String {
    let egress = named(candidates, egress::NAME);
    let bases: Vec<_> = BASES
        .iter()
        .filter_map(|name| Some((egress?, named(candidates, name)?)))
        .collect();
    let names = candidates.iter().map(|candidate| candidate.name.to_owned());
    let ratios = bases
        .iter()
        .map(|(one, base)| format!("{} ÷ {}", one.name, base.name));
    let head: Vec<_> = names.chain(ratios).collect();
    let mut text = row("", &head) + "|---|" + &"---:|".repeat(head.len()) + "\n";
    for (line, label) in Line::ALL {
        let values = candidates
            .iter()
            .map(|candidate| shown(candidate.median(line)));
        let ratios = bases.iter().map(|(one, base)| ratio(one, base, line));
        text += &row(label, &values.chain(ratios).collect::<Vec<_>>());
    }
    text
}

fn named<'a>(candidates: &'a [Candidate], name: &str) -> Option<&'a Candidate> {
    candidates.iter().find(|candidate| candidate.name == name)
}

fn row(label: &str, cells: &[String]) -> String {
    format!("| {label} | {} |\n", cells.join(" | "))
}

fn ratio(one: &Candidate, base: &Candidate, line: Line) -> String {
    let divided = one.median(line).zip(base.median(line));
    // Failures are no quantity of which there could be half as much.
    let divided = divided.filter(|(_, base)| *base > 0.0 && line != Line::Failures);
    shown(divided.map(|(one, base)| one / base))
}

/// Three digits, as many as a measurement is good for.
fn shown(value: Option<f64>) -> String {
    match value {
        None => NOTHING.to_owned(),
        Some(value) if value >= 100.0 || value == 0.0 => format!("{value:.0}"),
        Some(value) if value >= 10.0 => format!("{value:.1}"),
        Some(value) if value >= 1.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.3}"),
    }
}
