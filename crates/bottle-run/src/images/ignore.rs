//! `.dockerignore`: which files of a folder do not go along.
//!
//! Read as Docker's documentation says: one pattern a line, comments (`#`), `!` for an exception, `*` and `?` within a
//! name, `**` for any number of folders, `\` before a character that is meant as such; a leading `/` means nothing.
//! The last pattern that matches a path or a folder above it decides. Classes (`[a-z]`) are refused: a pattern that is
//! read wrongly would send a file that was meant to stay.

use std::sync::Arc;

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::{Input, MatchKind, PatternSet};

/// The name of the file.
pub(super) const FILE: &str = ".dockerignore";
/// The largest file, in bytes.
pub const IGNORE_LIMIT: usize = 16 * 1024;
/// The most patterns: each is asked about every path.
pub const PATTERNS_LIMIT: usize = 500;
/// The memory of all patterns together, in bytes.
const NFA_LIMIT: usize = 16 * 1024 * 1024;

/// Why a `.dockerignore` cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreError {
    /// It is too large.
    #[error("`{FILE}` has at most {IGNORE_LIMIT} bytes")]
    TooLarge,
    /// It is no text.
    #[error("`{FILE}` is not UTF-8")]
    NotUtf8,
    /// It has too many patterns.
    #[error("`{FILE}` has at most {PATTERNS_LIMIT} patterns")]
    TooMany,
    /// A pattern uses something that is not read.
    #[error("`{FILE}`, line {line}: {what}")]
    Pattern {
        /// Which line.
        line: usize,
        /// What it is.
        what: &'static str,
    },
    /// The patterns together take too much memory.
    #[error("the patterns of `{FILE}` are too long")]
    TooLong(#[source] Arc<BuildError>),
}

/// The patterns of a folder.
#[derive(Debug)]
pub(super) struct Ignore {
    patterns: Regex,
    /// For each pattern, whether it is an exception.
    exceptions: Vec<bool>,
}

/// Which patterns match a folder, for what lies in it.
#[derive(Debug, Clone)]
pub(super) struct Matched(PatternSet);

impl Ignore {
    /// Reads the file; an empty one ignores nothing.
    pub(super) fn parse(text: &[u8]) -> Result<Self, IgnoreError> {
        if text.len() > IGNORE_LIMIT {
            return Err(IgnoreError::TooLarge);
        }
        let text = std::str::from_utf8(text).map_err(|_| IgnoreError::NotUtf8)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mut patterns, mut exceptions) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let pattern =
                pattern(line).map_err(|what| IgnoreError::Pattern { line: number, what })?;
            if let Some((pattern, is_exception)) = pattern {
                patterns.push(pattern);
                exceptions.push(is_exception);
            }
        }
        if patterns.len() > PATTERNS_LIMIT {
            return Err(IgnoreError::TooMany);
        }
        let settings = Config::new()
            .match_kind(MatchKind::All)
            .nfa_size_limit(Some(NFA_LIMIT));
        let patterns = Regex::builder()
            .configure(settings)
            .build_many(&patterns)
            .map_err(|error| IgnoreError::TooLong(Arc::new(error)))?;
        Ok(Self {
            patterns,
            exceptions,
        })
    }

    /// What is known of the folder itself.
    pub(super) fn root(&self) -> Matched {
        Matched(PatternSet::new(self.exceptions.len()))
    }

    /// Which patterns match a path, `a/b`, or the folders that it lies in.
    pub(super) fn matched(&self, above: &Matched, path: &str) -> Matched {
        let mut matched = above.clone();
        self.patterns
            .which_overlapping_matches(&Input::new(path), &mut matched.0);
        matched
    }

    /// Whether the last of these patterns is not an exception.
    pub(super) fn ignores(&self, matched: &Matched) -> bool {
        let last = matched.0.iter().next_back();
        let is_exception = last.and_then(|last| self.exceptions.get(last.as_usize()));
        is_exception.is_some_and(|is_exception| !is_exception)
    }

    /// Whether something may go along that lies in a folder which does not.
    pub(super) fn has_exceptions(&self) -> bool {
        self.exceptions.contains(&true)
    }
}

