//! What a build says, line by line. All of it may come from a program that the Dockerfile runs.

use std::collections::VecDeque;

use bottle_core::visible;

/// The longest line that is passed on, in bytes; a longer one comes in pieces.
const LINE_LIMIT: usize = 4096;
/// How many lines an error repeats.
const LAST_LINES: usize = 20;
/// How many images of steps are remembered: a Dockerfile has hundreds of lines, its programs may print more.
const IMAGES_LIMIT: usize = 1000;
/// What the engine puts around what a program writes to its standard error.
const RED: (&str, &str) = ("\u{1b}[91m", "\u{1b}[0m");

/// A text of the engine, harmless for a terminal, and no longer than a line: it repeats the step's whole command.
pub(super) fn cut(text: &str) -> String {
    let text = text.trim();
    // Its end is what went wrong.
    let start = text.ceil_char_boundary(text.len().saturating_sub(LINE_LIMIT));
    visible(text.get(start..).unwrap_or_default())
}

/// What an answer of the engine means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// The build goes on.
    Words,
    /// An image is being pulled.
    Pull,
}

/// The output so far.
pub(super) struct Output<'a> {
    line: &'a (dyn Fn(&str) + Sync),
    /// The beginning of a line whose end has not come.
    open: String,
    step: Option<String>,
    last: VecDeque<String>,
    /// Whether the image of this step was there before.
    cached: bool,
    made: Vec<String>,
}

impl<'a> Output<'a> {
    pub(super) fn new(line: &'a (dyn Fn(&str) + Sync)) -> Self {
        Self {
            line,
            open: String::new(),
            step: None,
            last: VecDeque::new(),
            cached: false,
            made: Vec::new(),
        }
    }

    /// Takes one answer in: a piece of the output, or the progress of something that is fetched.
    pub(super) fn hear(&mut self, stream: Option<&str>, status: Option<&str>) -> Said {
        if status.is_some_and(|status| status.starts_with("Pulling ")) {
            return Said::Pull;
        }
        let piece = stream.unwrap_or_default();
        let plain = piece
            .strip_prefix(RED.0)
            .and_then(|piece| piece.strip_suffix(RED.1));
        for part in plain.unwrap_or(piece).split_inclusive(['\n', '\r']) {
            self.open.push_str(part);
            if part.ends_with(['\n', '\r']) || self.open.len() > LINE_LIMIT {
                self.end();
            }
        }
        Said::Words
    }

    /// Passes on what has no end yet.
    pub(super) fn end(&mut self) {
        let open = std::mem::take(&mut self.open);
        let mut rest = open.trim_end_matches(['\n', '\r']);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(LINE_LIMIT));
            self.pass_on(piece);
            rest = after;
        }
    }

    /// The step that it is at, harmless for a terminal.
    pub(super) fn step(&self) -> Option<&str> {
        self.step.as_deref()
    }

    /// The end of what the step said, harmless for a terminal.
    pub(super) fn last_lines(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }

    /// The images that steps are said to have made, oldest first: the beginnings of their ids. A program may have
    /// printed the same.
    pub(super) fn made(&self) -> &[String] {
        &self.made
    }

    fn pass_on(&mut self, line: &str) {
        let shown = visible(line);
        (self.line)(&shown);
        if line.starts_with("Step ") {
            self.step = Some(shown);
            self.last.clear();
            self.cached = false;
        } else if let Some(arrow) = line.strip_prefix(" ---> ") {
            self.note_image(arrow);
        } else if !line.starts_with("Removing intermediate container ") {
            if self.last.len() >= LAST_LINES {
                self.last.pop_front();
            }
            self.last.push_back(shown);
        }
    }

    fn note_image(&mut self, arrow: &str) {
        self.cached |= arrow == "Using cache";
        let is_id = arrow.len() >= 12 && arrow.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id && !self.cached && self.made.len() < IMAGES_LIMIT {
            self.made.push(arrow.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// The lines that come of these pieces, and what is known at the end.
    fn heard<T>(pieces: &[&str], look: impl FnOnce(&Output<'_>) -> T) -> (Vec<String>, T) {
        let lines = Mutex::new(Vec::new());
        let line = |line: &str| lines.lock().unwrap().push(line.to_owned());
        let mut output = Output::new(&line);
        for piece in pieces {
            assert_eq!(output.hear(Some(piece), None), Said::Words);
        }
        output.end();
        let known = look(&output);
        (lines.into_inner().unwrap(), known)
    }

    #[test]
    fn pieces_become_lines() {
        let (lines, ()) = heard(
            &["Step 1/1 : FROM a", "\n", "one\r\ntwo\rth", "ree"],
            |_| (),
        );
        assert_eq!(lines, ["Step 1/1 : FROM a", "one", "two", "three"]);
        let long = "é".repeat(5000);
        let (lines, ()) = heard(&[&long], |_| ());
        assert_eq!(lines.concat(), long);
        assert!(lines.iter().all(|line| line.len() <= LINE_LIMIT));
    }

    #[test]
    fn nothing_reaches_the_terminal_as_it_came() {
        let pieces = ["\u{1b}[91mwarn\n\u{1b}[0m", "\u{1b}[2Jcls\u{202e}\n"];
        let (lines, (step, last)) = heard(&pieces, |output| {
            (output.step().map(str::to_owned), output.last_lines())
        });
        assert_eq!(step, None);
        assert_eq!(lines, ["warn", "\\u{1b}[2Jcls\\u{202e}"]);
        assert_eq!(last, lines);
    }

    #[test]
    fn the_end_of_a_step_is_kept() {
        let many = "x\n".repeat(100);
        let pieces = ["Step 1/2 : RUN a\n", "old\n", "Step 2/2 : RUN b\n", &many];
        let (_, (step, last)) = heard(&pieces, |output| {
            (output.step().map(str::to_owned), output.last_lines())
        });
        assert_eq!(step.as_deref(), Some("Step 2/2 : RUN b"));
        assert_eq!(last, ["x"; LAST_LINES]);
    }

    #[test]
    fn images_of_steps_are_noted_unless_they_were_there() {
        let pieces = [
            "Step 1/3 : FROM a\n ---> aaaaaaaaaaaa\n",
            "Step 2/3 : RUN b\n ---> Using cache\n ---> bbbbbbbbbbbb\n",
            "Step 3/3 : RUN c\n ---> Running in dddddddddddd\n ---> cccccccccccc\n",
        ];
        let (_, made) = heard(&pieces, |output| output.made().to_vec());
        assert_eq!(made, ["aaaaaaaaaaaa", "cccccccccccc"]);
        let flood = " ---> aaaaaaaaaaaa\n".repeat(IMAGES_LIMIT * 2);
        let (_, made) = heard(&[&flood], |output| output.made().len());
        assert_eq!(made, IMAGES_LIMIT);
    }

    #[test]
    fn a_long_refusal_is_cut_to_its_end() {
        assert_eq!(cut(" said\u{7} \n"), "said\\u{7}");
        let long = "é".repeat(LINE_LIMIT) + "the end";
        let said = cut(&long);
        assert!(said.len() <= LINE_LIMIT && said.ends_with("the end"));
    }

    #[test]
    fn a_pull_is_seen() {
        let mut output = Output::new(&|_| {});
        let download = output.hear(None, Some("Downloading"));
        assert_eq!(download, Said::Words);
        let pull = output.hear(None, Some("Pulling from library/debian"));
        assert_eq!(pull, Said::Pull);
        // A program may print the words.
        assert_eq!(output.hear(Some("Pulling from x\n"), None), Said::Words);
    }
}
