//! The right to send, paid for.

use bottle_core::ProposalId;

use crate::decide::Permit;
use crate::lease_book::LeaseBook;

/// A permit of which the use is counted, if its grant has uses. Sending needs one, and only [`LeaseBook::admit`] makes
/// it. One that is dropped unspent gives the use back.
#[derive(Debug)]
#[must_use]
pub struct Pass<'a> {
    permit: Permit<'a>,
    charge: Option<Charge<'a>>,
}

/// One use of a grant.
#[derive(Debug)]
pub(crate) struct Charge<'a> {
    book: &'a LeaseBook,
    grant: &'a ProposalId,
    /// Whether the request left, or may have.
    spent: bool,
}

impl<'a> Pass<'a> {
    pub(crate) const fn new(permit: Permit<'a>, charge: Option<Charge<'a>>) -> Self {
        Self { permit, charge }
    }

    /// What it permits.
    pub const fn permit(&self) -> &Permit<'a> {
        &self.permit
    }

    /// The permit, for sending: from here on the use is gone, whatever comes of the request.
    pub fn spend(self) -> Permit<'a> {
        let Self { permit, charge } = self;
        if let Some(mut charge) = charge {
            charge.spent = true;
        }
        permit
    }
}

impl<'a> Charge<'a> {
    pub(crate) const fn new(book: &'a LeaseBook, grant: &'a ProposalId) -> Self {
        Self {
            book,
            grant,
            spent: false,
        }
    }
}

impl Drop for Charge<'_> {
    fn drop(&mut self) {
        if !self.spent {
            self.book.give_back(self.grant);
        }
    }
}
