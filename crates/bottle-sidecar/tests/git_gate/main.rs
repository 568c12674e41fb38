//! git-gate as the real executable, between real git and a real sshd on loopback.

#[cfg(test)]
mod world;

#[cfg(test)]
mod fetching;
#[cfg(test)]
mod freshness;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod pushing;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod schema;
#[cfg(test)]
#[path = "../shared/schema.rs"]
mod shared_schema;
#[cfg(test)]
mod trouble;
