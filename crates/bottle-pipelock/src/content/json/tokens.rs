//! What stands in a JSON document, without regard to its structure: how deep it nests costs nothing, and what is broken
//! or cut off gives what it has.

use super::Quoted;

/// A piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A string with a colon behind it.
    Key(Quoted<'a>),
    /// Any other string.
    Value(Quoted<'a>),
    /// A number, if it is that of a byte.
    Number(Option<u8>),
    /// `true`, `false`, `null`, or something that does not belong there.
    Word,
}

/// All of them, in order.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) const fn of(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// A string whose opening quote was read. One without an end ends with the text.
    fn string(&mut self) -> Token<'a> {
        let (quoted, rest) = Quoted::split(self.rest);
        let after = rest.trim_ascii_start();
        if let Some(after) = after.strip_prefix(b":") {
            self.rest = after;
            Token::Key(quoted)
        } else {
            self.rest = after;
            Token::Value(quoted)
        }
    }

    /// The rest of the text from `start` on, as long as it belongs to a number or a word.
    fn run(&mut self, start: &'a [u8]) -> &'a [u8] {
        let belongs =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
        let length = start.iter().take_while(|byte| belongs(byte)).count();
        let (run, rest) = start.split_at(length);
        self.rest = rest;
        run
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let start = self.rest;
            let (first, tail) = start.split_first()?;
            self.rest = tail;
            match first {
                b'"' => return Some(self.string()),
                b'0'..=b'9' | b'-' => return Some(Token::Number(byte(self.run(start)))),
                _ if first.is_ascii_alphabetic() => {
                    self.run(start);
                    return Some(Token::Word);
                }
                _ => {}
            }
        }
    }
}

/// The byte that a number in decimal digits stands for.
fn byte(run: &[u8]) -> Option<u8> {
    if run.len() > 3 {
        return None;
    }
    let digit = |number: u16, byte: &u8| {
        let digit = char::from(*byte).to_digit(10)?;
        Some(number * 10 + u16::try_from(digit).ok()?)
    };
    u8::try_from(run.iter().try_fold(0, digit)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let written = |quoted: Quoted<'_>| {
            let mut bytes = Vec::new();
            quoted.write(&mut bytes);
            String::from_utf8(bytes).unwrap()
        };
        let shown = |token| match token {
            Token::Key(key) => format!("key {}", written(key)),
            Token::Value(value) => format!("value {}", written(value)),
            Token::Number(Some(byte)) => format!("byte {byte}"),
            Token::Number(None) => "number".to_owned(),
            Token::Word => "word".to_owned(),
        };
        Tokens::of(text.as_bytes()).map(shown).collect()
    }

    #[test]
    fn keys_values_and_numbers() {
        let text = r#"{"a" : "b", "c":["d","e\"f"],"g":-1,"h":[0,255,256,1.5,1e2],"i":null}"#;
        let expected = [
            "key a",
            "value b",
            "key c",
            "value d",
            "value e\"f",
            "key g",
            "number",
            "key h",
            "byte 0",
            "byte 255",
            "number",
            "number",
            "number",
            "key i",
            "word",
        ];
        assert_eq!(tokens(text), expected);
    }

    #[test]
    fn what_is_cut_off_or_broken() {
        assert_eq!(tokens(r#"{"a":"b"#), ["key a", "value b"]);
        assert_eq!(tokens(r#"["a","b\"#), ["value a", "value b\\"]);
        assert_eq!(tokens("{\"a\":\"b\"}\n{\"c\":\"d\"}{}").len(), 4);
        assert_eq!(
            tokens("]]]}{\"a\" \"b\",,:nonsense"),
            ["value a", "value b", "word"]
        );
        assert!(tokens("").is_empty());
    }
}
