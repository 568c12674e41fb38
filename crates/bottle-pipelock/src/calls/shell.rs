//! The language of shells, as far as it says which programs are called with which words.

use std::collections::BTreeMap;
use std::mem;
use std::str::Chars;

use super::ansi;
use super::word::Word;

/// Variables of one text whose values are known.
const MOST_VARIABLES: usize = 64;
/// The longest value that is put in the place of its variable: parts of words are short.
const LONGEST_VALUE: usize = 64;

/// Programs that are called one behind the other, each with the output of the one before.
#[derive(Debug, Default)]
pub(super) struct Pipeline {
    pub(super) commands: Vec<Command>,
}

/// A program and its words.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    /// Texts of the language of which the output is put in here.
    pub(super) inner: Vec<String>,
    /// The program itself is the output of one of these.
    pub(super) is_computed: bool,
    /// Words are set apart by a variable.
    pub(super) is_joined: bool,
}

/// All that a text calls.
pub(super) fn parse(text: &str) -> Vec<Pipeline> {
    let mut lexer = Lexer {
        rest: text.chars(),
        done: Vec::new(),
        pipeline: Pipeline::default(),
        command: Command::default(),
        word: None,
        is_target: false,
        variables: BTreeMap::new(),
    };
    while let Some(letter) = lexer.rest.next() {
        lexer.take(letter);
    }
    lexer.end_pipeline();
    lexer.done
}

struct Lexer<'a> {
    rest: Chars<'a>,
    done: Vec<Pipeline>,
    pipeline: Pipeline,
    command: Command,
    word: Option<Word>,
    /// What comes next is where output goes.
    is_target: bool,
    variables: BTreeMap<String, String>,
}

