//! The life of a bottle on an engine that exists in memory: whatever goes wrong, nothing is left behind.
#![cfg(test)]

mod before;
mod bench;
mod cut;
mod ending;
mod every_call;
mod fake;
mod git;
mod images;
mod later;
mod networks;
mod resume;
mod secrets;
