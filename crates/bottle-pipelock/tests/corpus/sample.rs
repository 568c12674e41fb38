//! An exchange that owns what it consists of.

use bottle_pipelock::{Exchange, Located, Scanner, SocketFrame};

/// A request, and the messages that follow it on a WebSocket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) messages: Vec<Vec<u8>>,
}

impl Sample {
    /// A request without a body.
    pub(crate) fn get(url: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            url: url.to_owned(),
            ..Self::default()
        }
    }

    /// A request with one.
    pub(crate) fn post(url: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let sent = Self {
            method: "POST".to_owned(),
            body: body.into(),
            ..Self::get(url)
        };
        sent.header("Content-Type", content_type)
    }

    /// With one more header field.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Its messages, each in so many frames.
    pub(crate) fn frames(&self, pieces: usize) -> Vec<SocketFrame> {
        let cut = |message: &Vec<u8>| {
            let size = message.len().div_ceil(pieces).max(1);
            let mut frames: Vec<_> = message.chunks(size).map(frame).collect();
            if let Some(last) = frames.last_mut() {
                last.fin = true;
            }
            frames
        };
        self.messages.iter().flat_map(cut).collect()
    }

    /// What the scanner says to it, its messages being in so many frames.
    pub(crate) fn scan(&self, scanner: &Scanner, pieces: usize) -> Option<Located> {
        scanner.scan_exchange(&Exchange {
            method: &self.method,
            url: &self.url,
            headers: &self.headers,
            body: &self.body,
            frames: &self.frames(pieces),
        })
    }
}

fn frame(payload: &[u8]) -> SocketFrame {
    SocketFrame {
        fin: false,
        rsv1: false,
        payload: payload.to_vec(),
    }
}
