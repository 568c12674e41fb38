//! What is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::code::Code;
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
    /// Which kind of mistake it is.
    pub code: Code,
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
    /// The other place, where there are two.
    pub related: Option<Related>,
}

/// A second place that a mistake is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What is there.
    pub label: &'static str,
    /// The file, as the user knows it.
    pub file: String,
    /// Where.
    pub position: Position,
    /// The whole line, without its end.
    pub source_line: String,
}

/// One line of a file, ready to be shown.
struct Shown {
    file: String,
    line: String,
    position: Position,
}

impl Shown {
    fn new(file: &str, line: &str, position: Position) -> Self {
        // One placeholder per hidden character keeps the columns right.
        let placeholder = |each: char| {
            let seen = visible(each.encode_utf8(&mut [0; 4]));
            if seen.chars().count() == 1 {
                each
            } else {
                '\u{fffd}'
            }
        };
        Self {
            file: visible(file),
            line: line.chars().take(MAX_SHOWN).map(placeholder).collect(),
            position,
        }
    }

    fn snippet<'a>(&'a self, kind: AnnotationKind, label: &'a str) -> Snippet<'a, Annotation<'a>> {
        let annotation = kind.span(self.span());
        Snippet::source(self.line.as_str())
            .path(self.file.as_str())
            .line_start(self.position.line)
            .annotation(if label.is_empty() {
                annotation
            } else {
                annotation.label(label)
            })
    }

    /// The part of the line that is meant, as bytes of it.
    fn span(&self) -> Range<usize> {
        let from = self.position.column.saturating_sub(1);
        let start = byte_of(&self.line, from);
        let end = byte_of(&self.line, from.saturating_add(self.position.width.max(1)));
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
        let help = self.help.as_deref().map(visible);
        let shown = Shown::new(&self.file, &self.source_line, self.position);
        let other = self.related.as_ref().map(|other| {
            (
                other.label,
                Shown::new(&other.file, &other.source_line, other.position),
            )
        });
        let mut group = Level::ERROR
            .primary_title(message.as_str())
            .id(self.code.as_str())
            .element(shown.snippet(AnnotationKind::Primary, ""));
        if let Some((label, other)) = &other {
            group = group.element(other.snippet(AnnotationKind::Context, label));
        }
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

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, more: T) {
        self.0.extend(more);
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
