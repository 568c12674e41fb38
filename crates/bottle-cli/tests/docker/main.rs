//! Real bottles on a real engine. Needs what `scripts/setup` makes.

#[cfg(test)]
mod approvals;
#[cfg(test)]
mod around;
#[cfg(test)]
mod compose;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod git;
#[cfg(test)]
mod gone;
#[cfg(test)]
mod hardening;
#[cfg(test)]
mod images;
#[cfg(test)]
mod life;
#[cfg(test)]
mod many;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod supervise;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod tools;
#[cfg(test)]
mod workspaces;