/// A line as an expression over whole paths, and whether it is an exception.
fn pattern(line: &str) -> Result<Option<(String, bool)>, &'static str> {
    if line.starts_with('#') {
        return Ok(None);
    }
    let line = line.trim();
    let (line, is_exception) = line
        .strip_prefix('!')
        .map_or((line, false), |rest| (rest.trim(), true));
    if is_exception && line.is_empty() {
        return Err("`!` without a pattern");
    }
    let mut names: Vec<&str> = Vec::new();
    for name in line.split('/') {
        match name {
            "" | "." => {}
            ".." if names.pop().is_some() => {}
            // Outside the folder, where nothing is.
            ".." => return Ok(None),
            name => names.push(name),
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    Ok(Some((expression(&names.join("/"))?, is_exception)))
}

fn expression(pattern: &str) -> Result<String, &'static str> {
    let mut expression = String::from("^(?s:");
    let mut rest = pattern.chars().peekable();
    while let Some(each) = rest.next() {
        match each {
            '*' if rest.next_if_eq(&'*').is_some() => {
                rest.next_if_eq(&'/');
                let is_last = rest.peek().is_none();
                expression.push_str(if is_last { ".*" } else { "(?:.*/)?" });
            }
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '[' => return Err("classes (`[…]`) are not read; write `\\[` for the character"),
            '\\' => push(&mut expression, rest.next().unwrap_or('\\')),
            each => push(&mut expression, each),
        }
    }
    expression.push_str(")$");
    Ok(expression)
}

/// A character that stands for itself.
fn push(expression: &mut String, each: char) {
    if each.is_ascii_punctuation() {
        expression.push('\\');
    }
    expression.push(each);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether a file is ignored, its folders asked first as a walk does.
    fn ignores(text: &str, path: &str) -> bool {
        let ignore = Ignore::parse(text.as_bytes()).unwrap();
        let mut matched = ignore.root();
        for (end, _) in path.match_indices('/') {
            matched = ignore.matched(&matched, &path[..end]);
        }
        ignore.ignores(&ignore.matched(&matched, path))
    }

    #[test]
    fn patterns_of_the_documentation() {
        for (text, path, wanted) in [
            ("# comment\n*/temp*", "somedir/temporary.txt", true),
            ("*/temp*", "somedir/subdir/temporary.txt", false),
            ("*/*/temp*", "somedir/subdir/temporary.txt", true),
            ("temp?", "tempa", true),
            ("temp?", "temp", false),
            ("temp?", "somedir/tempa", false),
            ("**/*.go", "a/b/c.go", true),
            ("**/*.go", "c.go", true),
            ("**/*.go", "c.gone", false),
            ("*.md\n!README.md", "README.md", false),
            (
                "*.md\n!README*.md\nREADME-secret.md",
                "README-secret.md",
                true,
            ),
            (
                "*.md\nREADME-secret.md\n!README*.md",
                "README-secret.md",
                false,
            ),
            ("/foo/bar/", "foo/bar/deep/file", true),
            ("foo", "sub/foo", false),
            ("  node_modules  ", "node_modules/a/b", true),
            ("a/**/z", "a/z", true),
            ("a/**/z", "a/b/c/z", true),
            ("a/**", "a/b", true),
            ("dir\n!dir/keep", "dir/keep", false),
            ("dir\n!dir/keep", "dir/other", true),
            ("./a/../b", "b", true),
            ("../b", "b", false),
            (".", "a", false),
            ("a.b+c(d)", "a.b+c(d)", true),
            ("a.b", "axb", false),
            ("\\[x]", "[x]", true),
            ("é?", "éß", true),
            ("", "a", false),
        ] {
            assert_eq!(ignores(text, path), wanted, "{text:?} {path}");
        }
    }

    #[test]
    fn what_is_not_read_is_refused() {
        let error = |text: &str| Ignore::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error("a\n[a-z]").contains("line 2: classes"));
        assert!(error("!").contains("without a pattern"));
        assert!(error(&"a\n".repeat(PATTERNS_LIMIT + 1)).contains("at most 500 patterns"));
        assert!(error(&"a".repeat(IGNORE_LIMIT + 1)).contains("bytes"));
        assert!(Ignore::parse(b"\xff").is_err());
        assert!(Ignore::parse("a\n".repeat(PATTERNS_LIMIT).as_bytes()).is_ok());
    }

    #[test]
    fn stars_do_not_make_it_slow() {
        let text = ("*a".repeat(200) + "\n" + &"**/a*b".repeat(100) + "\n").repeat(10);
        let ignore = Ignore::parse(text.as_bytes()).unwrap();
        let path = "a".repeat(4000) + "b";
        assert!(!ignore.ignores(&ignore.matched(&ignore.root(), &path)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(?s)[a/.*?!\\\\#\\[ \n\r{}()|+$^-]{0,40}|(?s).{0,40}", path in "[a/]{1,9}") {
            if let Ok(ignore) = Ignore::parse(text.as_bytes()) {
                ignore.ignores(&ignore.matched(&ignore.root(), &path));
            }
        }

        #[test]
        fn a_name_without_signs_means_itself(path in "[a-z.+(){}^$|-]{1,5}x(/[a-z]{1,3}){0,2}", below in "[a-z]{1,3}") {
            prop_assert!(ignores(&path, &path));
            let below = format!("{path}/{below}");
            prop_assert!(ignores(&path, &below));
            let exception = format!("*\n!{path}");
            prop_assert!(!ignores(&exception, &path));
            let beside = format!("{path}y");
            prop_assert!(!ignores(&path, &beside));
        }
    }
}
