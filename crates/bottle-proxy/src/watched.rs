//! A value that is replaced as a whole while it is being read.

use std::sync::{Arc, PoisonError, RwLock};

/// The current version of something. Readers keep the version they took; a new one is seen from the next look on.
#[derive(Debug)]
pub(crate) struct Watched<T>(RwLock<Arc<T>>);

impl<T> Watched<T> {
    /// Starts with this version.
    pub(crate) fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    /// The current version.
    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces it.
    pub(crate) fn set(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}
