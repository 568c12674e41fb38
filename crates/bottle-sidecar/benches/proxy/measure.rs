//! One round of one candidate.

use std::time::Duration;

use anyhow::Result;

use crate::candidate::Candidate;
use crate::connection::Version;
use crate::cost::Tree;
use crate::limits::{FRESH_WORKERS, HTTP2_STREAMS, KEPT_CONNECTIONS, TRANSFER_STREAMS};
use crate::line::Line;
use crate::load::Load;
use crate::options::Extent;
use crate::sample::{Sample, milliseconds};
use crate::transfer::{Transfer, Way, first_event};

/// The lines that one phase of requests gives.
struct Lines {
    rate: Option<Line>,
    /// The time within which half of the requests, and 99 of a hundred, were answered.
    times: Option<(Line, Line)>,
    processor: Option<Line>,
}

/// Measures a candidate once, in everything.
pub(crate) async fn round(candidate: &mut Candidate, extent: Extent) -> Result<()> {
    let mut failures = kept(candidate, extent.phase).await?;
    failures += single(candidate, extent.phase / 2).await?;
    failures += fresh(candidate, extent.phase).await?;
    failures += http2(candidate, extent.phase).await?;
    transfers(candidate, extent.mebibytes).await?;
    for _ in 0..extent.event_streams {
        let time = first_event(&candidate.client).await?;
        candidate.note(Line::FirstEvent, milliseconds(time));
    }
    if let Some(tree) = candidate.tree() {
        candidate.note(Line::Memory, f64::from(tree.memory()) / 1024.0);
    }
    candidate.note(Line::Failures, failures.into());
    Ok(())
}

/// Asks once, so that a candidate that does not work ends the run before it begins, and certificates are made.
pub(crate) async fn warm_up(candidate: &Candidate) -> Result<()> {
    candidate.client.open(Version::Http1).await?.small().await?;
    if candidate.speaks_http2 {
        candidate.client.open(Version::Http2).await?.small().await?;
    }
    Ok(())
}

async fn kept(candidate: &mut Candidate, phase: Duration) -> Result<u32> {
    let sample = Load::Kept(KEPT_CONNECTIONS).run(candidate, phase).await?;
    let lines = Lines {
        rate: Some(Line::KeptRate),
        times: Some((Line::KeptMedian, Line::KeptTail)),
        processor: Some(Line::KeptProcessor),
    };
    Ok(lines.note(candidate, &sample))
}

async fn single(candidate: &mut Candidate, phase: Duration) -> Result<u32> {
    let sample = Load::Kept(1).run(candidate, phase).await?;
    let lines = Lines {
        rate: None,
        times: Some((Line::SingleMedian, Line::SingleTail)),
        processor: None,
    };
    Ok(lines.note(candidate, &sample))
}

async fn fresh(candidate: &mut Candidate, phase: Duration) -> Result<u32> {
    let sample = Load::Fresh(FRESH_WORKERS).run(candidate, phase).await?;
    let lines = Lines {
        rate: Some(Line::FreshRate),
        times: Some((Line::FreshMedian, Line::FreshTail)),
        processor: Some(Line::FreshProcessor),
    };
    Ok(lines.note(candidate, &sample))
}

async fn http2(candidate: &mut Candidate, phase: Duration) -> Result<u32> {
    if !candidate.speaks_http2 {
        return Ok(0);
    }
    let sample = Load::Shared(HTTP2_STREAMS).run(candidate, phase).await?;
    let lines = Lines {
        rate: Some(Line::Http2Rate),
        times: None,
        processor: Some(Line::Http2Processor),
    };
    Ok(lines.note(candidate, &sample))
}

impl Lines {
    /// Notes what the lines say of a sample; its failures.
    fn note(self, candidate: &mut Candidate, sample: &Sample) -> u32 {
        if let Some(line) = self.rate {
            candidate.note(line, sample.rate());
        }
        if let Some((median, tail)) = self.times {
            candidate.note(median, sample.within(500));
            candidate.note(tail, sample.within(990));
        }
        if let Some((line, each)) = self.processor.zip(sample.processor_each()) {
            candidate.note(line, each);
        }
        sample.failures
    }
}

async fn transfers(candidate: &mut Candidate, mebibytes: u32) -> Result<()> {
    let tree = candidate.tree();
    let before = tree.map(Tree::processor_time);
    let mut gigabytes = 0.0;
    for (line, way, streams) in [
        (Line::DownloadOne, Way::Down, 1),
        (Line::DownloadFour, Way::Down, TRANSFER_STREAMS),
        (Line::UploadOne, Way::Up, 1),
        (Line::UploadFour, Way::Up, TRANSFER_STREAMS),
    ] {
        let transfer = Transfer {
            way,
            mebibytes,
            streams,
        };
        let rate = transfer.run(&candidate.client).await?;
        candidate.note(line, rate);
        gigabytes += transfer.gigabytes();
    }
    if let Some((before, after)) = before.zip(tree.map(Tree::processor_time)) {
        let used = after.saturating_sub(before).as_secs_f64();
        candidate.note(Line::GigabyteProcessor, used / gigabytes);
    }
    Ok(())
}
