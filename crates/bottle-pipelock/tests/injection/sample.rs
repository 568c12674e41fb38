//! Texts in one file, each behind a line `%% what it is | other families that may be named`.

/// One text.
pub(crate) struct Sample {
    /// What it is, or where it comes.
    pub(crate) kind: &'static str,
    /// Families that are as good an answer as the one of the file.
    pub(crate) others: Vec<&'static str>,
    pub(crate) text: &'static str,
}

/// All texts of a file.
pub(crate) fn read(texts: &'static str) -> Vec<Sample> {
    let parts = texts.strip_prefix("%% ").expect("a first line");
    parts
        .split("\n%% ")
        .map(|part| {
            let (head, text) = part.split_once('\n').expect("a text");
            let (kind, others) = head.split_once(" | ").unwrap_or((head, ""));
            let others = others.split_ascii_whitespace().collect();
            Sample { kind, others, text }
        })
        .collect()
}
