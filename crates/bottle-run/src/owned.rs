//! A state folder that this process looks after.

use bottle_state::{Lock, StateDir, StateError};

/// What happens to a folder that is dropped without having been settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDrop {
    /// Nothing was started: it goes.
    Remove,
    /// Something may be running: it stays, and its lock is free, so that a cleanup finds it.
    Keep,
}

/// A state folder and its lock.
#[derive(Debug)]
pub(crate) struct OwnedState {
    dir: StateDir,
    lock: Option<Lock>,
    on_drop: OnDrop,
}

impl OwnedState {
    /// Takes charge of a folder that was just made.
    pub(crate) const fn new(dir: StateDir, lock: Lock) -> Self {
        Self {
            dir,
            lock: Some(lock),
            on_drop: OnDrop::Remove,
        }
    }

    /// Takes charge of a folder that was there.
    pub(crate) const fn of_old(dir: StateDir, lock: Lock) -> Self {
        Self {
            dir,
            lock: Some(lock),
            on_drop: OnDrop::Keep,
        }
    }

    /// The same folder by another name.
    pub(crate) fn at(mut self, dir: StateDir) -> Self {
        self.dir = dir;
        self
    }

    pub(crate) const fn dir(&self) -> &StateDir {
        &self.dir
    }

    /// From here on something may be running.
    pub(crate) const fn keep_on_drop(&mut self) {
        self.on_drop = OnDrop::Keep;
    }

    /// Removes the folder.
    pub(crate) fn remove(mut self) -> Result<(), StateError> {
        self.on_drop = OnDrop::Keep;
        match self.lock.take() {
            Some(lock) => self.dir.remove(lock),
            None => Ok(()),
        }
    }
}

impl Drop for OwnedState {
    fn drop(&mut self) {
        if let (OnDrop::Remove, Some(lock)) = (self.on_drop, self.lock.take()) {
            // Nobody is left to be told; what stays is found by the next cleanup.
            let _ = self.dir.remove(lock);
        }
    }
}
