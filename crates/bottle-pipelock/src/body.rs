//! A body, with all that its header fields say about it.

use crate::calls;
use crate::content::{Text, decode, parameters, texts};
use crate::envelope::EnvelopeScan;
use crate::finding::Finding;
use crate::piece::Piece;
use crate::scanner::Scanner;
use crate::table;

/// The rule of what is compressed in a way that cannot be taken off, so that nobody can look into it.
pub const UNDECODABLE_RULE: &str = "undecodable";
/// The rule of a body that holds more containers, or unpacks to more, than anybody needs.
pub const COMPLEX_RULE: &str = "too-complex";
/// Bytes that may come out of a compressed body: it must not fill the memory.
pub(crate) const MAX_DECODED: usize = 64 * 1024 * 1024;

/// A body that is here as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// `Content-Type`.
    pub media_type: Option<&'a [u8]>,
    /// All values of `Content-Encoding`, in order.
    pub codings: &'a [&'a [u8]],
    /// `grpc-encoding`, or what the Connect protocol has for it.
    pub message_coding: Option<&'a [u8]>,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl Scanner {
    /// Scans a whole body: without its compression, as it is, with its values put together, and the calls of
    /// tools in it.
    pub fn scan_content(&self, content: &Content<'_>) -> Option<Finding> {
        let codings = content.codings.iter().copied();
        let Ok(body) = decode(codings, content.bytes, MAX_DECODED) else {
            return Some(Finding::of(UNDECODABLE_RULE));
        };
        let is_decoded = body != content.bytes;
        self.scan_body(&body)
            .or_else(|| is_decoded.then(|| self.scan_body(content.bytes))?)
            .or_else(|| self.scan_structure(content, &body))
            .or_else(|| {
                let rule = table::find(&body).filter(|rule| !self.allows(rule));
                rule.map(Finding::of)
            })
            .or_else(|| calls::find(&body, |rule| self.allows(rule)))
    }

    fn scan_structure(&self, content: &Content<'_>, body: &[u8]) -> Option<Finding> {
        if is_enveloped(content.media_type) {
            let mut messages = EnvelopeScan::new(content.message_coding);
            return messages.push(self, body).or_else(|| messages.end(self));
        }
        match texts(content.media_type, body) {
            Ok(texts) => texts.iter().find_map(|text| self.scan_joined(text)),
            Err(_) => Some(Finding::of(COMPLEX_RULE)).filter(|found| !self.allows(found.rule)),
        }
    }

    /// Scans the parameters of a query, each behind the other.
    pub(crate) fn scan_parameters(&self, query: &str) -> Option<Finding> {
        let texts = parameters(query.as_bytes());
        texts.iter().find_map(|text| self.scan_joined(text))
    }

    /// Scans values that were put together. What is found there has no place.
    pub(crate) fn scan_joined(&self, text: &Text) -> Option<Finding> {
        let piece = Piece::joined(&text.bytes, &text.starts);
        Some(self.scan_piece(&piece)?.at(0))
    }
}

/// Whether a body of this type consists of messages, each with its length in front: gRPC, and streams of Connect.
pub fn is_enveloped(media_type: Option<&[u8]>) -> bool {
    is_media_type(media_type, &["application/grpc", "application/connect+"])
}

/// Whether a media type begins with one of these, in whatever case.
pub fn is_media_type(media_type: Option<&[u8]>, beginnings: &[&str]) -> bool {
    let begins = |front: &&str| {
        let start = media_type.and_then(|media_type| media_type.get(..front.len()));
        start.is_some_and(|start| start.eq_ignore_ascii_case(front.as_bytes()))
    };
    beginnings.iter().any(begins)
}
