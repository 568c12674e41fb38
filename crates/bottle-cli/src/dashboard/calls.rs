//! Signals, for the screen.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

use super::post::{Call, Post};

/// Puts every signal into the post from now on. Called on a runtime, and spawned there.
pub(crate) fn listen(post: Post) -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut window = signal(SignalKind::window_change())?;
    Ok(async move {
        loop {
            tokio::select! {
                Some(()) = interrupt.recv() => post.call(Call::Interrupt),
                Some(()) = terminate.recv() => post.call(Call::Terminate),
                Some(()) = hangup.recv() => post.call(Call::Terminate),
                Some(()) = window.recv() => post.resized(),
                else => return,
            }
        }
    })
}
