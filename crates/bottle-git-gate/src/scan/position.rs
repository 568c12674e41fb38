//! Places in texts.

use std::fmt;

/// A place in a text, as editors count: both from 1, columns in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Position {
    /// Of the byte at this offset.
    pub(super) fn of(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
        Self {
            line,
            column: before.len() - start + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column } = self;
        write!(f, "{line}:{column}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_begin_with_one() {
        let shown = |offset| Position::of(b"a\nbc\n\nd", offset).to_string();
        assert_eq!(
            [0, 1, 2, 3, 5, 6, 99].map(shown),
            ["1:1", "1:2", "2:1", "2:2", "3:1", "4:1", "4:2"]
        );
    }
}
