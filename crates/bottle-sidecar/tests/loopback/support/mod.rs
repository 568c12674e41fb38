//! A pretend world around two real sidecar processes. Everything is blocking: a test reads like what happens.

mod bottle;
mod client;
mod names;
mod origin;
mod pki;

pub(crate) use bottle::{Bottle, Setup, TOKEN, secrets};
pub(crate) use client::{Answer, Client};
pub(crate) use names::Names;
pub(crate) use origin::{BIG, Origin};
pub(crate) use pki::{Issuer, trusting};

/// Longer than anything here takes when it works.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
