//! Reading a body, within bounds.

use super::kind::Kind;
use super::text::Text;
use super::{form, json, markup, multipart, packed};

/// How many containers may lie in each other: nobody packs deeper, and every level may be another copy.
pub(super) const DEPTH: usize = 3;
/// How many times its size a body may have in texts. JSON in JSON in JSON, with images, stays below five; compression
/// can make a thousand.
const MAX_GROWTH: usize = 8;
/// What any body may have in texts, in bytes: small ones compress well.
const MIN_GROWTH: usize = 1024 * 1024;
/// How many documents, archives and forms a body may hold. Each is a text of its own, which costs a scan.
const MAX_CONTAINERS: usize = 1000;
/// How many parts all multipart bodies in a body may have together. Forms have tens of fields.
const MAX_PARTS: usize = 100;

/// A body holds more than can be looked at: too much comes out of it, or it is too deeply nested, or in too many parts.
/// To be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body unfolds into more than can be looked at")]
pub struct TooComplex;

/// What was read, and what may still be.
pub(super) struct Reader {
    texts: Vec<Text>,
    /// Bytes that texts may still have.
    left: usize,
    containers: usize,
    parts: usize,
}

impl Reader {
    /// For a body of this many bytes.
    pub(super) const fn new(length: usize) -> Self {
        Self {
            texts: Vec::new(),
            left: length.saturating_mul(MAX_GROWTH).saturating_add(MIN_GROWTH),
            containers: MAX_CONTAINERS,
            parts: MAX_PARTS,
        }
    }

    /// Looks at something as what it says it is, and as what it looks like.
    pub(super) fn look(
        &mut self,
        content_type: Option<&[u8]>,
        body: &[u8],
        depth: usize,
    ) -> Result<(), TooComplex> {
        // What only begins like something compressed is looked at as the rest, too.
        if let Some(plain) = packed::unpack(body, self.left)? {
            self.enter()?;
            let depth = depth.checked_sub(1).ok_or(TooComplex)?;
            self.spend(plain.len())?;
            self.look(content_type, &plain, depth)?;
            self.texts.push(Text::whole(plain));
        }
        for kind in Kind::of(content_type, body) {
            self.enter()?;
            match kind {
                Kind::Json => json::read(self, [body], depth)?,
                Kind::Form => form::read(self, body, depth)?,
                Kind::Markup => markup::read(self, body)?,
                Kind::Multipart => {
                    let depth = depth.checked_sub(1).ok_or(TooComplex)?;
                    multipart::read(self, content_type, body, depth)?;
                }
            }
        }
        Ok(())
    }

    /// Keeps a text, if there is anything in it.
    pub(super) fn keep(&mut self, text: Text) -> Result<(), TooComplex> {
        self.spend(text.bytes.len())?;
        if !text.bytes.is_empty() {
            self.texts.push(text);
        }
        Ok(())
    }

    /// How many bytes may still come out.
    pub(super) const fn left(&self) -> usize {
        self.left
    }

    /// One more part is read.
    pub(super) fn part(&mut self) -> Result<(), TooComplex> {
        self.parts = self.parts.checked_sub(1).ok_or(TooComplex)?;
        Ok(())
    }

    /// Everything that was kept.
    pub(super) fn finish(self) -> Vec<Text> {
        self.texts
    }

    fn enter(&mut self) -> Result<(), TooComplex> {
        self.containers = self.containers.checked_sub(1).ok_or(TooComplex)?;
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TooComplex> {
        self.left = self.left.checked_sub(bytes).ok_or(TooComplex)?;
        Ok(())
    }
}
