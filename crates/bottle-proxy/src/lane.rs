//! One open upstream connection, kept for the next request of the same client connection.

use std::sync::{Mutex, PoisonError};

use bottle_egress::Destination;
use tokio::time::timeout;

use crate::limits::REUSE_WAIT;
use crate::upstream::Sender;

/// The upstream connection of one client connection. It is never shared: a response can only reach its own asker.
#[derive(Default)]
pub(crate) struct Lane(Mutex<Option<(Destination, Sender)>>);

impl Lane {
    /// The open connection, when it leads to `destination` and is ready for a request.
    pub(crate) async fn take(&self, destination: &Destination) -> Option<Sender> {
        let (leads_to, mut sender) = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        if leads_to != *destination {
            return None;
        }
        // The last response was read to its end, or this takes a moment; otherwise a new connection is better.
        timeout(REUSE_WAIT, sender.ready()).await.ok()?.ok()?;
        Some(sender)
    }

    /// Keeps a connection for the next request.
    pub(crate) fn put(&self, destination: &Destination, sender: Sender) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((destination.clone(), sender));
    }
}
