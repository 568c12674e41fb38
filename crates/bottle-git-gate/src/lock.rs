//! One writer to a mirror at a time, whichever process it is in.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::limits::LOCK_STEP;

/// Held while the refs of a mirror are brought up to date, and while a push is forwarded. The kernel takes it from a
/// process that ends, however it ends.
#[derive(Debug)]
pub(crate) struct MirrorLock(#[expect(dead_code, reason = "open is locked")] File);

impl MirrorLock {
    /// Waits until nobody else writes.
    pub(crate) async fn take(path: &Path, patience: Duration) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)?;
        let start = Instant::now();
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self(file)),
                Err(Errno::WOULDBLOCK | Errno::INTR) if start.elapsed() < patience => {
                    tokio::time::sleep(LOCK_STEP).await;
                }
                Err(Errno::WOULDBLOCK) => return Err(io::ErrorKind::TimedOut.into()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = MirrorLock::take(&path, Duration::ZERO).await.unwrap();
        let second = MirrorLock::take(&path, Duration::from_millis(30)).await;
        assert_eq!(second.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(held);
        MirrorLock::take(&path, Duration::ZERO).await.unwrap();
    }
}
