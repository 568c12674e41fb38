//! The side that clients see: connections, their first requests, and git behind them.

mod commands;
mod connection;
mod pump;
mod room;
mod session;

pub(crate) use self::connection::serve;
pub(crate) use self::room::Room;
