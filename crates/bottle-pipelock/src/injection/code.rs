//! Blocks of code and quotations, in Markdown and HTML.

use std::ops::Range;

use memchr::memmem;

/// The longest block that counts as an example. A longer one is a document.
const MAX_BLOCK: usize = 8 * 1024;

/// What begins a block, and what ends it.
const BLOCKS: [(&[u8], &[u8]); 8] = [
    (b"```", b"```"),
    (b"~~~", b"~~~"),
    (b"<code", b"</code"),
    (b"<pre", b"</pre"),
    (b"<blockquote", b"</blockquote"),
    (b"<samp", b"</samp"),
    (b"<q>", b"</q"),
    (b"<kbd", b"</kbd"),
];

/// The blocks of a text, found as far as they are asked for. Places must be asked for in order; then all questions
/// together take one pass.
pub(super) struct Blocks<'a> {
    text: &'a [u8],
    /// How far blocks have been looked for.
    at: usize,
    last: Range<usize>,
    /// The kinds of which no end was found: there is none behind either.
    open: [bool; BLOCKS.len()],
}

impl<'a> Blocks<'a> {
    pub(super) const fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            last: 0..0,
            open: [false; BLOCKS.len()],
        }
    }

    /// Whether the place lies in a block that is closed and not too long.
    pub(super) fn has(&mut self, place: usize) -> bool {
        while self.last.end <= place && self.at <= place {
            let Some(found) = self.next_start(place) else {
                self.at = place + 1;
                return false;
            };
            self.read_block(found);
        }
        self.last.contains(&place) && self.last.len() <= MAX_BLOCK
    }

    /// The next beginning in front of a place.
    fn next_start(&self, place: usize) -> Option<usize> {
        let part = self.text.get(self.at..place.min(self.text.len()))?;
        let start = memchr::memchr3_iter(b'`', b'~', b'<', part)
            .find(|start| kind(part.get(*start..).unwrap_or_default()).is_some());
        start.map(|start| self.at + start)
    }

    fn read_block(&mut self, start: usize) {
        let text = self.text.get(start..).unwrap_or_default();
        self.at = start + 1;
        let Some(number) = kind(text) else {
            return;
        };
        let (Some((begin, end)), Some(is_open)) = (BLOCKS.get(number), self.open.get_mut(number))
        else {
            return;
        };
        let inside = text.get(begin.len()..).unwrap_or_default();
        let is_asked = !*is_open;
        match is_asked.then(|| memmem::find(inside, end)).flatten() {
            Some(length) => {
                self.last = start..start + begin.len() + length;
                self.at = self.last.end + end.len();
            }
            None => *is_open = true,
        }
    }
}

/// The place in the list of the block that begins here.
fn kind(text: &[u8]) -> Option<usize> {
    let starts = |begin: &[u8]| {
        text.get(..begin.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(begin))
    };
    BLOCKS.iter().position(|(begin, _)| starts(begin))
}

/// Whether the line of a place is a quotation of Markdown or mail: `> `.
pub(super) fn is_quoted_line(text: &[u8], place: usize) -> bool {
    const MAX_LINE: usize = 512;
    let before = text
        .get(place.saturating_sub(MAX_LINE)..place)
        .unwrap_or_default();
    let plain = memchr::memrchr(b'\n', before).map(|end| end + 1);
    let escaped = memmem::rfind(before, b"\\n").map(|end| end + 2);
    let start = plain
        .max(escaped)
        .or_else(|| (place <= MAX_LINE).then_some(0));
    let line = start
        .and_then(|start| before.get(start..))
        .unwrap_or_default();
    line.trim_ascii_start().starts_with(b"> ")
}
