//! The state folder of a bottle: atomic files, locks, metadata
