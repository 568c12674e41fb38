//! What ends a tag or a comment.

use memchr::memmem::Finder;

/// A mark that is searched for as long as there are any: once there was none, there is none further on.
pub(super) struct End {
    finder: Finder<'static>,
    has_more: bool,
}

impl End {
    pub(super) fn new(mark: &'static str) -> Self {
        let finder = Finder::new(mark);
        Self {
            finder,
            has_more: true,
        }
    }

    /// What is in front of the next one, and what behind. The texts that are asked about begin ever later in one text.
    pub(super) fn split<'a>(&mut self, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let at = self.has_more.then(|| self.finder.find(text)).flatten();
        self.has_more = at.is_some();
        let (before, tail) = text.split_at(at?);
        Some((before, tail.get(self.finder.needle().len()..)?))
    }
}
