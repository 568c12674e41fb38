//! The rendered file: what it looks like, and what it can never say.

#[cfg(test)]
mod closed;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod snapshots;
