//! The one place that writes to the terminal: data on stdout, words on stderr.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::environment;

/// How often the spinner moves.
const SPINNER_TICK: Duration = Duration::from_millis(120);

/// Writes what a command has to say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    colour: bool,
}

impl Printer {
    /// A printer for this process's streams.
    pub(crate) fn new() -> Self {
        Self {
            colour: io::stdout().is_terminal() && !environment::no_color(),
        }
    }

    /// Data, to stdout. A reader that went away is not an error.
    #[expect(clippy::unused_self, reason = "whoever writes has a printer")]
    pub(crate) fn data(self, text: &str) {
        let mut out = io::stdout().lock();
        // A closed pipe means that the reader has seen enough.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Words, to stderr.
    #[expect(clippy::unused_self, reason = "whoever writes has a printer")]
    pub(crate) fn say(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A question, to stderr, without an end of line.
    #[expect(clippy::unused_self, reason = "whoever writes has a printer")]
    pub(crate) fn ask(self, text: &str) {
        let mut err = io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// A warning, to stderr.
    pub(crate) fn warn(self, text: &str) {
        self.say(&format!("warning: {text}"));
    }

    /// An error with its causes, to stderr.
    pub(crate) fn error(self, error: &anyhow::Error) {
        // Diagnostics of a manifest have a head of their own.
        let mut text = error.to_string();
        if !text.starts_with("error[") {
            text.insert_str(0, "error: ");
        }
        for cause in error.chain().skip(1) {
            text.push_str("\n  because: ");
            text.push_str(&cause.to_string());
        }
        self.say(&text);
    }

    /// A line of progress: a spinner on a terminal, a plain line elsewhere.
    pub(crate) fn progress(self, what: &str) -> Progress {
        if !io::stderr().is_terminal() {
            self.say(&format!("{what} ..."));
            return Progress(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(SPINNER_TICK);
        Progress(Some(bar))
    }

    /// A verdict word, coloured where that is welcome.
    pub(crate) fn verdict(self, ok: bool) -> &'static str {
        match (ok, self.colour) {
            (true, false) => "ok",
            (false, false) => "WRONG",
            (true, true) => "\u{1b}[32mok\u{1b}[0m",
            (false, true) => "\u{1b}[1;31mWRONG\u{1b}[0m",
        }
    }
}

/// Something under way; it leaves the screen when dropped.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// The next thing under way.
    pub(crate) fn step(&self, printer: Printer, what: &str) {
        match &self.0 {
            Some(bar) => bar.set_message(what.to_owned()),
            None => printer.say(&format!("{what} ...")),
        }
    }
}

impl Progress {
    /// A line above it.
    pub(crate) fn print(&self, printer: Printer, line: &str) {
        match &self.0 {
            Some(bar) => bar.suspend(|| printer.say(line)),
            None => printer.say(line),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }
}
