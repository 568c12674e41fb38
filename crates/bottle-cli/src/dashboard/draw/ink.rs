//! How text gets onto the screen: the one way there is, so that nothing gets there as an agent wrote it.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use unicode_width::UnicodeWidthChar as _;

/// Whether there is colour (<https://no-color.org>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// There is.
    Wanted,
    /// There is none: words, marks, bold and reversed text tell everything anyway.
    Unwanted,
}

/// What the terminal can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8.
    Unicode,
    /// ASCII alone.
    Ascii,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Text.
    Plain,
    /// What is in the way of nothing: rules, labels.
    Faint,
    /// What counts.
    Strong,
    /// What is fine.
    Good,
    /// What was refused, or is dangerous.
    Bad,
    /// What is to be noticed.
    Warn,
    /// What an agent wrote.
    Agent,
    /// The row that is meant.
    Chosen,
}

/// How text is written on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink {
    /// Whether there is colour.
    pub(crate) colour: Colour,
    /// What can be written.
    pub(crate) charset: Charset,
}

impl Ink {
    /// A piece of text, whoever wrote it, with everything in it that a terminal would act on, would not show or could not
    /// write shown as an escape.
    pub(crate) fn span(self, tone: Tone, text: &str) -> Span<'static> {
        Span::styled(self.shown(text), self.style(tone))
    }

    /// A text as it is seen. Every character of it takes one or two columns, and none combines with the one before: what
    /// is measured is what is drawn.
    pub(crate) fn shown(self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        for each in bottle_core::visible(text).chars() {
            if self.can_write(each) {
                shown.push(each);
            } else {
                shown.extend(each.escape_unicode());
            }
        }
        shown
    }

    fn can_write(self, each: char) -> bool {
        if each.is_ascii() {
            return true;
        }
        let has_width = each.width().is_some_and(|width| width > 0);
        self.charset == Charset::Unicode && has_width && !is_blank(each)
    }

    /// One or the other, for what the terminal can write.
    pub(crate) const fn either(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.charset {
            Charset::Unicode => unicode,
            Charset::Ascii => ascii,
        }
    }

    /// What stands where something was cut.
    pub(crate) const fn dots(self) -> &'static str {
        self.either("…", "...")
    }

    fn style(self, tone: Tone) -> Style {
        let style = Style::new();
        let style = match tone {
            Tone::Strong | Tone::Bad | Tone::Warn => style.add_modifier(Modifier::BOLD),
            Tone::Chosen => style.add_modifier(Modifier::REVERSED),
            Tone::Plain | Tone::Faint | Tone::Good | Tone::Agent => style,
        };
        if self.colour == Colour::Unwanted {
            return style;
        }
        match tone {
            Tone::Plain | Tone::Strong | Tone::Chosen => style,
            Tone::Faint => style.fg(Color::DarkGray),
            Tone::Good => style.fg(Color::Green),
            Tone::Bad => style.fg(Color::Red),
            Tone::Warn => style.fg(Color::Yellow),
            Tone::Agent => style.fg(Color::Cyan),
        }
    }
}

/// Signs that take room and show nothing: a text could be torn apart with them.
fn is_blank(each: char) -> bool {
    each.is_whitespace()
        || matches!(
            each,
            '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNICODE: Ink = Ink {
        colour: Colour::Unwanted,
        charset: Charset::Unicode,
    };
    const ASCII: Ink = Ink {
        colour: Colour::Unwanted,
        charset: Charset::Ascii,
    };

    #[test]
    fn what_hides_is_shown() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("gr\u{fc}n \u{6f22}", "grün 漢"),
            ("e\u{301}", "e\\u{301}"),
            ("a\u{202e}b\u{200b}c", "a\\u{202e}b\\u{200b}c"),
            ("a\u{3164}b\u{a0}c\u{2800}", "a\\u{3164}b\\u{a0}c\\u{2800}"),
        ] {
            assert_eq!(UNICODE.shown(text), shown);
        }
        assert_eq!(ASCII.shown("grün …"), "gr\\u{fc}n \\u{2026}");
    }
}
