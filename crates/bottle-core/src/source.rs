//! A text being read, with what is needed to point into it.

use crate::diagnostic::{Diagnostic, Position};

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
    pub fn diagnostic(&self, code: &'static str, at: Position, message: String) -> Diagnostic {
        let line = self
            .text
            .split('\n')
            .nth(at.line.saturating_sub(1))
            .unwrap_or_default();
        Diagnostic {
            code,
            message,
            file: self.name.to_owned(),
            position: Position {
                line: at.line.saturating_add(self.line_offset),
                ..at
            },
            source_line: line.trim_end_matches('\r').to_owned(),
            help: None,
        }
    }
}
