//! git-gate: the only way for commits to leave a bottle.

mod git;
mod scan;

#[cfg(any(fuzzing, test))]
pub use crate::scan::fuzzing;
pub use crate::scan::{Survey, SurveyError, survey};
