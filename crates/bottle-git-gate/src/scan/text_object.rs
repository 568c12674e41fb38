//! Commits and tags: fields, an empty line, a message.

/// Fields in front of a commit or a tag that name other objects, and nothing else.
const IDS: [&[u8]; 3] = [b"tree ", b"parent ", b"object "];

/// A commit or a tag, as far as somebody wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextObject<'a> {
    /// From the first field on that is not the id of another object, with the message: all that can say something.
    pub(super) text: &'a [u8],
}

/// Where something stands in a commit or a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// In a field in front of the message.
    Field(String),
    /// In this line of the message, from 1.
    Message(usize),
}

impl<'a> TextObject<'a> {
    /// Leaves out the ids in front. A field that only begins like one of them is text.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let mut text = bytes;
        while let Some(rest) = after_id(text) {
            text = rest;
        }
        Self { text }
    }

    /// The fields with the lines of each that go on joined. `None` if there are no such lines.
    pub(super) fn unfolded(&self) -> Option<Vec<u8>> {
        let fields = self.text.get(..self.message())?;
        let mut unfolded = Vec::new();
        let mut start = 0;
        for fold in memchr::memmem::find_iter(fields, b"\n ") {
            unfolded.extend_from_slice(fields.get(start..fold)?);
            start = fold + 2;
        }
        unfolded.extend_from_slice(fields.get(start..)?);
        (start > 0).then_some(unfolded)
    }

    /// Where a place of the text is.
    pub(super) fn part(&self, offset: usize) -> Part {
        let message = self.message();
        match offset.checked_sub(message) {
            Some(_) => {
                let before = self.text.get(message..offset).unwrap_or_default();
                Part::Message(before.split(|byte| *byte == b'\n').count())
            }
            None => Part::Field(self.field(offset)),
        }
    }

    /// Where the message begins.
    fn message(&self) -> usize {
        let gap = memchr::memmem::find(self.text, b"\n\n");
        if self.text.starts_with(b"\n") {
            1
        } else {
            gap.map_or(self.text.len(), |gap| gap + 2)
        }
    }

    /// The name of the field in which a place is: lines that go on begin with a space.
    fn field(&self, offset: usize) -> String {
        let end = memchr::memchr(b'\n', self.text.get(offset..).unwrap_or_default());
        let end = end.map_or(self.text.len(), |length| offset + length);
        let lines = self.text.get(..end).unwrap_or_default();
        let mut lines = lines.rsplit(|byte| *byte == b'\n');
        let line = lines
            .find(|line| !line.starts_with(b" "))
            .unwrap_or_default();
        let name = line.split(|byte| *byte == b' ').next().unwrap_or_default();
        String::from_utf8_lossy(name).into_owned()
    }
}

/// What follows a line that names another object.
fn after_id(text: &[u8]) -> Option<&[u8]> {
    let id = IDS.iter().find_map(|field| text.strip_prefix(*field))?;
    let end = memchr::memchr(b'\n', id.get(..id.len().min(65))?)?;
    let (digits, rest) = id.split_at_checked(end)?;
    let is_id = super::ObjectId::from_digits(digits).is_some();
    is_id.then(|| rest.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f786850e387550fdab836ed7e6dc881de23001b";

    #[test]
    fn what_somebody_wrote_is_left_and_its_places_are_known() {
        let commit = format!(
            "tree {ID}\nparent {ID}\nparent {ID}\nauthor A <a@b.test> 1 +0000\ngpgsig one\n two\n three\n\nFirst\n\nThird\n"
        );
        let object = TextObject::of(commit.as_bytes());
        assert!(object.text.starts_with(b"author A"));
        let part =
            |word: &str| object.part(memchr::memmem::find(object.text, word.as_bytes()).unwrap());
        assert_eq!(part("a@b"), Part::Field("author".to_owned()));
        assert_eq!(part("three"), Part::Field("gpgsig".to_owned()));
        assert_eq!(part("First"), Part::Message(1));
        assert_eq!(part("Third"), Part::Message(3));
    }

    #[test]
    fn a_field_that_only_looks_like_an_id_is_text() {
        for text in [
            "tree x\n",
            "parent 3f78\n\nm",
            "parent ",
            "tree",
            "object 1 2\n",
            "",
            "\n\n",
        ] {
            assert_eq!(TextObject::of(text.as_bytes()).text, text.as_bytes());
        }
        // Sixty-four digits and no more are an id.
        let long = format!("parent {}\n", "a".repeat(66));
        assert_eq!(TextObject::of(long.as_bytes()).text, long.as_bytes());
        let tag = format!("object {ID}\ntype commit\ntag v1\n\nm");
        assert!(TextObject::of(tag.as_bytes()).text.starts_with(b"type"));
    }
}
