//! Walks the tree of a manifest and collects everything that is wrong on the way.

use std::fmt::Display;
use std::str::FromStr;

use crate::diagnostic::{Diagnostics, Position};
use crate::nearest::nearest;
use crate::source::Source;
use crate::tree::{Key, Node, Value};

/// A map of a manifest whose keys are known to be allowed.
pub(crate) type Fields = Vec<(Key, Node)>;

/// The keys that a map may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys {
    /// What the map is, for messages: `a bottle`, `a route`.
    pub(crate) of: &'static str,
    /// What it may hold.
    pub(crate) known: &'static [&'static str],
    /// What belongs there but is not built yet: refused, never ignored.
    pub(crate) later: &'static [&'static str],
}

/// Collects what is wrong with one file.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    source: Source<'a>,
    problems: Diagnostics,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        Self {
            source,
            problems: Diagnostics::default(),
        }
    }

    /// The result, if nothing was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Diagnostics> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(self.problems.sorted()),
        }
    }

    /// Notes something wrong.
    pub(crate) fn problem(
        &mut self,
        code: &'static str,
        at: Position,
        message: String,
        help: Option<String>,
    ) {
        let mut diagnostic = self.source.diagnostic(code, at, message);
        diagnostic.help = help;
        self.problems.push(diagnostic);
    }

    /// A value of the wrong kind.
    pub(crate) fn wrong_kind(&mut self, node: &Node, wanted: &str) {
        let message = format!("expected {wanted}, found {}", node.value.kind());
        self.problem("manifest.type", node.at, message, None);
    }

    /// The entries of a map, without the keys that may not stand there.
    pub(crate) fn fields(&mut self, node: Node, keys: Keys) -> Option<Fields> {
        let Value::Map(entries) = node.value else {
            self.wrong_kind(&node, "a map");
            return None;
        };
        let (known, unknown): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|(key, _)| keys.known.contains(&key.text.as_str()));
        for (key, _) in &unknown {
            self.unknown_key(key, keys);
        }
        Some(known)
    }

    fn unknown_key(&mut self, key: &Key, keys: Keys) {
        if keys.later.contains(&key.text.as_str()) {
            let message = format!("`{}` is not supported by this version of bottle", key.text);
            self.problem(
                "manifest.unsupported",
                key.at,
                message,
                Some("remove the key: it would not be enforced".to_owned()),
            );
            return;
        }
        let help = match nearest(&key.text, keys.known.iter()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("{} has: {}", keys.of, keys.known.join(", ")),
        };
        self.problem(
            "manifest.unknown-key",
            key.at,
            format!("{} has no key `{}`", keys.of, key.text),
            Some(help),
        );
    }

    /// A text, parsed.
    pub(crate) fn parsed<T>(&mut self, node: &Node, code: &'static str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let Value::Text(text) = &node.value else {
            self.wrong_kind(node, "text");
            return None;
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(code, node.at, format!("`{text}`: {error}"), None);
                None
            }
        }
    }

    /// A list of texts, parsed.
    pub(crate) fn parsed_list<T>(&mut self, node: Node, code: &'static str) -> Vec<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.list(node)
            .iter()
            .filter_map(|item| self.parsed(item, code))
            .collect()
    }

    /// The items of a list.
    pub(crate) fn list(&mut self, node: Node) -> Vec<Node> {
        if let Value::List(items) = node.value {
            return items;
        }
        self.wrong_kind(&node, "a list");
        Vec::new()
    }
}
