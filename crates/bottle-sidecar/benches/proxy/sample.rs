//! What was seen in one timed phase.

use std::time::Duration;

/// How long each request took, and what the phase as a whole used.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// One time for each request that was answered.
    pub(crate) times: Vec<Duration>,
    /// How many were not.
    pub(crate) failures: u32,
    /// From the first request to the last answer.
    pub(crate) wall: Duration,
    /// Processor time of the proxy, if there is one.
    pub(crate) processor: Option<Duration>,
}

impl Sample {
    /// Requests per second.
    pub(crate) fn rate(&self) -> f64 {
        self.count() / self.wall.as_secs_f64()
    }

    /// The time within which so many of a thousand requests were answered, in milliseconds.
    pub(crate) fn within(&self, of_thousand: usize) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let place = times.len().saturating_sub(1) * of_thousand / 1000;
        times
            .get(place)
            .map_or(f64::NAN, |time| milliseconds(*time))
    }

    /// Processor time of the proxy for one request, in microseconds.
    pub(crate) fn processor_each(&self) -> Option<f64> {
        let processor = self.processor?;
        Some(processor.as_secs_f64() * 1e6 / self.count())
    }

    fn count(&self) -> f64 {
        f64::from(u32::try_from(self.times.len()).unwrap_or(u32::MAX))
    }
}

/// A duration in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
