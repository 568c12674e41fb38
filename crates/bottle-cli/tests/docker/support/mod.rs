//! What every test of a real bottle needs.

mod cli;
mod engine;
mod upstream;

pub(crate) use self::cli::{Cli, signal, wait_until};
pub(crate) use self::engine::{docker, docker_json, left_of};
pub(crate) use self::upstream::{Bottle, HOST};
