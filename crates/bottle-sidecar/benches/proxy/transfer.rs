//! Large bodies, and streams of which only the beginning matters.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use http_body_util::BodyExt as _;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::client::Client;
use crate::connection::Version;
use crate::limits::{PHASE_GRACE, TRANSFER_TIMEOUT};

/// Bytes of a mebibyte.
const MEBIBYTE: u32 = 1024 * 1024;

/// A large body, perhaps divided among several streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transfer {
    /// Which way it goes.
    pub(crate) way: Way,
    /// All of it, in MiB.
    pub(crate) mebibytes: u32,
    /// Streams, each with its share.
    pub(crate) streams: u32,
}

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From the origin.
    Down,
    /// To the origin.
    Up,
}

impl Transfer {
    /// Carries it, every byte, on connections that are open before the time begins; megabytes per second.
    pub(crate) async fn run(self, client: &Client) -> Result<f64> {
        let Self { way, streams, .. } = self;
        let bytes = self.bytes() / u64::from(streams);
        let mut open = Vec::new();
        for _ in 0..streams {
            open.push(client.open(Version::Http1).await?);
        }
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for mut connection in open {
            running.spawn(async move {
                match way {
                    Way::Down => connection.download(bytes).await,
                    Way::Up => connection.upload(bytes).await,
                }
            });
        }
        let all = async {
            while let Some(ended) = running.join_next().await {
                ended??;
            }
            anyhow::Ok(())
        };
        timeout(TRANSFER_TIMEOUT, all)
            .await
            .context("a transfer does not end")??;
        Ok(self.gigabytes() * 1e3 / begun.elapsed().as_secs_f64())
    }

    /// How much it is, in units of 10⁹ bytes.
    pub(crate) fn gigabytes(self) -> f64 {
        f64::from(self.mebibytes) * f64::from(MEBIBYTE) / 1e9
    }

    fn bytes(self) -> u64 {
        u64::from(self.mebibytes) * u64::from(MEBIBYTE)
    }
}

/// From the question to the first event of a stream, which is then given up.
pub(crate) async fn first_event(client: &Arc<Client>) -> Result<Duration> {
    let mut connection = client.open(Version::Http1).await?;
    let begun = Instant::now();
    let first = async {
        let answer = connection.get("/events").await?;
        let frame = answer.into_body().frame().await.context("no event")??;
        frame.into_data().ok().context("no event")
    };
    timeout(PHASE_GRACE, first)
        .await
        .context("no event in time")??;
    Ok(begun.elapsed())
}
