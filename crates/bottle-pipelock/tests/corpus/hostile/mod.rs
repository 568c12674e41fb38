//! What an agent sends that was told to take a secret out.

pub(crate) mod channels;
pub(crate) mod encodings;
pub(crate) mod kinds;
mod places;
