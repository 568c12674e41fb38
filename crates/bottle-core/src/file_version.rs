//! The version that a file of ours says it has.

use serde::{Deserialize, Serialize};

/// The one version of a format that is written and read: another one is an error that names both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct FileVersion<const NUMBER: u32>;

impl<const NUMBER: u32> TryFrom<u32> for FileVersion<NUMBER> {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number == NUMBER {
            Ok(Self)
        } else {
            Err(format!(
                "version {number} of this file is not known; this is version {NUMBER}"
            ))
        }
    }
}

impl<const NUMBER: u32> From<FileVersion<NUMBER>> for u32 {
    fn from(_: FileVersion<NUMBER>) -> Self {
        NUMBER
    }
}
