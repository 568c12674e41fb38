//! The demo: a real bottle around the probe, with a pretend internet outside, and the table that comes of it.

mod error;
mod evidence;
mod forge;
mod git_rows;
mod judge;
mod plan;
mod row;
mod trials;
mod without_engine;
mod world;

pub(crate) use self::error::DemoError;
pub(crate) use self::judge::judge;
pub(crate) use self::row::{Row, Verdict, table};
pub(crate) use self::without_engine::without_engine;
