//! Looking at one object.

use bottle_pipelock::Scanner;

use super::archive;
use super::found::Found;
use super::rule::TOO_MANY;
use super::submodule;

/// So many findings in one text make the scanner stop: what is behind them was not looked at.
const STOPPED: usize = 1000;

/// Looks at the content of a file. Its name (the last part of a path) says what it may be, never what it need not be
/// looked at for.
pub(super) fn file(scanner: &Scanner, name: &str, bytes: &[u8]) -> Vec<Found> {
    let in_file = scanner.find_in_file(name, bytes);
    let mut found: Vec<_> = in_file.iter().map(Found::of).collect();
    found.extend(archive::look(scanner, name, bytes));
    if found.len() >= STOPPED {
        found.push(Found::whole(TOO_MANY));
    }
    found
}

/// Looks at a list of submodules as such.
pub(super) fn submodules(bytes: &[u8]) -> Vec<Found> {
    submodule::find(bytes)
}

/// Looks at what somebody wrote into a commit or a tag.
pub(super) fn text(scanner: &Scanner, bytes: &[u8]) -> Vec<Found> {
    file(scanner, "", bytes)
}

/// Looks at names, one in each line.
pub(super) fn names(scanner: &Scanner, lines: &[u8]) -> Vec<Found> {
    let all = scanner.find_all(lines);
    let found = all.iter().map(|finding| Found {
        excerpt: finding.excerpt(),
        place: Some(finding.offset),
        ..Found::whole(finding.rule)
    });
    found.collect()
}
