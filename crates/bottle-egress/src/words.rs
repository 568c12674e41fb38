//! Lists in sentences.

use std::fmt::Display;

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed<T: Display>(items: impl IntoIterator<Item = T>, last: &str) -> String {
    let mut words: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    let Some(end) = words.pop() else {
        return String::new();
    };
    if words.is_empty() {
        return end;
    }
    format!("{} {last} {end}", words.join(", "))
}
