//! What `git cat-file --batch` prints: a line with id, kind and size, the content, a line end.

use std::io::{self, BufRead, Read as _};

use super::object_id::ObjectId;

/// The longest line in front of a content: an id of 64 digits, a kind, a size of 20; or a name that was asked for, when
/// it is missing.
const MAX_HEADER: u64 = 8192;
/// What follows a name that means nothing.
const MISSING: &[u8] = b" missing";

/// The kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// An annotated tag.
    Tag,
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// The content of a file.
    Blob,
}

impl Kind {
    /// By its name.
    pub(super) const fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"tag" => Some(Self::Tag),
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            _ => None,
        }
    }
}

/// What stands in front of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    pub(super) size: u64,
}

impl Header {
    /// Reads a line without its end.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let mut words = line.split(|byte| *byte == b' ');
        let (id, kind, size) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || size.is_empty() || !size.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(Self {
            id: ObjectId::from_digits(id)?,
            kind: Kind::named(kind)?,
            size: std::str::from_utf8(size).ok()?.parse().ok()?,
        })
    }
}

/// The output is none of `git cat-file --batch`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum BatchError {
    /// It cannot be read, or ended too early.
    #[error("the output of git cat-file ended too early")]
    Read(#[from] io::Error),
    /// A line that is no header: the object is missing, or it is another than was asked for.
    #[error("git cat-file has another object than was asked for")]
    Header,
}

/// Reads contents one by one.
pub(crate) struct Batch<R> {
    from: R,
    line: Vec<u8>,
}

impl<R: BufRead> Batch<R> {
    pub(super) const fn new(from: R) -> Self {
        let line = Vec::new();
        Self { from, line }
    }

    /// A line without its end. `None` where the output ends.
    fn line(&mut self) -> Result<Option<&[u8]>, BatchError> {
        self.line.clear();
        let mut from = (&mut self.from).take(MAX_HEADER);
        if from.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        let line = self.line.strip_suffix(b"\n").ok_or(BatchError::Header)?;
        Ok(Some(line))
    }

    /// The next header, of whatever object.
    pub(super) fn header(&mut self) -> Result<Header, BatchError> {
        let line = self.line()?.ok_or(BatchError::Header)?;
        Header::parse(line).ok_or(BatchError::Header)
    }

    /// The next header, or that there is nothing of the name that was asked for.
    pub(super) fn header_or_missing(&mut self) -> Result<Option<Header>, BatchError> {
        let line = self.line()?.ok_or(BatchError::Header)?;
        match Header::parse(line) {
            None if line.ends_with(MISSING) => Ok(None),
            None => Err(BatchError::Header),
            header => Ok(header),
        }
    }

    /// The content of the object that was asked for. Its kind and size are known already: nothing else is read, and so
    /// no more memory is taken than was counted.
    pub(super) fn content(&mut self, expected: &Header) -> Result<Vec<u8>, BatchError> {
        if self.header()? != *expected {
            return Err(BatchError::Header);
        }
        // In pieces, so that only what is there takes room.
        let mut content = Vec::new();
        (&mut self.from)
            .take(expected.size)
            .read_to_end(&mut content)?;
        let is_whole = u64::try_from(content.len()) == Ok(expected.size);
        let mut end = [0];
        self.from.read_exact(&mut end)?;
        if is_whole && end == *b"\n" {
            Ok(content)
        } else {
            Err(BatchError::Header)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f786850e387550fdab836ed7e6dc881de23001b";

    #[test]
    fn contents_are_read_as_they_were_asked_for() {
        let output = format!("{ID} blob 3\na\nb\n{ID} tree 0\n\n");
        let mut batch = Batch::new(output.as_bytes());
        let header = |line: &str| Header::parse(line.as_bytes()).unwrap();
        let (blob, tree) = (
            header(&format!("{ID} blob 3")),
            header(&format!("{ID} tree 0")),
        );
        assert_eq!(batch.content(&blob).unwrap(), b"a\nb");
        assert_eq!(batch.content(&tree).unwrap(), b"");
        assert!(batch.header().is_err());
    }

    #[test]
    fn everything_else_is_an_error() {
        let expected = Header::parse(format!("{ID} blob 3").as_bytes()).unwrap();
        for output in [
            String::new(),
            format!("{ID} missing\n"),
            format!("{ID} blob 4\nabcd\n"),
            format!("{ID} tree 3\nabc\n"),
            format!("{ID} blob 3\nab"),
            format!("{ID} blob 3\nabcd"),
            format!("{ID} blob 3"),
            "x".repeat(10_000),
        ] {
            assert!(
                Batch::new(output.as_bytes()).content(&expected).is_err(),
                "{output}"
            );
        }
        for line in [
            "",
            "blob 3",
            &format!("{ID} blob -3"),
            &format!("{ID} blob +3"),
            &format!("{ID} blob 3 4"),
            &format!("{ID} blob 99999999999999999999"),
        ] {
            assert_eq!(Header::parse(line.as_bytes()), None, "{line}");
        }
    }
}
