//! What passing the proxy costs, beside yardsticks in the same run: the way without a proxy, interception without a
//! policy, mitmproxy and squid.
//!
//! Everything is on loopback and in a temporary folder: a TLS origin with an authority of its own, the real
//! `bottle-sidecar egress` with a policy, and whichever yardsticks are installed. The client is the same for all; it
//! trusts the authority of the proxy that it measures and no other, so a proxy that only tunnels fails at once.

mod bare;
mod candidate;
mod client;
mod connection;
mod cost;
mod egress;
mod events;
mod issuer;
mod limits;
mod line;
mod load;
mod machine;
mod measure;
mod mitmproxy;
mod options;
mod origin;
mod process;
mod proxy;
mod run;
mod sample;
mod squid;
mod table;
mod text;
mod transfer;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Runtime;

use options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    match measure_all(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure_all(options: &Options) -> anyhow::Result<()> {
    if let Some(folder) = &options.play_bare {
        return Runtime::new()?.block_on(bare::play(folder));
    }
    let origins = Runtime::new()?;
    Runtime::new()?.block_on(run::run(options, origins.handle()))
}
