//! Commands that send what is secret.

use std::collections::BTreeSet;

use super::command::program_of;
use super::program;
use super::secret_place::{is_metadata, is_secret_file};
use super::shell::{self, Command, Pipeline};

/// Files of one text that may hold what was read from others.
const MOST_FILES: usize = 64;
/// Texts in texts.
const DEPTH: usize = 4;
/// Options whose value is not sent: it proves who sends, is written, or is left out.
const UNSENT: &[&str] = &[
    "-i",
    "-e",
    "-E",
    "-o",
    "-O",
    "-key",
    "-cert",
    "-CAfile",
    "--output",
    "--output-document",
    "--exclude",
    "--exclude-from",
    "--include",
    "--env-file",
    "--key",
    "--cert",
    "--cacert",
    "--capath",
    "--netrc-file",
    "--identity",
    "--rsh",
    "--private-key",
    "--ca-certificate",
    "--certificate",
    "--config",
];
/// Connections that a shell makes itself.
const DEVICES: &[&str] = &["/dev/tcp/", "/dev/udp/"];

/// Whether the text sends a file with secrets, the environment, or a shell.
pub(super) fn is_sent(text: &str) -> bool {
    let mut files = Files::default();
    shell::parse(text)
        .iter()
        .any(|pipeline| files.pass(pipeline))
}

/// Whether its output is secret.
pub(super) fn gives_out(text: &str) -> bool {
    let files = Files::default();
    let reads = |pipeline: &Pipeline| {
        let mut carried = Carried::default();
        let commands = pipeline.commands.iter();
        commands.for_each(|command| carried.add(&files, command, DEPTH));
        carried.is_secret
    };
    shell::parse(text).iter().any(reads)
}

/// Files that hold what was read from files with secrets.
#[derive(Default)]
struct Files(BTreeSet<String>);

impl Files {
    /// Whether the pipeline sends any, and which files it makes.
    fn pass(&mut self, pipeline: &Pipeline) -> bool {
        let mut carried = Carried::default();
        for command in &pipeline.commands {
            carried.add(self, command, DEPTH);
        }
        if carried.is_secret && !carried.is_sent {
            self.note(pipeline);
        }
        carried.opens_shell || carried.is_secret && carried.is_sent
    }

    /// Whatever else the pipeline names may be a copy.
    fn note(&mut self, pipeline: &Pipeline) {
        let words = pipeline
            .commands
            .iter()
            .flat_map(|command| command.words.iter().skip(1));
        let files = words.filter(|word| word.text.contains(['/', '.']) || word.is_target);
        for word in files {
            if self.0.len() < MOST_FILES && !is_secret_file(&word.text) {
                self.0.insert(word.text.clone());
            }
        }
    }

    /// Whether a word names a file whose content is secret.
    fn names(&self, word: &str) -> bool {
        let parts = word.split(['@', '=', '<', ',', ';', ':', '"', '\'', ' ', '(', ')']);
        let is_secret = |part: &str| is_secret_file(part) || self.0.contains(part);
        // What is behind an address is on another machine.
        !word.contains("://") && parts.filter(|part| !part.is_empty()).any(is_secret)
    }
}

/// What a pipeline reads and where it goes.
#[derive(Default)]
struct Carried {
    is_secret: bool,
    is_sent: bool,
    opens_shell: bool,
}

impl Carried {
    fn add(&mut self, files: &Files, command: &Command, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let name = program_of(command).unwrap_or_default();
        let texts = || command.words.iter().map(|word| word.text.as_str());
        let has = |wanted: &[&str]| texts().any(|text| wanted.contains(&text));
        let to_device = texts().any(|text| DEVICES.iter().any(|device| text.starts_with(device)));
        let is_netcat = matches!(name.as_str(), "nc" | "ncat" | "netcat");
        self.opens_shell |= program::is_shell(&name) && to_device
            || is_netcat && has(&["-e", "-c", "--exec", "--sh-exec"]);
        self.is_sent |= sends(&name, command) || to_device;
        self.is_secret |= dumps(&name, command) || reads_secret(files, command);
        self.is_secret |= program::sends(&name) && texts().any(is_metadata);
        for text in &command.inner {
            let commands = shell::parse(text)
                .into_iter()
                .flat_map(|pipeline| pipeline.commands);
            commands.for_each(|command| self.add(files, &command, depth));
        }
        if program::is_shell(&name) || name == "eval" || name == "ssh" {
            let scripts = command.words.iter().skip(1).filter(|word| word.is_script());
            let pipelines = scripts.flat_map(|word| shell::parse(&word.text));
            let commands = pipelines.flat_map(|pipeline| pipeline.commands);
            commands.for_each(|command| self.add(files, &command, depth));
        }
    }
}

/// Whether a command sends what it is given. Amazon's sends when it copies to a bucket.
fn sends(name: &str, command: &Command) -> bool {
    let has = |text: &str| command.words.iter().any(|word| word.text == text);
    match name {
        "aws" | "gsutil" => has("cp") || has("sync") || has("put-object"),
        "openssl" => has("s_client"),
        name => program::sends(name) || program::looks_up(name),
    }
}

/// Whether it gives out the whole environment.
fn dumps(name: &str, command: &Command) -> bool {
    let alone = command.words.iter().filter(|word| !word.is_target).count() == 1;
    let first = command.words.first().map(|word| word.text.as_str());
    match (first, name) {
        (_, "printenv") => true,
        (Some("env" | "set" | "export"), _) => alone,
        _ => false,
    }
}

/// Whether one of its words, other than those that prove who it is, names a file with secrets.
fn reads_secret(files: &Files, command: &Command) -> bool {
    let words = || command.words.iter().map(|word| word.text.as_str());
    let is_unsent = |before: &str| UNSENT.contains(&before);
    let before = std::iter::once("").chain(words());
    let mut pairs = before.zip(words());
    pairs.any(|(before, word)| {
        let option = word.split_once('=').map_or("", |(option, _)| option);
        !is_unsent(before) && !is_unsent(option) && files.names(word)
    })
}
