//! The signals that end a bottle: they start the teardown, they never skip it.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at the first Ctrl-C, SIGTERM or SIGHUP (a closed terminal).
pub(crate) fn stop() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}
