//! The program that the engine runs a container with.

use std::str::FromStr;

use crate::text::{is_word, text_newtype};

/// The longest name, in bytes.
const MAX_LENGTH: usize = 64;

/// A container runtime, as the engine knows it: `runc`, `runsc`, `io.containerd.kata.v2`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuntimeName(String);

text_newtype!(RuntimeName);

/// Why a text is not the name of a runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a runtime is named as the engine names it: `runc`, `runsc`, `kata`")]
pub struct RuntimeNameError;

impl FromStr for RuntimeName {
    type Err = RuntimeNameError;

    fn from_str(text: &str) -> Result<Self, RuntimeNameError> {
        if is_word(text, b"._-", MAX_LENGTH) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RuntimeNameError)
        }
    }
}
