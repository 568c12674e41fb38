//! The split of a Markdown file into its YAML front matter and its body.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics, Position};
use crate::source::Source;

/// The line before and after the front matter.
const FENCE: &str = "---";

/// The two parts of a file.
#[derive(Debug, Clone, Copy)]
pub struct FrontMatter<'a> {
    /// The YAML, and where it begins.
    pub yaml: Source<'a>,
    /// The Markdown behind it.
    pub body: &'a str,
}

impl<'a> FrontMatter<'a> {
    /// Splits a file: its first line is `---`, a later one closes the front matter.
    ///
    /// # Errors
    ///
    /// A file without front matter, or with one that is never closed.
    pub fn split(name: &'a str, text: &'a str) -> Result<Self, Diagnostics> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let whole = Source::whole(name, text);
        let first = text.split('\n').next().unwrap_or_default();
        if first.contains('\r') && !text.contains('\n') {
            return Err(problem(
                &whole,
                1,
                "the lines of this file end with a carriage return alone",
                "save it with line feeds",
            )
            .into());
        }
        if !is_fence(first) {
            return Err(problem(
                &whole,
                1,
                "a manifest begins with front matter",
                "make `---` the first line, and close the front matter with another `---`",
            )
            .into());
        }
        let begin = first.len().saturating_add(1);
        let rest = text.get(begin..).unwrap_or_default();
        let mut at = 0;
        for line in rest.split('\n') {
            if is_fence(line) {
                let yaml = Source {
                    name,
                    text: rest.get(..at).unwrap_or_default(),
                    line_offset: 1,
                };
                let body = rest
                    .get(at.saturating_add(line.len()).saturating_add(1)..)
                    .unwrap_or_default();
                return Ok(Self { yaml, body });
            }
            at = at.saturating_add(line.len()).saturating_add(1);
        }
        Err(problem(
            &whole,
            1,
            "the front matter is never closed",
            "close it with a line `---`",
        )
        .into())
    }
}

/// `---`, with a carriage return at most.
fn is_fence(line: &str) -> bool {
    line.strip_suffix('\r').unwrap_or(line) == FENCE
}

fn problem(source: &Source<'_>, line: usize, message: &str, help: &str) -> Diagnostic {
    let mut diagnostic = source.diagnostic(
        Code::ManifestFrontMatter,
        Position {
            line,
            column: 1,
            width: 3,
        },
        message.to_owned(),
    );
    diagnostic.help = Some(help.to_owned());
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splits_at_the_fences() {
        let parts = FrontMatter::split("a.md", "---\na: 1\n---\nbody\n---\n").unwrap();
        assert_eq!((parts.yaml.text, parts.body), ("a: 1\n", "body\n---\n"));
        let parts = FrontMatter::split("a.md", "\u{feff}---\r\na: 1\r\n---").unwrap();
        assert_eq!((parts.yaml.text, parts.body), ("a: 1\r\n", ""));
    }

    #[test]
    fn refuses_what_has_none() {
        for text in [
            "",
            "a: 1\n",
            "--- \na: 1\n---\n",
            "---\na: 1\n",
            "----\na: 1\n---\n",
            "\n---\n---\n",
        ] {
            assert!(FrontMatter::split("a.md", text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(---|\n|\r|é|[a-z: ]){0,20}") {
            if let Ok(parts) = FrontMatter::split("a.md", &text) {
                prop_assert!(parts.yaml.text.len() + parts.body.len() < text.len());
            }
        }
    }
}
