//! The pipelock service: the second, independent check. It mirrors the host set, scans everything that goes out for
//! secrets, refuses special addresses, and is the only service that dials the outside world.

mod flow;
mod gate;
mod inspect;
mod kind;
mod knowing;
mod policy;
mod recent;
mod responses;
mod rows;
mod service;

pub use service::{AllowedPeers, Pipelock, PipelockSettings};
