//! `docs/limits.md` says what the constants say. `UPDATE_DOCS=1 cargo test -p bottle-proxy --test documented` writes it anew.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
# Limits of the proxies

Every wait and every buffer of `egress` and `pipelock`, with what it protects. They hold for each of the two services, are not
configurable, and fail closed. This page is written by a test, from the constants.

| limit | value | what it bounds and why |
|---|---|---|
";

const FOOT: &str = "
Besides these: a target is judged up to 64 KiB and a path up to 16 KiB (`path.invalid`); a path is repeated in refusals and in
the log up to 1 KiB, so that a refusal has at most a few KiB; a request body that pipelock scans is at most what `pipelock.yaml`
says (32 MiB), else `limit.body`; TLS is 1.2 or 1.3, without renegotiation and without early data.
";

/// What a constant is worth: a number of bytes or things, or milliseconds.
#[derive(Debug, Clone, Copy)]
enum Worth {
    Count(u64),
    Milliseconds(u64),
}

/// Reads `64 * 1024`, `2 * OTHER` or `Duration::from_secs(15)`.
fn worth(text: &str, others: &BTreeMap<&str, &str>) -> Worth {
    let factors = text.split('*').map(str::trim).map(|factor| {
        if let Some(call) = factor.strip_prefix("Duration::from_") {
            let (unit, number) = call.trim_end_matches(')').split_once('(').unwrap();
            let unit = match unit {
                "millis" => 1,
                "secs" => 1000,
                "mins" => 60_000,
                "hours" => 3_600_000,
                unit => panic!("{unit}"),
            };
            return Worth::Milliseconds(unit * number.parse::<u64>().unwrap());
        }
        let number = factor.replace('_', "").parse();
        number.map_or_else(|_| worth(others[factor], others), Worth::Count)
    });
    factors
        .reduce(|left, right| match (left, right) {
            (Worth::Count(left), Worth::Count(right)) => Worth::Count(left * right),
            _ => panic!("{text}"),
        })
        .unwrap()
}

fn shown(worth: Worth) -> String {
    let in_units = |number: u64, units: &[(u64, &str)]| {
        let fits = |(size, _): &&(u64, &str)| number >= *size && number.is_multiple_of(*size);
        let (size, unit) = units.iter().find(fits).unwrap();
        format!("{} {unit}", number / size).trim().to_owned()
    };
    match worth {
        Worth::Count(number) => in_units(number, &[(1 << 20, "Mi"), (1 << 10, "Ki"), (1, "")]),
        Worth::Milliseconds(number) => in_units(
            number,
            &[(3_600_000, "h"), (60_000, "min"), (1000, "s"), (1, "ms")],
        ),
    }
}

/// `NAME` and its value, if a line says so.
fn constant(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("pub(crate) const ")?.split_once(':')?;
    let (_, value) = rest.split_once('=')?;
    Some((name, value.trim().trim_end_matches(';')))
}

fn page(source: &str) -> String {
    let source = source.replace("=\n    ", "= ");
    let all: BTreeMap<&str, &str> = source.lines().filter_map(constant).collect();
    let (mut page, mut comment) = (HEAD.to_owned(), String::new());
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
        } else if let Some((name, value)) = constant(line) {
            let comment = std::mem::take(&mut comment);
            let comment = comment.trim().replace("[`", "`").replace("`]", "`");
            // What is written as a product is bytes; everything else is counted.
            let shown = match worth(value, &all) {
                Worth::Count(number) if !value.contains('*') => number.to_string(),
                worth => shown(worth),
            };
            writeln!(page, "| `{name}` | {shown} | {comment} |").unwrap();
        }
    }
    page + FOOT
}

#[test]
fn the_page_of_limits_is_the_constants() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = page(&std::fs::read_to_string(here.join("src/limits.rs")).unwrap());
    let path = here.join("../../docs/limits.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/limits.md differs: UPDATE_DOCS=1 cargo test -p bottle-proxy --test documented"
    );
}
