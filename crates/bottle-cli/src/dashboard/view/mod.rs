//! What the screen knows of bottles, proposals, grants and decisions: plain data, whoever it comes from.

mod bottle_row;
mod card_view;
mod grant_row;
mod log_row;
mod proposal_row;
mod tally;

pub(crate) use self::bottle_row::{BottleRow, Survey};
pub(crate) use self::card_view::{AskChoice, CardView, Credential, Narrower, Terms, Variant};
pub(crate) use self::grant_row::GrantRow;
pub(crate) use self::log_row::{LogRow, Verdict};
pub(crate) use self::proposal_row::{ProposalKey, ProposalRow, Waiting};
pub(crate) use self::tally::Tally;
