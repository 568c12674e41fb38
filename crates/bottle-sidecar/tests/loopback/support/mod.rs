//! A pretend world around two real sidecar processes. Everything is blocking: a test reads like what happens.

mod alone;
mod bottle;
mod client;
mod leaving;
mod modern;
mod names;
mod origin;
mod pki;

pub(crate) use alone::{ALONE_TOKEN, Alone};
pub(crate) use bottle::{Bottle, Process, Setup, TOKEN, secrets};
pub(crate) use client::{Answer, Client};
pub(crate) use leaving::{Goodbye, LeavingOrigin};
pub(crate) use modern::{
    MUCH, ModernOrigin, Protocols, TestBody, full, http1_client, http2_client, patiently, runtime,
    slow_client, tunnel,
};
pub(crate) use names::Names;
pub(crate) use origin::{BIG, Origin};
pub(crate) use pki::{Issuer, trusting};

/// Longer than anything here takes when it works.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
