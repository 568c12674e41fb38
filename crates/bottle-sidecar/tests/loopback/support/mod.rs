//! A pretend world around two real sidecar processes. Everything is blocking: a test reads like what happens.

mod alone;
mod bottle;
mod client;
mod leaving;
mod mirrors;
mod modern;
mod names;
pub(crate) mod orders;
mod origin;
mod pki;

pub(crate) use alone::{ALONE_TOKEN, Alone};
pub(crate) use bottle::{Bottle, Process, Setup, TOKEN, secrets};
pub(crate) use client::{Answer, Client};
pub(crate) use leaving::{Goodbye, LeavingOrigin};
pub(crate) use mirrors::BOMB;
pub(crate) use modern::{
    MUCH, ModernOrigin, Protocols, TestBody, full, http1_client, http2_client, patiently,
    receiving, runtime, slow_client, tunnel,
};
pub(crate) use names::Names;
pub(crate) use origin::{BIG, Origin};
pub(crate) use pki::{Issuer, trusting};

/// Longer than anything here takes when it works.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// Turns off the check that the environment names in this process, too, for tests that ask a library.
pub(crate) fn obey_guard_off() {
    #[cfg(feature = "mutants")]
    if let Ok(name) = std::env::var("BOTTLE_GUARD_OFF") {
        name.parse::<bottle_core::Guard>().unwrap().turn_off();
    }
}