impl<'a> Lexer<'a> {
    fn take(&mut self, letter: char) {
        match letter {
            '\\' => self.backslash(),
            '\'' => self.single(),
            '"' => self.double(),
            '`' => self.backticks(),
            '$' => self.dollar(),
            '#' if self.word.is_none() => {
                self.until('\n');
                self.end_pipeline();
            }
            '<' | '>' => self.redirect(letter),
            ' ' | '\t' | '\r' => self.end_word(),
            '\n' | ';' | '&' | '(' | ')' => self.end_pipeline(),
            '|' if self.eat('|') => self.end_pipeline(),
            '|' => self.end_command(),
            '{' if self.word.is_none() && self.peek().is_none_or(char::is_whitespace) => {}
            letter => self.word().plain(letter),
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn eat(&mut self, letter: char) -> bool {
        let is_here = self.peek() == Some(letter);
        if is_here {
            self.rest.next();
        }
        is_here
    }

    /// What stands in front of this mark, which is passed over; all of it, if there is none.
    fn until(&mut self, mark: char) -> &'a str {
        let rest = self.rest.as_str();
        let (inner, after) = rest.split_once(mark).unwrap_or((rest, ""));
        self.rest = after.chars();
        inner
    }

    fn word(&mut self) -> &mut Word {
        let is_target = self.is_target;
        self.word.get_or_insert_with(|| Word::new(is_target))
    }

    fn backslash(&mut self) {
        match self.rest.next() {
            Some('\n') => {
                // The end of a line in a word hides it, between words it is ordinary.
                let goes_on = self.peek().is_some_and(|next| next.is_ascii_alphanumeric());
                if let Some(word) = self.word.as_mut().filter(|_| goes_on) {
                    word.trick();
                }
            }
            Some(letter) => self.word().escaped(letter),
            None => {}
        }
    }

    fn single(&mut self) {
        self.word().open();
        let inner = self.until('\'');
        self.word().text.push_str(inner);
        self.word().close();
    }

    fn double(&mut self) {
        self.word().open();
        while let Some(letter) = self.rest.next().filter(|letter| *letter != '"') {
            match letter {
                '`' => self.backticks(),
                '$' => self.dollar(),
                '\\' if matches!(self.peek(), Some('"' | '\\' | '$' | '`')) => {
                    let letter = self.rest.next();
                    self.word().text.extend(letter);
                }
                letter => self.word().text.push(letter),
            }
        }
        self.word().close();
    }

    fn backticks(&mut self) {
        let inner = self.until('`');
        self.substitute(inner);
    }

    /// The output of another text stands here.
    fn substitute(&mut self, inner: &str) {
        let is_first = self.command.words.is_empty();
        let is_program = is_first && !self.word().text.contains('=');
        self.command.is_computed |= is_program;
        self.command.inner.push(inner.to_owned());
    }

    fn redirect(&mut self, letter: char) {
        if self.eat('(') {
            let inner = self.parentheses();
            self.command.inner.push(inner.to_owned());
            return;
        }
        self.end_word();
        // `>>`, `>&1` and `<<<`.
        while self.eat(letter) || self.eat('&') {}
        self.is_target = letter == '>';
    }

    /// What stands in front of the parenthesis that ends this.
    fn parentheses(&mut self) -> &'a str {
        let rest = self.rest.as_str();
        let mut open = 1_usize;
        let end = rest.char_indices().find(|(_, letter)| {
            match letter {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            open == 0
        });
        let end = end.map_or(rest.len(), |(end, _)| end);
        let (inner, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = after.strip_prefix(')').unwrap_or(after).chars();
        inner
    }

    fn dollar(&mut self) {
        match self.peek() {
            Some('(') => {
                self.rest.next();
                let inner = self.parentheses();
                self.substitute(inner);
            }
            Some('\'') => {
                self.rest.next();
                let (text, is_hidden) = ansi::decode(&mut self.rest);
                let word = self.word();
                if is_hidden {
                    word.trick();
                }
                word.text.push_str(&text);
            }
            Some('{') => {
                self.rest.next();
                let inner = self.until('}');
                self.variable(inner);
            }
            _ => {
                let name = self.name();
                self.variable(name);
            }
        }
    }

    /// The name of a variable without braces.
    fn name(&mut self) -> &'a str {
        let rest = self.rest.as_str();
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let length = match rest.chars().next() {
            Some('@' | '*' | '#' | '?' | '!' | '-' | '0'..='9') => 1,
            _ => rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()),
        };
        let (name, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        self.rest = after.chars();
        name
    }

    /// What a variable stands for: a space, a slash, what the text says, or nothing.
    fn variable(&mut self, name: &'a str) {
        if name == "IFS" || name.starts_with("IFS%") || name.starts_with("IFS:") {
            let is_program = |word: &Word| !word.text.is_empty() && !word.text.contains('=');
            self.command.is_joined |=
                self.command.words.is_empty() && self.word.as_ref().is_some_and(is_program);
            self.end_word();
            return;
        }
        let known = self.variables.get(name).cloned().unwrap_or_default();
        // A way to write a slash.
        let value = if name.ends_with(":0:1") { "/" } else { &known };
        self.word().value(value);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        self.is_target = false;
        if self.command.words.is_empty() && self.assign(&word.text) {
            return;
        }
        self.command.words.extend(word.expand());
    }

    /// Takes note of `name=value`.
    fn assign(&mut self, text: &str) -> bool {
        let Some((name, value)) = text.split_once('=') else {
            return false;
        };
        let is_name = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
        let is_assignment = !name.is_empty() && name.bytes().all(is_name);
        if is_assignment && value.len() <= LONGEST_VALUE && self.variables.len() < MOST_VARIABLES {
            self.variables.insert(name.to_owned(), value.to_owned());
        }
        is_assignment
    }

    fn end_command(&mut self) {
        self.end_word();
        self.is_target = false;
        let command = mem::take(&mut self.command);
        if !command.words.is_empty() || !command.inner.is_empty() {
            self.pipeline.commands.push(command);
        }
    }

    fn end_pipeline(&mut self) {
        self.end_command();
        let pipeline = mem::take(&mut self.pipeline);
        if !pipeline.commands.is_empty() {
            self.done.push(pipeline);
        }
    }
}
