//! What is read one piece after another.

/// Bytes of one kind out of a body, in its order and with nothing between the pieces: what is cut over several of them is
/// whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// All pieces.
    pub bytes: Vec<u8>,
    /// Where in `bytes` each piece begins. Sorted; the first is 0. Empty pieces have none.
    pub starts: Vec<usize>,
}

impl Text {
    /// A text of one piece.
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        let starts = if bytes.is_empty() { vec![] } else { vec![0] };
        Self { bytes, starts }
    }

    /// Makes room for so many bytes at once, which may come.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Adds the piece that is written, and gives it back.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> &[u8] {
        let start = self.bytes.len();
        write(&mut self.bytes);
        if self.bytes.len() > start {
            self.starts.push(start);
        }
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Adds a piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.add(|bytes| bytes.extend_from_slice(piece));
    }

    /// Each piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let end = |number: usize| self.starts.get(number + 1).copied();
        let starts = self.starts.iter().enumerate();
        starts.filter_map(move |(number, start)| {
            let end = end(number).unwrap_or(self.bytes.len());
            self.bytes.get(*start..end)
        })
    }
}
