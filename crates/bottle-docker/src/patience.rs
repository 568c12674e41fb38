//! An engine that goes away and comes back, as when its service is restarted.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::backend::Docker;

/// How long an engine may take to come back before a teardown gives up on it: a restart takes a few seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(250);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// Waits until the engine answers, or has been away for too long: whatever is asked next then says so.
pub(crate) async fn wait(docker: &Docker) {
    let until = Instant::now() + PATIENCE;
    while !answers(docker).await && Instant::now() < until {
        sleep(PAUSE).await;
    }
}

async fn answers(docker: &Docker) -> bool {
    let ping = tokio::time::timeout(ANSWER, docker.client().ping()).await;
    ping.is_ok_and(|pong| pong.is_ok())
}
