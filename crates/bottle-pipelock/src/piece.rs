//! A stretch of bytes that is looked at, and how it lies in the text that it is from.

/// How much in front of a token may decide about it, and how long a token is at most. Nothing that a family asks for is
/// longer: a longer value of a bottle is searched for in parts.
pub(crate) const REACH: usize = 1024;

/// Bytes to look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) bytes: &'a [u8],
    /// Nothing stands in front of it. If not, what begins in the first [`REACH`] bytes was looked at before.
    pub(crate) starts: bool,
    /// Nothing comes behind it. If not, what ends with it may go on, and is looked at again.
    pub(crate) ends: bool,
    /// Where a value of its own begins, when it was put together from several.
    pub(crate) values: &'a [usize],
}

impl<'a> Piece<'a> {
    /// A text that is here as a whole.
    pub(crate) const fn whole(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            starts: true,
            ends: true,
            values: &[],
        }
    }

    /// A text that was put together from values which begin at these places.
    pub(crate) const fn joined(bytes: &'a [u8], values: &'a [usize]) -> Self {
        Self {
            values,
            ..Self::whole(bytes)
        }
    }

    /// Where the value begins in which this place is.
    pub(crate) fn value_of(&self, place: usize) -> Option<usize> {
        let count = self.values.partition_point(|start| *start <= place);
        self.values.get(count.checked_sub(1)?).copied()
    }

    /// Whether what stands at these places is to be judged now.
    pub(crate) const fn decides(&self, start: usize, end: usize) -> bool {
        let is_new = self.starts || start >= REACH;
        let is_complete = self.ends || end < self.bytes.len() || end - start >= REACH;
        is_new && is_complete
    }

    /// What was decoded from some of these bytes.
    pub(crate) const fn decoded<'b>(&self, start: usize, end: usize, bytes: &'b [u8]) -> Piece<'b> {
        Piece {
            bytes,
            starts: self.starts || start > 0,
            ends: self.ends || end < self.bytes.len(),
            values: &[],
        }
    }
}

/// Finds the place in a text of a place in its view, while the view is made once more.
#[derive(Debug)]
pub(crate) struct Source {
    left: usize,
    found: Option<usize>,
    last: usize,
}

impl Source {
    /// For this place in the view.
    pub(crate) const fn new(offset: usize) -> Self {
        Self {
            left: offset,
            found: None,
            last: 0,
        }
    }

    /// The next part of the view: where it is in the text, and its length.
    pub(crate) fn add(&mut self, at: usize, length: usize) {
        self.last = at;
        if self.found.is_none() {
            match self.left.checked_sub(length) {
                Some(left) => self.left = left,
                None => self.found = Some(at + self.left),
            }
        }
    }

    /// Whether it is known yet.
    pub(crate) const fn is_found(&self) -> bool {
        self.found.is_some()
    }

    /// The place in the text; the last one for what is behind it.
    pub(crate) fn found(self) -> usize {
        self.found.unwrap_or(self.last)
    }
}
