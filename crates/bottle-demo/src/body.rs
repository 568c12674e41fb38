//! Bodies, of which only the beginning is kept.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// The most that is kept of a body: what the demo sends and its documents are far smaller.
pub(crate) const MAX_KEPT: usize = 64 * 1024;

/// The beginning of a body, and how long the body was so far.
#[derive(Debug, Default)]
pub(crate) struct Beginning {
    kept: Vec<u8>,
    length: u64,
}

impl Beginning {
    /// Takes the next piece.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        let room = MAX_KEPT.saturating_sub(self.kept.len());
        self.kept
            .extend_from_slice(piece.get(..room).unwrap_or(piece));
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(length);
    }

    /// Whether nothing more is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= MAX_KEPT
    }

    /// Bytes so far, kept or not.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// What was kept, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }
}

/// The next piece of a body; `None` at its end, also at one that is too early.
pub(crate) async fn piece(body: &mut Incoming) -> Option<Bytes> {
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(piece) = frame.into_data() {
            return Some(piece);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_is_kept_and_all_is_counted() {
        let mut beginning = Beginning::default();
        beginning.take(b"ab");
        assert!(!beginning.is_full());
        beginning.take(&vec![b'c'; MAX_KEPT]);
        beginning.take(b"d");
        assert!(beginning.is_full());
        assert_eq!(beginning.text(), format!("ab{}", "c".repeat(MAX_KEPT - 2)));
        assert_eq!(beginning.length(), 65_539);
    }
}
