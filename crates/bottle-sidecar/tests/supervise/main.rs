//! supervise as the real executable, on loopback: what an agent can do to it, and what a real client makes of it.

#[cfg(test)]
mod world;

#[cfg(test)]
mod asking;
#[cfg(test)]
mod client;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod schema;
#[cfg(test)]
#[path = "../shared/schema.rs"]
mod shared_schema;
