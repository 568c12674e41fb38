//! Words of an instruction: quotation marks and variables.

use std::collections::BTreeMap;

/// The longest value of a variable that is followed, in bytes: each may name the one before it twice. The name of an
/// image is no longer.
const VALUE_LIMIT: usize = 255;

/// The variables that a `FROM` may use; `None` for one whose value is not read.
pub(super) type Variables = BTreeMap<String, Option<String>>;

/// A word without the quotation marks around it; `None` where they stand elsewhere.
pub(super) fn unquoted(word: &str) -> Option<&str> {
    let bare = ['"', '\'']
        .iter()
        .find_map(|mark| word.strip_prefix(*mark)?.strip_suffix(*mark))
        .unwrap_or(word);
    (!bare.contains(['"', '\'', '\\'])).then_some(bare)
}

/// A word with its variables replaced (`$NAME`, `${NAME}`, `${NAME:-word}`, `${NAME:+word}`); one that is not set is
/// empty. `None` for any other form, and for what grows too long.
pub(super) fn expanded(word: &str, variables: &Variables) -> Option<String> {
    let mut text = String::new();
    let mut rest = word;
    while let Some((plain, after)) = rest.split_once('$') {
        text.push_str(plain);
        let (value, left) = variable(after, variables)?;
        text.push_str(&value);
        rest = left;
        if text.len() > VALUE_LIMIT {
            return None;
        }
    }
    text.push_str(rest);
    (text.len() <= VALUE_LIMIT).then_some(text)
}

/// The value of the variable that begins here, and what follows it.
fn variable<'a>(after: &'a str, variables: &Variables) -> Option<(String, &'a str)> {
    let Some(inside) = after.strip_prefix('{') else {
        let (name, rest) = after.split_at(name_end(after));
        return Some((value(name, variables)?, rest));
    };
    let (inside, rest) = inside.split_once('}')?;
    let (name, modifier) = inside.split_at(name_end(inside));
    let value = value(name, variables)?;
    let word = |sign| {
        let word = modifier.strip_prefix(sign)?;
        (!word.contains(['$', '{'])).then(|| word.to_owned())
    };
    let value = match modifier {
        "" => value,
        _ if modifier.starts_with(":-") && value.is_empty() => word(":-")?,
        _ if modifier.starts_with(":-") => value,
        _ if modifier.starts_with(":+") && value.is_empty() => value,
        _ if modifier.starts_with(":+") => word(":+")?,
        _ => return None,
    };
    Some((value, rest))
}

fn value(name: &str, variables: &Variables) -> Option<String> {
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    variables
        .get(name)
        .map_or(Some(String::new()), Clone::clone)
}

/// How long the name is that a text begins with.
fn name_end(text: &str) -> usize {
    text.find(|each: char| !(each.is_ascii_alphanumeric() || each == '_'))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        let set = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        Variables::from([set("A", Some("x")), set("E", Some("")), set("U", None)])
    }

    #[test]
    fn variables_in_each_form() {
        let all = [
            ("plain:1", Some("plain:1")),
            ("$A-$A", Some("x-x")),
            ("r/${A}:${N:-1}", Some("r/x:1")),
            ("${A:-no}${A:+yes}${E:+no}", Some("xyes")),
            ("$N", Some("")),
            ("$U", None),
            ("${A", None),
            ("${A#x}", None),
            ("${N:-$A}", None),
            ("$", None),
            ("$1", None),
        ];
        for (word, wanted) in all {
            assert_eq!(expanded(word, &variables()).as_deref(), wanted, "{word}");
        }
    }

    #[test]
    fn values_that_double_are_stopped() {
        let mut variables = variables();
        let mut steps = 0;
        while let Some(value) = expanded("$A$A", &variables) {
            variables.insert("A".to_owned(), Some(value));
            steps += 1;
        }
        assert_eq!(steps, 7);
    }

    #[test]
    fn quotation_marks_around_a_word() {
        assert_eq!(unquoted("\"a:1\""), Some("a:1"));
        assert_eq!(unquoted("'a'"), Some("a"));
        assert_eq!(unquoted("a"), Some("a"));
        assert_eq!(unquoted("a\"b\""), None);
        assert_eq!(unquoted("\"a'"), None);
        assert_eq!(unquoted("a\\b"), None);
    }
}
