//! The world and the probe against each other, on loopback.
#![cfg(test)]

mod bounds;
mod own;
mod support;
mod tunnel;
mod world;
