//! What a text in the language of shells does that nobody does by chance.

use super::program;
use super::shell::{self, Command, Pipeline};
use super::word::Word;
use super::{ansi, data};

/// The rule of a command whose name is hidden, or which is decoded before it runs.
pub(super) const DISGUISED_RULE: &str = "shell-obfuscation";
/// The rule of a command that sends a file with secrets, or the environment.
pub(super) const SENT_RULE: &str = "shell-exfiltration";
/// Texts in texts: `bash -c "$(…)"`.
const DEPTH: usize = 4;
/// What turns something back that was encoded: a program, and one of its options.
const DECODERS: &[(&str, &[&str])] = &[
    ("base64", &["-d", "-D", "--decode", "-di", "-id"]),
    ("base32", &["-d", "-D", "--decode"]),
    ("xxd", &["-r", "-rp", "-pr"]),
    ("openssl", &["-d"]),
    ("rev", &[]),
];
/// Python, Perl and others that run what they decode.
const DECODED_CODE: &[(&str, &str)] = &[
    ("exec(", "b64decode"),
    ("eval(", "b64decode"),
    ("exec(", "fromhex"),
    ("eval(", "atob("),
    ("eval(", "buffer.from("),
    ("eval", "decode_base64"),
    ("eval", "base64_decode"),
    ("iex", "frombase64string"),
];

/// The rule that a text breaks, if it does.
pub(super) fn judge(text: &str) -> Option<&'static str> {
    let found = look(text, DEPTH);
    let sends = || data::is_sent(text).then_some(SENT_RULE);
    found.or_else(sends)
}

fn look(text: &str, depth: usize) -> Option<&'static str> {
    let depth = depth.checked_sub(1)?;
    shell::parse(text)
        .iter()
        .find_map(|pipeline| of_pipeline(pipeline, depth))
}

fn of_pipeline(pipeline: &Pipeline, depth: usize) -> Option<&'static str> {
    let mut commands = pipeline.commands.iter();
    let mut is_decoded = false;
    let is_disguised = commands.any(|command| {
        let reads_decoded =
            is_decoded && program_of(command).is_some_and(|name| program::runs_input(&name));
        is_decoded |= decodes(command) || command.inner.iter().any(|inner| has_decoder(inner));
        reads_decoded || is_hidden(command)
    });
    let inner = |command: &Command| {
        let texts = command.inner.iter().chain(scripts(command));
        texts.map(String::as_str).find_map(|text| look(text, depth))
    };
    if is_disguised {
        return Some(DISGUISED_RULE);
    }
    pipeline.commands.iter().find_map(inner)
}

/// The word that names the program, behind those that only run it.
pub(super) fn program_word(command: &Command) -> Option<&Word> {
    let is_option = |word: &&Word| word.text.starts_with('-') || word.text.contains('=');
    let mut words = command.words.iter();
    let mut word = words.next()?;
    while !word.is_disguised() && program::is_wrapper(&word.program()) {
        word = words.find(|word| !is_option(word))?;
    }
    Some(word)
}

/// The name of the program.
pub(super) fn program_of(command: &Command) -> Option<String> {
    program_word(command).map(Word::program)
}

/// Whether the program's name is hidden, or what it runs is decoded first.
fn is_hidden(command: &Command) -> bool {
    let Some(word) = program_word(command) else {
        return command.is_computed && command.inner.iter().any(|inner| has_decoder(inner));
    };
    let name = word.program();
    let is_usual = program::is_usual(&name);
    let runs = program::runs_input(&name) || name == "eval";
    let is_decoded =
        (runs || command.is_computed) && command.inner.iter().any(|inner| has_decoder(inner));
    let is_code =
        program::runs_input(&name) && command.words.iter().any(|word| is_decoded_code(&word.text));
    is_usual && (word.is_disguised() || command.is_joined)
        || program::is_pattern_of_usual(&name)
        || is_decoded
        || is_code
}

fn is_decoded_code(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    DECODED_CODE
        .iter()
        .any(|(run, decode)| text.contains(run) && text.contains(decode))
}

/// Whether something in the text is decoded.
fn has_decoder(text: &str) -> bool {
    let pipelines = shell::parse(text);
    pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.commands)
        .any(decodes)
}

/// Whether a command turns something back that was encoded.
fn decodes(command: &Command) -> bool {
    let Some(name) = program_of(command) else {
        return false;
    };
    let has = |options: &[&str]| {
        options.is_empty()
            || command
                .words
                .iter()
                .any(|word| options.contains(&word.text.as_str()))
    };
    let is_decoder = DECODERS
        .iter()
        .any(|(program, options)| *program == name && has(options));
    let writes = matches!(name.as_str(), "printf" | "echo");
    is_decoder || writes && command.words.iter().any(|word| ansi::hides(&word.text))
}

/// Texts of the same language among the words.
fn scripts(command: &Command) -> impl Iterator<Item = &String> {
    let name = program_of(command).unwrap_or_default();
    let is_eval = name == "eval";
    let is_shell = program::is_shell(&name);
    let words = command.words.iter().skip(1);
    let scripts = words.filter(move |word| (is_eval || is_shell) && word.is_script());
    scripts.map(|word| &word.text)
}
