//! Walks the tree of a manifest and collects everything that is wrong on the way.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use super::FrontMatter;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics, Position};
use crate::known_rules::KnownRules;
use crate::nearest::nearest;
use crate::source::{Place, Placed, Source, SourceFile};
use crate::tree::{Key, Node, Value};
use crate::yaml;

/// A map of a manifest whose keys are known to be allowed.
pub(crate) type Fields = Vec<(Key, Node)>;

/// The keys that a map may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys {
    /// What the map is, for messages: `a bottle`, `a route`.
    pub(crate) of: &'static str,
    /// What it may hold.
    pub(crate) known: &'static [&'static str],
    /// What older programs had there, and what to write today.
    pub(crate) dropped: &'static [(&'static str, &'static str)],
}

/// Collects what is wrong with one file.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    source: Source<'a>,
    file: Arc<SourceFile>,
    problems: Diagnostics,
    /// The rules of the scanner that may be named.
    pub(crate) rules: &'a KnownRules,
}

impl<'a> Reader<'a> {
    /// Reads the front matter of a file; answers the reader, the tree and the body.
    pub(crate) fn open(name: &'a str, text: &'a str) -> Result<(Self, Node, &'a str), Diagnostics> {
        let FrontMatter { yaml: source, body } = FrontMatter::split(name, text)?;
        let (mut tree, problems) = yaml::read_tree(&source)?;
        if matches!(tree.value, Value::Null) {
            // Nothing but comments: a manifest that grants nothing.
            tree.value = Value::Map(Vec::new());
        }
        let file = Arc::new(SourceFile {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        let reader = Self {
            source,
            file,
            problems,
            rules: &KnownRules::Any,
        };
        Ok((reader, tree, body))
    }

    /// The result, if nothing was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Diagnostics> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(self.problems.sorted()),
        }
    }

    /// A place of the YAML, for later.
    pub(crate) fn place(&self, at: Position) -> Place {
        Place {
            file: Arc::clone(&self.file),
            position: self.source.in_file(at),
        }
    }

    /// The line of the file on which the end of its text, of that many bytes, begins.
    pub(crate) fn line_of_end(&self, bytes: usize) -> Place {
        let text = &self.file.text;
        let before = text.len().saturating_sub(bytes);
        let breaks = text.bytes().take(before).filter(|byte| *byte == b'\n');
        let position = Position {
            line: breaks.count().saturating_add(1),
            column: 1,
            width: 1,
        };
        Place {
            file: Arc::clone(&self.file),
            position,
        }
    }

    /// A value with its place.
    pub(crate) fn placed<T>(&self, at: Position, value: T) -> Placed<T> {
        Placed {
            value,
            place: self.place(at),
        }
    }

    /// Notes something wrong.
    pub(crate) fn problem(
        &mut self,
        code: Code,
        at: Position,
        message: String,
        help: Option<String>,
    ) {
        let mut diagnostic = self.source.diagnostic(code, at, message);
        diagnostic.help = help;
        self.problems.push(diagnostic);
    }

    /// Notes what was found to be wrong elsewhere.
    pub(crate) fn note(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.problems.extend(diagnostics);
    }

    /// A value of the wrong kind.
    pub(crate) fn wrong_kind(&mut self, node: &Node, wanted: &str) {
        let message = format!("expected {wanted}, found {}", node.value.kind());
        self.problem(Code::ManifestType, node.at, message, None);
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
        if let Some((_, today)) = keys.dropped.iter().find(|(name, _)| *name == key.text) {
            let message = format!("`{}` is a key of an older program", key.text);
            let help = Some((*today).to_owned());
            self.problem(Code::ManifestDroppedKey, key.at, message, help);
            return;
        }
        let help = match nearest(&key.text, keys.known.iter()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("{} has: {}", keys.of, keys.known.join(", ")),
        };
        let message = format!("{} has no key `{}`", keys.of, key.text);
        self.problem(Code::ManifestUnknownKey, key.at, message, Some(help));
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        node: &Node,
        code: Code,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let typed = match &node.value {
            Value::Text(text) => text.as_str(),
            _ => "",
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == typed) {
            return Some(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let help = nearest(typed, names.iter()).map(|near| format!("did you mean `{near}`?"));
        let message = format!("expected one of: {}", names.join(", "));
        self.problem(code, node.at, message, help);
        None
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self, node: &Node) -> Option<bool> {
        if let Value::Bool(flag) = node.value {
            return Some(flag);
        }
        self.wrong_kind(node, "`true` or `false`");
        None
    }

    /// A text, parsed, with its place.
    pub(crate) fn placed_text<T>(&mut self, node: &Node, code: Code) -> Option<Placed<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        let value = self.parsed(node, code)?;
        Some(self.placed(node.at, value))
    }

    /// A text, parsed.
    pub(crate) fn parsed<T>(&mut self, node: &Node, code: Code) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let Value::Text(text) = &node.value else {
            self.wrong_kind(node, "text");
            return None;
        };
        self.parsed_text(text, node.at, code)
    }

    /// A key, parsed.
    pub(crate) fn parsed_key<T>(&mut self, key: &Key, code: Code) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.parsed_text(&key.text, key.at, code)
    }

    fn parsed_text<T>(&mut self, text: &str, at: Position, code: Code) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(code, at, format!("`{text}`: {error}"), None);
                None
            }
        }
    }

    /// A list of texts, parsed.
    pub(crate) fn parsed_list<T>(&mut self, node: Node, code: Code) -> Vec<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.list(node)
            .iter()
            .filter_map(|item| self.parsed(item, code))
            .collect()
    }

    /// A list of texts, parsed, each with its place.
    pub(crate) fn placed_list<T>(&mut self, node: Node, code: Code) -> Vec<Placed<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.list(node)
            .iter()
            .filter_map(|item| self.placed_text(item, code))
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
