//! What goes into the model, and what comes out of it.

use std::collections::BTreeMap;

use bottle_core::{Identity, ProposalId};

use super::{Clock, Key, LeaseWish};
use crate::dashboard::view::{
    CardView, GrantRow, LogRow, ProposalKey, Survey, Tally, Variant, Waiting,
};

/// What happened.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A key was typed.
    Key(Key),
    /// A text was pasted.
    Paste(String),
    /// The window has another size: columns and rows.
    Resized(u16, u16),
    /// Time went by.
    Clock(Clock),
    /// All of the screen is drawn at this moment; what is scrolled can be scrolled so far.
    Drawn(usize, Clock),
    /// What waits.
    Waiting(Waiting),
    /// What bottles there are.
    Survey(Survey),
    /// All of the decisions of a bottle come again.
    Anew(Identity),
    /// What was decided since the last time, oldest first, and the sums of everything.
    Logged(Vec<LogRow>, BTreeMap<Identity, Tally>),
    /// The card that was asked for.
    Card(ProposalKey, Variant, Result<Box<CardView>, String>),
    /// The grants that were asked for.
    Grants(Identity, Result<Vec<GrantRow>, String>),
    /// A decision about a proposal came to an end.
    Decided(ProposalKey, Decided),
    /// The operator's editor was closed: what was written, or what is wrong with it.
    Edited(ProposalKey, Result<String, Unreadable>),
    /// Something else came to an end: what is to be said about it.
    Said(String),
}

/// What was written in the editor and is no proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// What was written.
    pub(crate) text: String,
    /// What is wrong with it, and where it lies.
    pub(crate) why: String,
}

/// How a decision about a proposal came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decided {
    /// As it was meant. What is to be said about it.
    Done(String),
    /// It was not carried out, since it is no longer what was shown.
    Changed(String),
    /// It was not carried out, and the proposal still waits.
    Failed(String),
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// The end.
    Quit,
    /// Everything is to be drawn anew.
    Redraw,
    /// What was typed and not read yet is to be thrown away.
    ForgetKeys,
    /// The card of a proposal is wanted.
    Card(ProposalKey, Variant),
    /// An approval, as it was shown.
    Approve(Approval),
    /// A refusal, with its reason.
    Reject(Rejection),
    /// The proposal is to be changed in the operator's editor: its YAML.
    Edit(ProposalKey, String),
    /// The grants of a bottle are wanted.
    Grants(Identity),
    /// A grant is to be taken back.
    Revoke(Identity, ProposalId),
    /// A bottle is to be ended.
    Stop(Identity),
    /// A session in a bottle.
    Attach(Identity),
    /// The logs of a bottle in the operator's pager.
    Page(Identity),
}

/// What is approved, and what that is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    /// Which proposal.
    pub(crate) key: ProposalKey,
    /// As it was asked for, or what instead.
    pub(crate) variant: Variant,
    /// The token of the card that was shown.
    pub(crate) token: String,
    /// For how long.
    pub(crate) lease: LeaseWish,
}

/// What is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// Which proposal.
    pub(crate) key: ProposalKey,
    /// Why; the agent reads it.
    pub(crate) reason: String,
}
