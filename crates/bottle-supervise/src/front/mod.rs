//! What comes over the network, before and after the protocol's own library.

mod body;
mod connection;
mod gate;
mod names;
mod response;

pub(crate) use connection::{Room, serve};
pub(crate) use gate::Gate;
