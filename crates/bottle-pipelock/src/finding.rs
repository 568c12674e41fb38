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
}

impl Finding {
    /// A finding about the whole text.
    pub(crate) const fn of(rule: &'static str) -> Self {
        Self {
            rule,
            offset: 0,
            literal: "",
        }
    }

    /// The same at another place.
    pub(crate) const fn at(self, offset: usize) -> Self {
        Self { offset, ..self }
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
