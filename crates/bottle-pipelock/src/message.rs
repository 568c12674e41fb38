//! What a client says on a WebSocket.

use crate::body::Content;
use crate::finding::Finding;
use crate::scanner::Scanner;
use crate::stream::StreamScan;

/// Scans the messages of one side, with those before: a secret may be cut over several.
#[derive(Debug, Clone, Default)]
pub struct MessageScan {
    stream: StreamScan,
    /// What there is of a message that is not complete.
    message: Vec<u8>,
}

impl MessageScan {
    /// Scans what came next of a message; `is_last` when the message ends with it.
    pub fn push(&mut self, scanner: &Scanner, data: &[u8], is_last: bool) -> Option<Finding> {
        if self.message.is_empty() {
            self.stream.begin_message();
        }
        let found = self.stream.push(scanner, data);
        self.message.extend_from_slice(data);
        if found.is_some() || !is_last {
            return found;
        }
        let message = std::mem::take(&mut self.message);
        let content = Content {
            media_type: None,
            codings: &[],
            message_coding: None,
            bytes: &message,
        };
        self.stream
            .end(scanner)
            .or_else(|| scanner.scan_content(&content))
    }
}
