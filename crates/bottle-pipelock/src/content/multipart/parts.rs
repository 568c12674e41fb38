//! Where one part ends and the next one begins.

use memchr::memmem::Finder;

/// The parts of a body, each with its head: what stands behind a line with the boundary, up to the next or to the end.
/// What comes behind the closing line is one, too.
pub(super) struct Parts<'a> {
    rest: Option<&'a [u8]>,
    /// Finds two hyphens and the boundary.
    finder: Finder<'static>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(body: &'a [u8], boundary: &[u8]) -> Self {
        let finder = Finder::new(&[b"--", boundary].concat()).into_owned();
        let mut parts = Self {
            rest: Some(body),
            finder,
        };
        parts.preamble();
        parts
    }

    /// What stands in front of the first line with the boundary is no part.
    fn preamble(&mut self) {
        let rest = self.rest.unwrap_or_default();
        self.rest = self.line(rest).map(|(_, after)| after);
    }

    /// What is in front of the next line with the boundary, and what behind.
    fn line(&self, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        self.finder.find_iter(text).find_map(|at| {
            let (before, line) = text.split_at(at);
            let after = line.get(self.finder.needle().len()..)?;
            let begins = matches!(before.last(), None | Some(b'\n' | b'\r'));
            let ends = after.starts_with(b"--")
                || matches!(after.first(), None | Some(b'\n' | b'\r' | b' ' | b'\t'));
            // Searched for only where the text is given up: elsewhere it may be far away each time.
            (begins && ends).then(|| {
                let end = memchr::memchr(b'\n', after).map_or(after.len(), |end| end + 1);
                (before, after.get(end..).unwrap_or_default())
            })
        })
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            let rest = self.rest.take()?;
            let (part, after) = self
                .line(rest)
                .map_or((rest, None), |(part, after)| (part, Some(after)));
            self.rest = after;
            let part = part.strip_suffix(b"\n").unwrap_or(part);
            let part = part.strip_suffix(b"\r").unwrap_or(part);
            if !part.is_empty() {
                return Some(part);
            }
        }
    }
}
