//! git-gate: the only way for commits to leave a bottle.

mod git;
mod scan;

pub use crate::scan::{Survey, SurveyError, survey};
#[cfg(any(fuzzing, test))]
pub use crate::scan::fuzzing;
