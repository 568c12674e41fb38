//! `push` of a remote: what may be pushed to it.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::reader::{Keys, Reader};
use crate::code::Code;
use crate::plan::{LimitError, PushPolicy, RefPattern, read_bytes};
use crate::tree::{Node, Value};

pub(crate) const PUSH: Keys = Keys {
    of: "push",
    known: &[
        "refs",
        "force",
        "delete",
        "max_refs",
        "max_objects",
        "max_size",
    ],
    dropped: &[],
};

/// How many refs one push may be allowed to change.
const REFS: RangeInclusive<u64> = 1..=10_000;
/// How many objects one push may be allowed to bring.
const OBJECTS: RangeInclusive<u64> = 1..=100_000_000;
/// How many bytes one push may be allowed to bring: a KiB to a TiB.
const BYTES: RangeInclusive<u64> = 1024..=1024 * 1024 * 1024 * 1024;

/// Reads what may be pushed; what is not said is as if the key were not there.
pub(super) fn read(reader: &mut Reader<'_>, node: Node) -> PushPolicy {
    let mut policy = PushPolicy::default();
    for (key, value) in reader.fields(node, PUSH).unwrap_or_default() {
        match key.text.as_str() {
            "refs" => policy.refs = patterns(reader, value),
            "force" => policy.force = patterns(reader, value),
            "delete" => policy.delete = patterns(reader, value),
            "max_refs" => {
                let number = number(reader, &value, "max_refs", &REFS);
                if let Some(number) = number.and_then(|number| u32::try_from(number).ok()) {
                    policy.max_refs = number;
                }
            }
            "max_objects" => {
                if let Some(number) = number(reader, &value, "max_objects", &OBJECTS) {
                    policy.max_objects = number;
                }
            }
            _ => {
                if let Some(bytes) = size(reader, &value) {
                    policy.max_bytes = bytes;
                }
            }
        }
    }
    policy
}

/// Patterns, each once; one that does not begin with `refs/` is of branches.
fn patterns(reader: &mut Reader<'_>, node: Node) -> Vec<RefPattern> {
    let mut patterns = Vec::new();
    for item in reader.list(node) {
        let Value::Text(text) = &item.value else {
            reader.wrong_kind(&item, "text");
            continue;
        };
        let full = if text.starts_with("refs/") {
            text.clone()
        } else {
            format!("refs/heads/{text}")
        };
        match full.parse() {
            Ok(pattern) if patterns.contains(&pattern) => {
                let message = format!("`{text}` stands here a second time");
                let help = Some("remove one of the two".to_owned());
                reader.problem(Code::GitPush, item.at, message, help);
            }
            Ok(pattern) => patterns.push(pattern),
            Err(error) => problem(reader, &item, text, &error),
        }
    }
    patterns
}

fn problem(reader: &mut Reader<'_>, item: &Node, text: &str, error: &dyn Display) {
    let help = "a short name such as `main` or `agent/*` is a branch";
    let message = format!("`{text}`: {error}");
    reader.problem(Code::GitPush, item.at, message, Some(help.to_owned()));
}

fn number(
    reader: &mut Reader<'_>,
    node: &Node,
    key: &str,
    range: &RangeInclusive<u64>,
) -> Option<u64> {
    let Value::Integer(number) = node.value else {
        reader.wrong_kind(node, "a whole number");
        return None;
    };
    let number = u64::try_from(number).ok();
    let good = number.filter(|number| range.contains(number));
    if good.is_none() {
        let message = format!(
            "`{key}` is a whole number from {} to {}",
            range.start(),
            range.end()
        );
        reader.problem(Code::GitPush, node.at, message, None);
    }
    good
}

fn size(reader: &mut Reader<'_>, node: &Node) -> Option<u64> {
    let bytes = match &node.value {
        Value::Text(text) => read_bytes(text),
        Value::Integer(number) => u64::try_from(*number).map_err(|_| LimitError::Memory),
        _ => {
            reader.wrong_kind(node, "a number of bytes, or one with a unit");
            return None;
        }
    };
    let good = bytes.ok().filter(|bytes| BYTES.contains(bytes));
    if good.is_none() {
        let message =
            "`max_size` is a number of bytes, or one with a unit (100m, 2g), from 1k to 1t";
        reader.problem(Code::GitPush, node.at, message.to_owned(), None);
    }
    good
}
