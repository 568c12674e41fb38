//! What quotation marks are for in a text.

/// What kind of text it is, as far as quotation marks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// Data in JSON: every text of it is in marks, which are no quotation.
    Json,
    /// A program: its strings are data of the program.
    Program,
    /// Anything else.
    Prose,
}

/// How much of a text is looked at for what it is.
const HEAD: usize = 4096;
/// Beginnings of lines of programs.
const STATEMENTS: [&[u8]; 20] = [
    b"import ",
    b"from ",
    b"def ",
    b"fn ",
    b"pub ",
    b"const ",
    b"let ",
    b"var ",
    b"function ",
    b"class ",
    b"package ",
    b"use ",
    b"#include",
    b"export ",
    b"#!/",
    b"//",
    b"struct ",
    b"static ",
    b"module ",
    b"local ",
];

impl Notation {
    pub(super) fn of(text: &[u8]) -> Self {
        let text = text.trim_ascii();
        if is_json(text) {
            return Self::Json;
        }
        let head = text.get(..HEAD).unwrap_or(text);
        let mut lines = head
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii_start);
        // Markup begins with its own marks whatever follows.
        let is_markup =
            head.starts_with(b"<") || head.starts_with(b"#  ") || head.starts_with(b"---");
        let is_program =
            !is_markup && lines.any(|line| STATEMENTS.iter().any(|start| line.starts_with(start)));
        if is_program {
            Self::Program
        } else {
            Self::Prose
        }
    }
}

/// Whether a text looks like JSON, a row of them, or events that carry it.
fn is_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"data:").unwrap_or(text);
    match text.trim_ascii_start() {
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'}', ..]),
        [b'[', rest @ ..] => matches!(
            rest.trim_ascii_start(),
            [b'{' | b'[' | b'"' | b'0'..=b'9', ..]
        ),
        [b'"', .., b'"'] => true,
        _ => false,
    }
}
