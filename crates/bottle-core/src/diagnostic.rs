//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::visible::visible;

/// The longest line of source that is shown, in characters: a policy file has no longer ones in good faith.
const MAX_SHOWN: usize = 200;

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line in the file itself, front matter or not.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// How many characters are meant.
    pub width: usize,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name, for example `manifest.unknown-key`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The file, as the user knows it.
    pub file: String,
    /// Where.
    pub position: Position,
    /// The whole line, without its end.
    pub source_line: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The part of the shown line that is meant, as bytes of it.
    fn span(&self, shown: &str) -> Range<usize> {
        let from = self.position.column.saturating_sub(1);
        let start = byte_of(shown, from);
        let end = byte_of(shown, from.saturating_add(self.position.width.max(1)));
        start..end.max(start)
    }
}

/// The byte at which the given character begins; the end when there are fewer.
fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices()
        .nth(character)
        .map_or(text.len(), |(byte, _)| byte)
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = visible(&self.message);
        let file = visible(&self.file);
        let help = self.help.as_deref().map(visible);
        // One placeholder per hidden character keeps the columns right.
        let shown: String = self
            .source_line
            .chars()
            .take(MAX_SHOWN)
            .map(|each| {
                if visible(each.encode_utf8(&mut [0; 4])).chars().count() == 1 {
                    each
                } else {
                    '\u{fffd}'
                }
            })
            .collect();
        let snippet = Snippet::source(shown.as_str())
            .path(file.as_str())
            .line_start(self.position.line)
            .annotation(AnnotationKind::Primary.span(self.span(&shown)));
        let mut group = Level::ERROR
            .primary_title(message.as_str())
            .id(self.code)
            .element(snippet);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let report: [Group<'_>; 1] = [group];
        f.write_str(&Renderer::plain().render(&report))
    }
}

/// Everything that is wrong with one file; never empty when it is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// In order of their place.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things are wrong.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Puts them in order of their place.
    pub(crate) fn sorted(mut self) -> Self {
        self.0
            .sort_by_key(|each| (each.position.line, each.position.column));
        self
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
