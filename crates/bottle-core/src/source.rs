//! A text being read, and places in it.

use std::fmt;
use std::sync::Arc;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Position, Related};

/// A file and what is in it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The file, as the user knows it.
    pub name: String,
    /// All of its text.
    pub text: String,
}

impl SourceFile {
    /// The line of that number (from 1), without its end.
    fn line(&self, number: usize) -> &str {
        line(&self.text, number)
    }
}

/// Where in which file something stands. It keeps the file's text, so that it can be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Where in it.
    pub position: Position,
}

impl Place {
    /// Something wrong at this place.
    pub fn diagnostic(&self, code: Code, message: String) -> Diagnostic {
        Diagnostic {
            code,
            message,
            file: self.file.name.clone(),
            position: self.position,
            source_line: self.file.line(self.position.line).to_owned(),
            help: None,
            related: None,
        }
    }

    /// This place as the other one of two.
    pub fn related(&self, label: &'static str) -> Related {
        Related {
            label,
            file: self.file.name.clone(),
            position: self.position,
            source_line: self.file.line(self.position.line).to_owned(),
        }
    }
}

impl fmt::Display for Place {
    /// `file:line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column, .. } = self.position;
        write!(f, "{}:{line}:{column}", crate::visible(&self.file.name))
    }
}

impl fmt::Debug for Place {
    /// Without the file's text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value of a manifest and where it stands. Two are equal when their values are.
#[derive(Clone)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T: PartialEq> PartialEq for Placed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Placed<T> {}

impl<T: fmt::Debug> fmt::Debug for Placed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)?;
        write!(f, " @{}", self.place.position.line)
    }
}

/// A piece of YAML and where in which file it begins.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The file, as the user knows it.
    pub name: &'a str,
    /// The YAML.
    pub text: &'a str,
    /// How many lines of the file stand before it.
    pub line_offset: usize,
}

impl<'a> Source<'a> {
    /// A file that is YAML from its first line on.
    pub const fn whole(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            line_offset: 0,
        }
    }

    /// A diagnostic at a place of the YAML (line and column from 1).
    pub fn diagnostic(&self, code: Code, at: Position, message: String) -> Diagnostic {
        Diagnostic {
            code,
            message,
            file: self.name.to_owned(),
            position: self.in_file(at),
            source_line: line(self.text, at.line).to_owned(),
            help: None,
            related: None,
        }
    }

    /// A place of the YAML as the other one of two.
    pub(crate) fn related(&self, label: &'static str, at: Position) -> Related {
        Related {
            label,
            file: self.name.to_owned(),
            position: self.in_file(at),
            source_line: line(self.text, at.line).to_owned(),
        }
    }

    /// A place of the YAML as one of the file.
    pub(crate) const fn in_file(&self, at: Position) -> Position {
        Position {
            line: at.line.saturating_add(self.line_offset),
            ..at
        }
    }
}

/// The line of that number (from 1), without its end.
fn line(text: &str, number: usize) -> &str {
    let line = text.split('\n').nth(number.saturating_sub(1));
    line.unwrap_or_default().trim_end_matches('\r')
}
