//! The one strict reader and the one quoting writer of YAML.
//!
//! Reading refuses what would make a policy ambiguous: duplicate keys, anchors, aliases, merge keys, tags, and
//! documents beyond small budgets. Writing quotes every string, so that every reader there is agrees on what it says.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Error, Location, budget, options, ser_options};

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics, Position};
use crate::nearest::nearest;
use crate::source::Source;
use crate::tree::{Key, Node, Value};

/// The deepest nesting that is read; a manifest has six levels.
const MAX_DEPTH: usize = 16;
/// Values and keys of one file. Protects the time that reading takes; a thousand routes fit.
const MAX_NODES: usize = 50_000;
/// What to do about a doubled key.
const DUPLICATE: &str = "a key may stand once; remove one of the two";

/// The value could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the document cannot be written as YAML")]
pub struct WriteError(#[from] serde_saphyr::ser::Error);

/// Reads one document.
///
/// # Errors
///
/// What is wrong with it, with its place. Syntax ends the reading, so that is one diagnostic.
pub fn read<T: DeserializeOwned>(source: &Source<'_>) -> Result<T, Diagnostics> {
    serde_saphyr::from_str_with_options(source.text, strict(DuplicateKeyPolicy::Error))
        .map_err(|error| explain(&error, source))
}

/// Reads one document as a tree. Of a doubled key the first entry is kept; each further one is told, with both places.
///
/// # Errors
///
/// What ends the reading, with its place.
pub(crate) fn read_tree(source: &Source<'_>) -> Result<(Node, Diagnostics), Diagnostics> {
    let options = strict(DuplicateKeyPolicy::PassThrough);
    let mut tree: Node = serde_saphyr::from_str_with_options(source.text, options)
        .map_err(|error| explain(&error, source))?;
    let mut problems = Diagnostics::default();
    unique_keys(&mut tree, source, &mut problems);
    Ok((tree, problems))
}

/// Where the keys of a document stand, for what is wrong with their values.
#[derive(Debug)]
pub struct Places(Option<Node>);

impl Places {
    /// Those of a document that was read before.
    pub fn of(source: &Source<'_>) -> Self {
        Self(read_tree(source).ok().map(|(tree, _)| tree))
    }

    /// The key that a path of keys with dots between them leads to, or the last one on the way that is there; the
    /// beginning of the document when there is none.
    pub fn find(&self, path: &str) -> Position {
        let mut at = Position {
            line: 1,
            column: 1,
            width: 1,
        };
        let mut node = self.0.as_ref();
        for name in path.split('.') {
            let Some(Value::Map(entries)) = node.map(|node| &node.value) else {
                break;
            };
            let Some((key, value)) = entries.iter().find(|(key, _)| key.text == name) else {
                break;
            };
            at = key.at;
            node = Some(value);
        }
        at
    }
}

/// Keeps the first entry of each key, in the whole tree.
fn unique_keys(node: &mut Node, source: &Source<'_>, problems: &mut Diagnostics) {
    match &mut node.value {
        Value::List(items) => {
            for item in items {
                unique_keys(item, source, problems);
            }
        }
        Value::Map(entries) => {
            let mut seen: BTreeMap<String, Position> = BTreeMap::new();
            entries.retain(|(key, _)| {
                let first = seen.get(&key.text).copied();
                if let Some(first) = first {
                    problems.push(duplicate(key, first, source));
                } else {
                    seen.insert(key.text.clone(), key.at);
                }
                first.is_none()
            });
            for (_, value) in entries {
                unique_keys(value, source, problems);
            }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {}
    }
}

fn duplicate(key: &Key, first: Position, source: &Source<'_>) -> Diagnostic {
    let message = format!("the key `{}` stands here a second time", key.text);
    let mut diagnostic = source.diagnostic(Code::YamlDuplicateKey, key.at, message);
    diagnostic.related = Some(source.related("here for the first time", first));
    diagnostic.help = Some(DUPLICATE.to_owned());
    diagnostic
}

/// Writes one document with every string quoted.
///
/// # Errors
///
/// [`WriteError`] when the value has no YAML form.
pub fn write<T: Serialize>(value: &T) -> Result<String, WriteError> {
    let options = ser_options! { quote_all: true, prefer_block_scalars: false };
    Ok(serde_saphyr::to_string_with_options(value, options)?)
}

fn strict(duplicate_keys: DuplicateKeyPolicy) -> serde_saphyr::Options {
    options! {
        duplicate_keys: duplicate_keys,
        strict_booleans: true,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        budget: budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: MAX_NODES * 2
        }
    }
}

fn explain(error: &Error, source: &Source<'_>) -> Diagnostics {
    let error = error.without_snippet();
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let at = Position {
        line: to_usize(location.line()).max(1),
        column: to_usize(location.column()).max(1),
        width: 1,
    };
    let mut diagnostic = source.diagnostic(code(error), at, message(error));
    diagnostic.help = help(error);
    diagnostic.into()
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn code(error: &Error) -> Code {
    match error {
        Error::DuplicateMappingKey { .. } => Code::YamlDuplicateKey,
        Error::Message { .. }
        | Error::SerdeUnknownField { .. }
        | Error::SerdeUnknownVariant { .. }
        | Error::SerdeMissingField { .. }
        | Error::SerdeInvalidType { .. }
        | Error::SerdeInvalidValue { .. } => Code::YamlShape,
        _ => Code::YamlInvalid,
    }
}

fn help(error: &Error) -> Option<String> {
    match error {
        Error::DuplicateMappingKey { .. } => Some(DUPLICATE.to_owned()),
        Error::SerdeUnknownField {
            field, expected, ..
        } => Some(match nearest(field, expected.iter()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("there are: {}", expected.join(", ")),
        }),
        _ => None,
    }
}

/// The message in our own words where the library speaks of its options, else the library's, without its place.
fn message(error: &Error) -> String {
    match error {
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            return format!("the key `{key}` stands here a second time");
        }
        Error::Budget { .. } => {
            return "anchors, aliases and very deep or very long documents are not read".to_owned();
        }
        Error::MultipleDocuments { .. } => {
            return "a second document begins here; there may be one".to_owned();
        }
        Error::SerdeUnknownField { field, .. } => return format!("there is no key `{field}` here"),
        Error::MergeKeyNotAllowed { .. } => return "merge keys (`<<`) are not read".to_owned(),
        _ => {}
    }
    let text = error.render();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let first = text.lines().next().unwrap_or_default();
    match first
        .strip_prefix("line ")
        .and_then(|rest| rest.split_once(": "))
    {
        Some((_, message)) => message.to_owned(),
        None => first
            .rsplit_once(" at line ")
            .map_or(first, |(message, _)| message)
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_a_place_or_that_of_its_parent() {
        let source = Source::whole("a.yaml", "# head\na: 1\nb:\n  c: {d: 1}\n");
        let places = Places::of(&source);
        let at = |path: &str| {
            let Position { line, column, .. } = places.find(path);
            (line, column)
        };
        assert_eq!(at("a"), (2, 1));
        assert_eq!(at("b.c.d"), (4, 7));
        assert_eq!(at("b.c.e"), (4, 3));
        assert_eq!(at("a.b"), (2, 1));
        assert_eq!(at("x.y"), (1, 1));
    }

    #[test]
    fn an_unknown_key_is_told_with_the_one_that_is_like_it() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sides {
            #[expect(dead_code, reason = "it is never read")]
            length: u32,
        }
        let help = |text| {
            let error = read::<Sides>(&Source::whole("a.yaml", text)).unwrap_err();
            error.iter().next().unwrap().to_string()
        };
        let near = help("lenght: 1\n");
        assert!(near.contains("no key `lenght`") && near.contains("did you mean `length`?"));
        assert!(help("zzz: 1\n").contains("there are: length"));
    }

    proptest! {
        #[test]
        fn what_we_write_is_read_back_equal_by_two_readers(
            document in prop::collection::btree_map("\\PC{0,12}", prop::collection::vec(".{0,12}", 0..4), 0..6)
        ) {
            let text = write(&document).unwrap();
            let ours: BTreeMap<String, Vec<String>> = read(&Source::whole("a.yaml", &text)).unwrap();
            let theirs: BTreeMap<String, Vec<String>> = serde_yaml::from_str(&text).unwrap();
            prop_assert_eq!(&ours, &document);
            prop_assert_eq!(&theirs, &document);
        }
    }

    #[test]
    fn words_that_other_readers_take_for_something_else() {
        let words = [
            "no",
            "yes",
            "on",
            "~",
            "null",
            "1_000",
            "0o7",
            "1e3",
            "=",
            "<<",
            "2001-01-01",
            "\t",
            "a\u{2028}b",
            "\u{85}",
            "",
        ];
        let document: Vec<&str> = words.to_vec();
        let text = write(&document).unwrap();
        let theirs: Vec<String> = serde_yaml::from_str(&text).unwrap();
        assert_eq!(theirs, words);
        let ours: Vec<String> = read(&Source::whole("a.yaml", &text)).unwrap();
        assert_eq!(ours, words);
    }
}
