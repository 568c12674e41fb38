//! Looking at one object.

use bottle_pipelock::Scanner;

use super::archive;
use super::found::Found;
use super::rule::TOO_MANY;
use super::submodule;
use super::text_object::TextObject;

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
pub(super) fn text(scanner: &Scanner, object: TextObject<'_>) -> Vec<Found> {
    let mut found = file(scanner, "", object.text);
    if let Some(unfolded) = object.unfolded() {
        let more = scanner.find_all(&unfolded);
        add_other_rules(&mut found, more.iter().map(Found::at));
    }
    found
}

/// Looks at names, one in each line, and over the borders of folders.
pub(super) fn names(scanner: &Scanner, lines: &[u8]) -> Vec<Found> {
    let mut found: Vec<_> = scanner.find_all(lines).iter().map(Found::at).collect();
    if lines.contains(&b'/') {
        let joined: Vec<u8> = lines
            .iter()
            .filter(|byte| **byte != b'/')
            .copied()
            .collect();
        let more = scanner.find_all(&joined);
        add_other_rules(&mut found, more.iter().map(Found::at));
    }
    found
}

/// Adds what another view shows, without its places, of the rules that are not there yet: releases go by rules.
fn add_other_rules(found: &mut Vec<Found>, more: impl Iterator<Item = Found>) {
    let more = more.map(|each| Found {
        place: None,
        end: None,
        ..each
    });
    for each in more {
        if !found.iter().any(|there| there.rule == each.rule) {
            found.push(each);
        }
    }
}
