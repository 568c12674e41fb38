//! A Dockerfile as instructions, cut where the engine's parser cuts.

use super::DockerfileError;

/// One instruction, its continuation lines joined.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Where it begins, from 1.
    pub(super) line: usize,
    /// In capitals.
    pub(super) keyword: String,
    /// What follows.
    pub(super) rest: String,
}

/// What a file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    /// Whether it asks for a frontend of its own, `# syntax=…`.
    pub(super) syntax: bool,
    pub(super) instructions: Vec<Instruction>,
}

impl Lines {
    /// Cuts a text. What engines of different age would cut differently is refused: an instruction that is hidden
    /// from us would not be checked.
    pub(super) fn cut(text: &str) -> Result<Self, DockerfileError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = Self {
            syntax: directives(text)?,
            ..Self::default()
        };
        let mut open: Option<(usize, String)> = None;
        for (number, raw) in (1..).zip(text.lines()) {
            let trimmed = raw.trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let (piece, goes_on) = continuation(raw, number)?;
            let (_, joined) = open.get_or_insert_with(|| (number, String::new()));
            joined.push_str(piece);
            if !goes_on {
                lines.instructions.extend(open.take().and_then(instruction));
            }
        }
        lines.instructions.extend(open.and_then(instruction));
        Ok(lines)
    }
}

/// Reads the comments at the very top that are orders to the parser.
fn directives(text: &str) -> Result<bool, DockerfileError> {
    let mut syntax = false;
    for (number, line) in (1..).zip(text.lines()) {
        let Some((key, value)) = line
            .trim()
            .strip_prefix('#')
            .and_then(|comment| comment.split_once('='))
        else {
            break;
        };
        let key = key.trim();
        if key.is_empty() || !key.chars().all(|each| each.is_ascii_alphanumeric()) {
            break;
        }
        syntax |= key.eq_ignore_ascii_case("syntax");
        if key.eq_ignore_ascii_case("escape") && value.trim() != "\\" {
            return Err(DockerfileError::Escape { line: number });
        }
    }
    Ok(syntax)
}

/// A line without the backslash at its end, and whether it had one.
fn continuation(raw: &str, line: usize) -> Result<(&str, bool), DockerfileError> {
    let Some(before) = raw.trim_end_matches([' ', '\t']).strip_suffix('\\') else {
        return Ok((raw, false));
    };
    if before.ends_with('\\') {
        // Goes on for an engine of 2020, ends for one of 2024.
        return Err(DockerfileError::Unclear {
            line,
            what: "a line that ends in two backslashes",
        });
    }
    Ok((before, true))
}

fn instruction((line, joined): (usize, String)) -> Option<Instruction> {
    let text = joined.trim();
    let end = text.find(['\t', '\u{b}', '\u{c}', '\r', ' ']);
    let (keyword, rest) = end.map_or((text, ""), |end| text.split_at(end));
    (!keyword.is_empty()).then(|| Instruction {
        line,
        keyword: keyword.to_ascii_uppercase(),
        rest: rest.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(usize, String, String)> {
        let lines = Lines::cut(text).unwrap().instructions.into_iter();
        lines
            .map(|each| (each.line, each.keyword, each.rest))
            .collect()
    }

    fn said(line: usize, keyword: &str, rest: &str) -> (usize, String, String) {
        (line, keyword.to_owned(), rest.to_owned())
    }

    #[test]
    fn lines_are_joined_over_comments_and_empty_lines() {
        let text = "\u{feff}# a comment\nfrom\ta \r\n\nRUN one \\\n  # not this\n\n two\\ \n three\nUSER x";
        let all = [
            said(2, "FROM", "a"),
            said(4, "RUN", "one  two three"),
            said(9, "USER", "x"),
        ];
        assert_eq!(cut(text), all);
        assert_eq!(cut("RUN a \\"), [said(1, "RUN", "a")]);
        assert_eq!(cut("\n \n# x"), []);
    }

    #[test]
    fn directives_count_at_the_top_alone() {
        assert!(
            Lines::cut("#syntax = docker/dockerfile:1\nFROM a")
                .unwrap()
                .syntax
        );
        assert!(!Lines::cut("# words\n#syntax=x\nFROM a").unwrap().syntax);
        assert!(Lines::cut("# escape=\\\nFROM a").is_ok());
        assert!(Lines::cut("FROM a\n# escape=`").is_ok());
        let error = Lines::cut("# syntax=x\n# Escape=`\nFROM a").unwrap_err();
        assert_eq!(error, DockerfileError::Escape { line: 2 });
    }

    #[test]
    fn what_engines_cut_differently_is_refused() {
        let error = Lines::cut("FROM a\nRUN x \\\\\nFROM b").unwrap_err();
        assert!(matches!(error, DockerfileError::Unclear { line: 2, .. }));
        assert!(Lines::cut("RUN x \\\\ y").is_ok());
    }
}
