//! What an operator decides about proposals, on an engine that exists in memory: whatever goes wrong, nothing is open that
//! nobody approved.
#![cfg(test)]

mod engine;
mod failing;
mod granting;
mod racing;
mod revoking;
mod world;
