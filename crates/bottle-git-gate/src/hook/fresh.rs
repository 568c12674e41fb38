//! Whether the upstream still has what the scan of a push left out.

use std::collections::BTreeSet;

use tokio::runtime::Runtime;

use crate::base::Base;
use crate::git::Git;
use crate::limits::{LOCAL_TIMEOUT, MAX_LISTING_BYTES, MAX_OUTPUT_BYTES};
use crate::refs::Refs;
use crate::refusal::{Code, Refusal};
use crate::run::{Company, Ran, RunError, run_in};

/// Refuses when something that the scan left out is gone from the upstream: pushed now, it would come back unseen.
///
/// What counts are ids, not names. An id that the scan left out must stand at some ref of the upstream's or be led to by
/// one, so that a branch that went forward, that was renamed or that went after it had been merged is in nobody's way.
/// Whether one id leads to another, only a mirror that has both can tell; where it has not, the answer is no.
pub(super) fn still_there(
    runtime: &Runtime,
    git: &Git,
    base: &Base,
    theirs: &Refs,
) -> Result<(), Refusal> {
    let theirs = Base::of(&theirs.ids);
    let moved = base.without(&theirs);
    if moved.is_empty() {
        return Ok(());
    }
    let led_to = are_led_to(runtime, git, &moved, &theirs);
    if led_to.map_err(|error| Refusal::broken(&error))? {
        return Ok(());
    }
    Err(Refusal::new(
        Code::Upstream,
        "the upstream has changed meanwhile, and what was there is not all there any more: fetch first, then push again",
    ))
}

/// Whether the upstream's refs lead to all of these ids, as far as the mirror can tell.
fn are_led_to(runtime: &Runtime, git: &Git, moved: &Base, theirs: &Base) -> Result<bool, RunError> {
    let ask = |arguments: &[&str], input: &[u8], most| {
        let limits = (LOCAL_TIMEOUT, most);
        runtime.block_on(run_in(
            Company::Callers,
            git.command(arguments),
            input,
            limits,
        ))
    };
    let all = [moved.lines(""), theirs.lines("")].concat();
    let format = "--batch-check=%(objectname) %(objecttype)";
    let told = ask(&["cat-file", "--buffer", format], &all, MAX_LISTING_BYTES)?.good()?;
    let told = String::from_utf8_lossy(&told);
    let present: BTreeSet<&str> = told.lines().filter_map(present).collect();
    if moved.among(&present) != *moved {
        return Ok(false);
    }
    let question = [moved.lines(""), theirs.among(&present).lines("^")].concat();
    // Tags are objects of their own, so it is not enough to ask for commits.
    let list = ["rev-list", "--objects", "--stdin", "--"];
    match ask(&list, &question, MAX_OUTPUT_BYTES).and_then(Ran::good) {
        Ok(listing) => Ok(listing.is_empty()),
        Err(RunError::Long(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The id in a line about an object that is there.
fn present(line: &str) -> Option<&str> {
    let (id, kind) = line.split_once(' ')?;
    (kind != "missing").then_some(id)
}
