//! What an agent asks for, in words. All of it is made visible.

use bottle_core::visible;
use bottle_state::{Ask, AskedAuth, EgressAsk};

/// The longest summary, in characters: a line of a terminal.
const LONGEST: usize = 120;

/// What is asked for in one line.
pub(crate) fn summary(ask: &Ask) -> String {
    let text = match ask {
        Ask::EgressBlock(ask) => route(ask),
        Ask::PipelockBlock(ask) => format!("the scanner refuses {}", ask.failed_url),
        Ask::CapabilityBlock(ask) => {
            let lines = ask.dockerfile.lines().count();
            format!("another image, of a Dockerfile of {lines} lines")
        }
        _ => "something that this version does not know".to_owned(),
    };
    let text = visible(&text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// A route in words, whole.
pub(super) fn route(ask: &EgressAsk) -> String {
    let EgressAsk {
        host,
        path_allowlist,
        methods,
        auth,
    } = ask;
    let or_any = |items: Vec<String>, any: &str| {
        if items.is_empty() {
            any.to_owned()
        } else {
            items.join(", ")
        }
    };
    let paths = path_allowlist.iter().map(ToString::to_string).collect();
    let methods = methods.iter().map(ToString::to_string).collect();
    let credential = auth.as_ref().map(|AskedAuth { scheme, token_ref }| {
        format!(", with {token_ref} as {}", scheme.as_str())
    });
    format!(
        "{host}  {}  {}{}",
        or_any(methods, "any method"),
        or_any(paths, "any path"),
        credential.unwrap_or_default()
    )
}

/// A text of many lines, each behind a mark that tells it from ours.
pub(crate) fn lines(text: &str) -> String {
    let lines = text.split('\n');
    lines
        .map(|line| format!("  | {}\n", visible(line)))
        .collect()
}
