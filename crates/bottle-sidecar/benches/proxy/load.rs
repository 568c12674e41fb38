//! Many requests for the small answer, for a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::candidate::Candidate;
use crate::client::Client;
use crate::connection::{Connection, Version};
use crate::cost::Tree;
use crate::limits::{FAILURE_PAUSE, MAX_FAILURES, MAX_REQUESTS, PHASE_GRACE};
use crate::sample::Sample;

/// How the requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    /// By so many workers, each with a connection that was open before the time began.
    Kept(usize),
    /// By so many workers, each request on a connection of its own.
    Fresh(usize),
    /// By so many workers on one HTTP/2 connection.
    Shared(usize),
}

/// One of those who ask.
struct Worker {
    client: Arc<Client>,
    load: Load,
    open: Option<Connection>,
}

impl Load {
    /// Asks until `phase` is over.
    pub(crate) async fn run(self, candidate: &Candidate, phase: Duration) -> Result<Sample> {
        let workers = self.workers(candidate).await?;
        let tree = candidate.tree();
        let before = tree.map(Tree::processor_time);
        let begun = Instant::now();
        let asked = ask_all(workers, begun + phase);
        let asked = timeout(phase + PHASE_GRACE, asked).await;
        let mut sample = asked.context("a phase does not end")??;
        sample.wall = begun.elapsed();
        let after = tree.map(Tree::processor_time);
        sample.processor = before
            .zip(after)
            .map(|(before, after)| after.saturating_sub(before));
        Ok(sample)
    }

    async fn workers(self, candidate: &Candidate) -> Result<Vec<Worker>> {
        let client = &candidate.client;
        let (Self::Kept(count) | Self::Fresh(count) | Self::Shared(count)) = self;
        let shared = match self {
            Self::Shared(_) => Some(client.open(Version::Http2).await?),
            Self::Kept(_) | Self::Fresh(_) => None,
        };
        let mut workers = Vec::new();
        for _ in 0..count {
            let open = match self {
                Self::Kept(_) => Some(client.open(Version::Http1).await?),
                Self::Shared(_) => shared.as_ref().and_then(Connection::share),
                Self::Fresh(_) => None,
            };
            workers.push(Worker {
                client: Arc::clone(client),
                load: self,
                open,
            });
        }
        Ok(workers)
    }
}

async fn ask_all(workers: Vec<Worker>, end: Instant) -> Result<Sample> {
    let mut running: JoinSet<_> = workers.into_iter().map(|worker| worker.ask(end)).collect();
    let mut all = Sample::default();
    while let Some(ended) = running.join_next().await {
        let one = ended??;
        all.times.extend(one.times);
        all.failures += one.failures;
    }
    Ok(all)
}

impl Worker {
    async fn ask(mut self, end: Instant) -> Result<Sample> {
        let mut sample = Sample::default();
        while Instant::now() < end && sample.times.len() < MAX_REQUESTS {
            let begun = Instant::now();
            match self.once().await {
                Ok(()) => sample.times.push(begun.elapsed()),
                Err(error) if sample.failures >= MAX_FAILURES => return Err(error),
                Err(_) => {
                    sample.failures += 1;
                    self.open = None;
                    sleep(FAILURE_PAUSE).await;
                }
            }
        }
        Ok(sample)
    }

    async fn once(&mut self) -> Result<()> {
        let (version, is_fresh) = match self.load {
            Load::Kept(_) => (Version::Http1, false),
            Load::Fresh(_) => (Version::Http1, true),
            Load::Shared(_) => (Version::Http2, false),
        };
        if let Some(open) = self.open.as_mut().filter(|_| !is_fresh) {
            return open.small().await;
        }
        let open = self.open.insert(self.client.open(version).await?);
        open.small().await
    }
}
