//! One line that is typed.

use super::Key;

/// The longest line, in characters: a sentence or two.
const LONGEST: usize = 500;

/// One line that is being typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Prompt {
    /// What stands there.
    pub(crate) text: String,
    /// What is wrong with what was entered.
    pub(crate) problem: Option<String>,
}

/// What a key did to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    /// It goes on.
    On,
    /// It was entered.
    Entered,
    /// It was given up.
    GivenUp,
}

impl Prompt {
    /// A line that stands there already.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            problem: None,
        }
    }

    /// One key.
    pub(crate) fn key(&mut self, key: Key) -> Typed {
        match key {
            Key::Enter => return Typed::Entered,
            Key::Escape => return Typed::GivenUp,
            Key::Char(sign) => self.push(sign),
            Key::Backspace => {
                self.text.pop();
            }
            Key::Clear => self.text.clear(),
            _ => {}
        }
        self.problem = None;
        Typed::On
    }

    /// What was pasted. A line break in it enters nothing.
    pub(crate) fn paste(&mut self, text: &str) {
        text.chars().for_each(|sign| self.push(sign));
    }

    fn push(&mut self, sign: char) {
        let sign = if sign == '\n' { ' ' } else { sign };
        if !sign.is_control() && self.text.chars().count() < LONGEST {
            self.text.push(sign);
        }
    }
}
