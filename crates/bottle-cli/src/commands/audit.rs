//! `bottle audit verify`: whether what operators decided is what was written.

use bottle_state::{AuditError, AuditSummary};

use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) fn verify(host: &HostSide) -> anyhow::Result<Exit> {
    match host.home.audit().verify() {
        Ok(AuditSummary { lines, last }) => {
            host.printer
                .data(&format!("{lines} decisions, the last one {last}\n"));
            Ok(Exit::Fine)
        }
        Err(error @ AuditError::Broken { .. }) => {
            host.printer.error(&error.into());
            Ok(Exit::No)
        }
        Err(error) => Err(error.into()),
    }
}
