//! What reached the world.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::body::Beginning;

/// The most that is remembered of each kind; what comes later is counted only by being missing.
const MAX_ENTRIES: usize = 10_000;

/// What reached the world, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Requests to its sites.
    pub requests: Vec<SeenRequest>,
    /// Names that its resolver was asked for.
    pub names: Vec<String>,
    /// Connections to its open port, by peer.
    pub connections: Vec<String>,
}

/// One request as a site saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRequest {
    /// `http` or `https`.
    pub scheme: String,
    /// The `Host` field.
    pub host: String,
    /// The method.
    pub method: String,
    /// The request target.
    pub target: String,
    /// Every header field.
    pub headers: Vec<(String, String)>,
    /// The body as text, its first 64 KiB, as far as it has come.
    pub body: String,
    /// How many bytes of it have come.
    #[serde(default)]
    pub body_bytes: u64,
}

/// Where a request is remembered.
#[derive(Debug)]
pub(crate) struct Place(usize);

/// The world's memory, shared by everything that listens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Seen>>);

impl Memory {
    /// Notes a request whose body has yet to come; `None` when there is no room for it.
    pub(crate) fn request(&self, request: SeenRequest) -> Option<Place> {
        self.note(|seen| &mut seen.requests, request).map(Place)
    }

    /// Notes what has come of its body.
    pub(crate) fn body(&self, place: &Place, beginning: &Beginning) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(request) = seen.requests.get_mut(place.0) {
            request.body = beginning.text();
            request.body_bytes = beginning.length();
        }
    }

    pub(crate) fn name(&self, name: String) {
        self.note(|seen| &mut seen.names, name);
    }

    pub(crate) fn connection(&self, peer: String) {
        self.note(|seen| &mut seen.connections, peer);
    }

    pub(crate) fn all(&self) -> Seen {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note<T>(&self, list: impl Fn(&mut Seen) -> &mut Vec<T>, entry: T) -> Option<usize> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = list(&mut seen);
        let place = list.len();
        if place >= MAX_ENTRIES {
            return None;
        }
        list.push(entry);
        Some(place)
    }
}
