//! Tags and what is between them.

use super::end::End;
use super::entity;
use crate::content::text::Text;

/// A page, read once from its beginning to its end.
pub(super) struct Scan<'a> {
    /// What is not in tags, as one piece for each run of it.
    pub text: Text,
    /// The values of attributes in quotes.
    pub attributes: Text,
    rest: &'a [u8],
    tags: End,
    comments: End,
    sections: End,
    /// Quotes are heeded. Not behind one that never closes: whoever heeds it sees nothing any more.
    has_quotes: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn of(body: &'a [u8]) -> Self {
        let mut scan = Self {
            text: Text::default(),
            attributes: Text::default(),
            rest: body,
            tags: End::new(">"),
            comments: End::new("-->"),
            sections: End::new("]]>"),
            has_quotes: true,
        };
        while let Some(at) = memchr::memchr(b'<', scan.rest) {
            let (before, tag) = scan.rest.split_at(at);
            scan.text.add(|bytes| entity::decode(before, bytes));
            scan.rest = tag.get(1..).unwrap_or_default();
            if !scan.skip() {
                scan.text.push(b"<");
            }
        }
        scan.text.add(|bytes| entity::decode(scan.rest, bytes));
        scan
    }

    /// Passes over what the `<` began, if it is anything and has an end.
    fn skip(&mut self) -> bool {
        if let Some(after) = self.rest.strip_prefix(b"!--")
            && self.comment(after)
        {
            return true;
        }
        match self.rest {
            [b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', after @ ..] => self.section(after),
            [b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?', ..] => self.tag(),
            _ => false,
        }
    }

    fn comment(&mut self, after: &'a [u8]) -> bool {
        let end = self.comments.split(after);
        self.rest = end.map_or(self.rest, |(_, rest)| rest);
        end.is_some()
    }

    /// Text that has no tags and entities.
    fn section(&mut self, after: &'a [u8]) -> bool {
        let end = self.sections.split(after);
        let (text, rest) = end.unwrap_or((b"", after));
        self.text.push(text);
        self.rest = rest;
        true
    }

    fn tag(&mut self) -> bool {
        if self.has_quotes {
            if let Some(rest) = self.quoted_tag() {
                self.rest = rest;
                return true;
            }
            self.has_quotes = false;
        }
        let end = self.tags.split(self.rest);
        self.rest = end.map_or(self.rest, |(_, rest)| rest);
        end.is_some()
    }

    /// What is behind the tag, if it has an end when quotes are heeded.
    fn quoted_tag(&mut self) -> Option<&'a [u8]> {
        let mut rest = self.rest;
        loop {
            let at = memchr::memchr3(b'>', b'"', b'\'', rest)?;
            let (_, tail) = rest.split_at(at);
            let (mark, after) = tail.split_first()?;
            if *mark == b'>' {
                return Some(after);
            }
            let (value, tail) = after.split_at(memchr::memchr(*mark, after)?);
            self.attributes.add(|bytes| entity::decode(value, bytes));
            rest = tail.get(1..)?;
        }
    }
}
