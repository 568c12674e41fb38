//! How many connections there may be at once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::{MAX_CONNECTIONS, MAX_PER_PEER};

/// The connections that there are.
#[derive(Debug, Default)]
pub(crate) struct Room(Mutex<BTreeMap<IpAddr, usize>>);

/// One connection's place.
#[derive(Debug)]
pub(crate) struct Place {
    room: Arc<Room>,
    peer: IpAddr,
}

impl Room {
    /// A place for one more connection of a peer; none when there are too many.
    pub(crate) fn place(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let mut peers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = peers.values().sum();
        let own = peers.entry(peer).or_default();
        if all >= MAX_CONNECTIONS || *own >= MAX_PER_PEER {
            return None;
        }
        *own += 1;
        let room = Arc::clone(self);
        Some(Place { room, peer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self { room, peer } = self;
        let mut peers = room.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = peers.get_mut(peer) {
            *own = own.saturating_sub(1);
        }
        peers.retain(|_, own| *own > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_peer_does_not_take_all() {
        let room = Arc::new(Room::default());
        let (first, second) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let mut places: Vec<_> = std::iter::from_fn(|| room.place(first)).collect();
        assert_eq!(places.len(), MAX_PER_PEER);
        let others: Vec<_> = std::iter::from_fn(|| room.place(second)).collect();
        assert_eq!(others.len(), MAX_CONNECTIONS - MAX_PER_PEER);
        places.pop();
        assert!(room.place(second).is_some() && room.place(first).is_some());
    }
}
