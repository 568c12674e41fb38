//! Calls of tools (Model Context Protocol, `tools/call`): what they run, and what several of them do together.
//!
//! The arguments of a call are scanned for secrets as every body is. Here it is asked what they do where they arrive: a
//! command that hides its name or is decoded before it runs, one that sends a file with secrets, and rows of calls of
//! which each alone is ordinary.

mod ansi;
mod chain;
mod command;
mod data;
mod deed;
mod program;
mod request;
mod secret_place;
mod shell;
#[cfg(test)]
mod tests;
mod word;

pub use self::chain::{CallChains, Calls};

use self::chain::{Call, Chain};
use self::request::Request;
use crate::finding::Finding;

/// All rules of this kind.
pub(crate) const RULES: [&str; 4] = [
    command::DISGUISED_RULE,
    command::SENT_RULE,
    chain::SENT_RULE,
    chain::RUN_RULE,
];

/// The first finding in the calls of a body, each alone and all in their order; not those that are allowed.
pub(crate) fn find(body: &[u8], is_allowed: impl Fn(&str) -> bool) -> Option<Finding> {
    let requests = request::read(body);
    let is_finding = |rule: &&str| !is_allowed(rule);
    let alone = |request: &Request| alone(request).filter(is_finding);
    let mut chain = Chain::default();
    let mut together = |request: &Request| chain.push(&Call::of(request), |rule| !is_allowed(rule));
    let rule = requests.iter().find_map(alone);
    rule.or_else(|| requests.iter().find_map(&mut together))
        .map(Finding::of)
}

/// The rule that a call breaks whatever others there are.
fn alone(request: &Request) -> Option<&'static str> {
    request
        .commands()
        .iter()
        .find_map(|command| command::judge(command))
}
