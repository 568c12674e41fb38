//! What the operator is shown before a bottle starts, and the question that follows.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal};

use bottle_core::{AuthScheme, BottlePlan, EnvValue};
use bottle_egress::{Folded, Ports, Route};

use crate::printer::Printer;

/// How wide the column of names is.
const NAME_WIDTH: usize = 9;

/// There is nobody to ask.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to ask on; say --yes to start without the question")]
pub(crate) struct NobodyToAsk;

/// Everything that the bottle may do, for a terminal of 80 columns without colour.
pub(crate) fn render(plan: &BottlePlan, folded: &Folded, command: &[String]) -> String {
    let mut text = String::new();
    section(
        &mut text,
        "agent",
        &[format!("{} in bottle {}", plan.agent, plan.bottle)],
    );
    section(&mut text, "image", &[plan.image.to_string()]);
    section(
        &mut text,
        "command",
        &[bottle_core::visible(&command.join(" "))],
    );
    section(&mut text, "env", &environment(plan));
    section(&mut text, "skills", &[]);
    section(&mut text, "git", &[]);
    let routes: Vec<String> = folded
        .table
        .routes()
        .iter()
        .map(|each| route(each, folded))
        .collect();
    section(&mut text, "routes", &routes);
    section(&mut text, "limits", &[limits(plan)]);
    text
}

/// Asks on the terminal; only a plain yes is one.
pub(crate) fn confirm(printer: Printer, question: &str) -> Result<bool, NobodyToAsk> {
    if !io::stdin().is_terminal() {
        return Err(NobodyToAsk);
    }
    printer.ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).is_ok();
    Ok(read && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "YES"))
}

fn section(text: &mut String, name: &str, lines: &[String]) {
    let none = [String::from("none")];
    let lines = if lines.is_empty() { &none } else { lines };
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { name } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{label:NAME_WIDTH$} {line}");
    }
}

fn environment(plan: &BottlePlan) -> Vec<String> {
    plan.env
        .iter()
        .map(|(name, value)| match value {
            EnvValue::Literal(_) => format!("{name}  from the manifest"),
            EnvValue::Prompt { .. } => format!("{name}  asked for now"),
            EnvValue::Host(host) => format!("{name}  from the host's {host}"),
        })
        .collect()
}

fn route(route: &Route, folded: &Folded) -> String {
    let mut line = route.host.to_string();
    if let Ports::Only(ports) = &route.ports
        && ports.iter().any(|port| port.get() != 443)
    {
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        let _ = write!(line, ":{}", ports.join(","));
    }
    if !route.methods.is_empty() {
        let methods: Vec<&str> = route
            .methods
            .iter()
            .map(bottle_core::Method::as_str)
            .collect();
        let _ = write!(line, "  {}", methods.join(","));
    }
    if !route.path_allowlist.is_empty() {
        let paths: Vec<String> = route
            .path_allowlist
            .iter()
            .map(ToString::to_string)
            .collect();
        let _ = write!(line, "  {}", paths.join(" "));
    }
    if let Some(auth) = &route.auth {
        let source = folded
            .slots
            .get(&auth.slot)
            .map_or_else(String::new, |name| format!(" from {name}"));
        let _ = write!(line, "  [auth: {}{source}]", scheme(auth.scheme));
    }
    line
}

const fn scheme(scheme: AuthScheme) -> &'static str {
    match scheme {
        AuthScheme::Bearer => "Bearer",
        AuthScheme::Token => "token",
        AuthScheme::Basic => "basic",
    }
}

fn limits(plan: &BottlePlan) -> String {
    let mut text = format!("{} processes", plan.limits.pids);
    if let Some(bytes) = plan.limits.memory_bytes {
        let _ = write!(text, ", {} MiB of memory", bytes / (1024 * 1024));
    }
    if let Some(millicpus) = plan.limits.millicpus {
        let _ = write!(
            text,
            ", {}.{:03} processors",
            millicpus / 1000,
            millicpus % 1000
        );
    }
    text
}
