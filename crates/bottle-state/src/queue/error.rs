//! Why a queue could not be read or answered.

use std::path::PathBuf;

use bottle_core::{Identity, ProposalId};

use crate::{Answer, AnswerVerdict, StateError};

/// Why a queue could not be read or answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// There is no such proposal.
    #[error("{identity} has no proposal {proposal}")]
    Unknown {
        /// The bottle.
        identity: Identity,
        /// The proposal.
        proposal: ProposalId,
    },
    /// What lies there is no proposal.
    #[error("{identity}/{proposal} is no proposal: {problem}")]
    Broken {
        /// The bottle.
        identity: Identity,
        /// The name of the file.
        proposal: ProposalId,
        /// In which way.
        problem: ProposalProblem,
    },
    /// Somebody was faster.
    #[error("{proposal} has been {} already", said(.answer.as_deref()))]
    AlreadyAnswered {
        /// The proposal.
        proposal: ProposalId,
        /// What it was answered.
        answer: Option<Box<Answer>>,
    },
    /// What lies there is no answer.
    #[error("{} is not an answer that this version wrote", .path.display())]
    Answer {
        /// The file.
        path: PathBuf,
    },
    /// Nobody would read the answer.
    #[error("the answer is longer than one may be: say less, or grant fewer paths")]
    TooLong,
    /// Another operator decides and does not come to an end.
    #[error("another process decides about a proposal of {identity} and does not finish")]
    Busy {
        /// The bottle.
        identity: Identity,
    },
    /// The folder could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

/// In which way a file is no proposal. Nothing that stands in it is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProposalProblem {
    /// It is no regular file, too long, or cannot be read.
    #[error("it is not a file that can be read, of a size that is read")]
    NoFile,
    /// It does not say what a proposal says.
    #[error("it has not the form of one, in line {line}, column {column}")]
    Form {
        /// Where, from 1; 0 where it is not known.
        line: usize,
        /// Where, from 1; 0 where it is not known.
        column: usize,
    },
    /// The name in it is not the file's.
    #[error("it says that it has another name")]
    OtherName,
    /// The bottle in it is another one.
    #[error("it says that it is another bottle's")]
    OtherBottle,
    /// A part of it is too long.
    #[error("a part of it is longer than it may be")]
    TooLarge,
}

fn said(answer: Option<&Answer>) -> &'static str {
    match answer.map(|answer| answer.verdict) {
        Some(AnswerVerdict::Approved) => "approved",
        Some(AnswerVerdict::Rejected) => "rejected",
        None => "answered",
    }
}
