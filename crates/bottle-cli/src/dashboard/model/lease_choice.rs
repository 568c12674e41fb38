//! The question for how long an approval is to hold.

use std::num::NonZeroU32;

use super::prompt::Typed;
use super::{Key, LeaseWish, Prompt};

/// What can be chosen with one key.
const FIXED: [LeaseWish; 4] = [
    LeaseWish {
        seconds: None,
        uses: None,
    },
    LeaseWish {
        seconds: NonZeroU32::new(15 * 60),
        uses: None,
    },
    LeaseWish {
        seconds: NonZeroU32::new(60 * 60),
        uses: None,
    },
    LeaseWish {
        seconds: None,
        uses: Some(NonZeroU32::MIN),
    },
];

/// For how long an approval is to hold: which line is chosen, or what is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LeaseChoice {
    /// The line, from 0; the one behind the last is another lease, which is typed.
    pub(crate) line: usize,
    /// What is typed, once that was chosen.
    pub(crate) typed: Option<Prompt>,
    wish: LeaseWish,
}

impl LeaseChoice {
    /// The lines.
    pub(crate) fn lines() -> Vec<String> {
        let fixed = FIXED.iter().map(ToString::to_string);
        let other = "something else, such as `30m`, `5 uses` or `2h 10 uses`".to_owned();
        fixed.chain([other]).collect()
    }

    /// What was chosen.
    pub(crate) const fn wish(&self) -> LeaseWish {
        self.wish
    }

    /// One key.
    pub(crate) fn key(&mut self, key: Key) -> Typed {
        if self.typed.is_some() {
            return self.typing(key);
        }
        match key {
            Key::Escape => return Typed::GivenUp,
            Key::Up | Key::Char('k') => self.line = self.line.saturating_sub(1),
            Key::Down | Key::Char('j') => self.line = (self.line + 1).min(FIXED.len()),
            Key::Char(sign @ '1'..='9') => {
                let number = sign
                    .to_digit(10)
                    .and_then(|digit| usize::try_from(digit).ok());
                let line = number.unwrap_or_default().saturating_sub(1);
                if line <= FIXED.len() {
                    self.line = line;
                    return self.choose();
                }
            }
            Key::Enter => return self.choose(),
            _ => {}
        }
        Typed::On
    }

    /// What was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(prompt) = &mut self.typed {
            prompt.paste(text);
        }
    }

    fn choose(&mut self) -> Typed {
        let Some(wish) = FIXED.get(self.line) else {
            self.typed = Some(Prompt::default());
            return Typed::On;
        };
        self.wish = *wish;
        Typed::Entered
    }

    fn typing(&mut self, key: Key) -> Typed {
        let Some(prompt) = &mut self.typed else {
            return Typed::On;
        };
        match prompt.key(key) {
            Typed::On => {}
            Typed::GivenUp => self.typed = None,
            Typed::Entered => match prompt.text.parse() {
                Ok(wish) => {
                    self.wish = wish;
                    return Typed::Entered;
                }
                Err(error) => {
                    let error: super::LeaseWishError = error;
                    prompt.problem = Some(error.to_string());
                }
            },
        }
        Typed::On
    }
}
