//! What is found.

use std::fmt;

/// Something that must not leave. It says which rule found it and where, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The rule: a family of tokens (`github-token`), `known-secret`, or one of the scanner's own.
    pub rule: &'static str,
    /// Where it begins, in bytes from the beginning of what was scanned; behind an encoding, where the encoded text begins.
    pub offset: usize,
    /// How it is recognised (`ghp_`): enough to find it, nothing to use it with. Empty for a secret known by value.
    pub literal: &'static str,
    /// Where it ends, if it stands there as it is. `None` for what was found behind an encoding or over several pieces, and
    /// for what has no end of its own.
    pub end: Option<usize>,
}

impl Finding {
    /// A finding about the whole text.
    pub(crate) const fn of(rule: &'static str) -> Self {
        Self {
            rule,
            offset: 0,
            literal: "",
            end: None,
        }
    }

    /// The same, seen from another text: where it ends there is not known.
    pub(crate) const fn at(self, offset: usize) -> Self {
        let end = None;
        Self {
            offset,
            end,
            ..self
        }
    }

    /// The same with its end.
    pub(crate) const fn until(self, end: usize) -> Self {
        let end = Some(end);
        Self { end, ..self }
    }

    /// Whether both tell the same, whichever way they were found.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let told = |each: &Self| (each.offset, each.rule, each.literal);
        told(self) == told(other)
    }
}

impl Finding {
    /// The token without what is secret of it: `ghp_…`. Empty for a secret known by value.
    pub fn excerpt(&self) -> String {
        match self.literal {
            "" => String::new(),
            literal => format!("{literal}…"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule)?;
        if !self.literal.is_empty() {
            write!(f, " ({}…)", self.literal)?;
        }
        write!(f, " at byte {}", self.offset)
    }
}
