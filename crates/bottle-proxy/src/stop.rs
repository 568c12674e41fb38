//! Telling every task of a service to finish.

use tokio::sync::watch;

/// Asks a service to stop. Dropping it asks, too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// What the tasks of a service listen to.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stopper {
    /// A stopper and its listening end.
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Asks everyone to finish.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Returns once stopping was asked for.
    pub async fn requested(&mut self) {
        // An error means that the stopper is gone, which asks just as well.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
