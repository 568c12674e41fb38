//! What every test of a real bottle needs.

mod cli;
mod engine;
mod forge;
mod screen;
mod upstream;

pub(crate) use self::cli::{Cli, signal, wait_until};
pub(crate) use self::engine::{docker, docker_json, host, left_of, socket};
pub(crate) use self::forge::{FORGE, Forge, REPOSITORY, UPSTREAM, new_key};
pub(crate) use self::screen::Screen;
pub(crate) use self::upstream::{Bottle, HOST, address};
