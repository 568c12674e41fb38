//! The egress service: the one allowlist, the injected credentials, the pages at `_egress.local`.

mod credential;
mod denials;
mod foreign;
mod gate;
mod query;
mod service;

pub use service::{Egress, EgressSettings, NextHop};
