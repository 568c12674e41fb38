//! git-gate: the only way for commits to leave a bottle.

mod git;
mod scan;
