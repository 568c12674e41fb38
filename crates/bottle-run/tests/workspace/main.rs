//! Workspaces with a real git: what gets into a bottle, and what comes back from an agent that is hostile.
#![cfg(test)]

mod applying;
mod bench;
mod changes;
mod checking_out;
mod hostile;
mod kept;
mod mounting;
mod standing_in_the_way;
