//! What the service is started with.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bottle_core::Identity;

use crate::limits::{ANSWER_WAIT, MAX_ANSWER_WAIT};

/// What the service is started with, by the host. Nothing of it can be said in a call.
#[derive(Debug, Clone)]
pub struct SuperviseSettings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whose agent asks.
    pub identity: Identity,
    /// The folder for proposals, which can be written.
    pub proposals_dir: PathBuf,
    /// The folder of answers, which the host alone writes.
    pub answers_dir: PathBuf,
    /// The agent's proxy, which knows the live table.
    pub egress: SocketAddr,
    /// How long a call waits for an answer.
    pub answer_wait: AnswerWait,
}

/// How long a call waits for an answer: whole seconds, [`MAX_ANSWER_WAIT`] at most, [`ANSWER_WAIT`] unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerWait(Duration);

/// The text is no such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the wait for an answer is a number of seconds up to {MAX_ANSWER_WAIT}")]
pub struct AnswerWaitError;

impl AnswerWait {
    /// The time.
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl Default for AnswerWait {
    fn default() -> Self {
        Self(Duration::from_secs(ANSWER_WAIT))
    }
}

impl FromStr for AnswerWait {
    type Err = AnswerWaitError;

    fn from_str(text: &str) -> Result<Self, AnswerWaitError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(seconds) if plain && seconds <= MAX_ANSWER_WAIT => {
                Ok(Self(Duration::from_secs(seconds)))
            }
            _ => Err(AnswerWaitError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_number_of_seconds() {
        let seconds = |text: &str| {
            text.parse()
                .map(|wait: AnswerWait| wait.duration().as_secs())
        };
        assert_eq!(seconds("0"), Ok(0));
        assert_eq!(seconds("300"), Ok(300));
        assert_eq!(AnswerWait::default().duration().as_secs(), 30);
        for text in ["", "301", "-1", "+5", "1.5", "30s", "99999999999999999999"] {
            assert_eq!(seconds(text), Err(AnswerWaitError), "{text}");
        }
    }
}
