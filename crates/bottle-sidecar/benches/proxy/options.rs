//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// Measures egress beside no proxy, bare interception, mitmproxy and squid, and prints a table.
#[derive(Debug, Parser)]
#[command(name = "proxy")]
pub(crate) struct Options {
    /// Rounds over all candidates, one after the other; the table shows medians.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds of each timed phase.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=60))]
    secs: u32,
    /// MiB of each transfer.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(4..=4096))]
    mb: u32,
    /// A smoke run of seconds: one round, short phases, small transfers. Its figures mean nothing.
    #[arg(long)]
    quick: bool,
    /// The candidates besides `direct`: egress, bare, mitmproxy, mitmproxy-stream, squid; all that are installed unless said.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Be the candidate `bare`, with the files in this folder.
    #[arg(long, hide = true, value_name = "FOLDER")]
    pub(crate) play_bare: Option<PathBuf>,
    /// `cargo bench` says this to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Rounds over all candidates.
    pub(crate) rounds: u32,
    /// The length of a timed phase.
    pub(crate) phase: Duration,
    /// MiB of a transfer.
    pub(crate) mebibytes: u32,
    /// Starts after the first one.
    pub(crate) later_starts: u32,
    /// Streams of events in one round.
    pub(crate) event_streams: u32,
}

impl Options {
    /// How much was asked for.
    pub(crate) fn extent(&self) -> Extent {
        if self.quick {
            return Extent {
                rounds: 1,
                phase: Duration::from_millis(400),
                mebibytes: 8,
                later_starts: 1,
                event_streams: 1,
            };
        }
        Extent {
            rounds: self.rounds,
            phase: Duration::from_secs(self.secs.into()),
            mebibytes: self.mb,
            later_starts: crate::limits::LATER_STARTS,
            event_streams: crate::limits::EVENT_STREAMS,
        }
    }

    /// Whether this candidate is to be measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}
