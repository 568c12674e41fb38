//! What `pipelock.yaml` says, in the shape in which it is asked.

use bottle_egress::RouteTable;
use bottle_pipelock::PipelockFile;

/// The parts of the file that are asked for each request.
pub(super) struct Policy {
    pub(super) table: std::sync::Arc<RouteTable>,
    pub(super) max_body_bytes: usize,
}

impl Policy {
    /// The policy of a file.
    pub(super) fn of(file: &PipelockFile) -> Self {
        let max_body_bytes = usize::try_from(file.max_body_bytes()).unwrap_or(usize::MAX);
        Self {
            table: std::sync::Arc::new(file.allowlist()),
            max_body_bytes,
        }
    }
}
