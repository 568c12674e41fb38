//! A whole run: start everything, measure in rounds, print.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use tokio::runtime::Handle;

use crate::bare::Bare;
use crate::candidate::{Candidate, DIRECT};
use crate::egress::Egress;
use crate::machine;
use crate::measure;
use crate::mitmproxy::Mitmproxy;
use crate::options::{Extent, Options};
use crate::origin::Origin;
use crate::proxy::Proxy;
use crate::squid::Squid;
use crate::table;

/// Every proxy that is known here.
const PROXIES: [&dyn Proxy; 5] = [
    &Egress,
    &Bare,
    &Mitmproxy::Holding,
    &Mitmproxy::Streaming,
    &Squid,
];

/// Measures what was asked for and prints the table; the origin runs on `origins`.
pub(crate) async fn run(options: &Options, origins: &Handle) -> Result<()> {
    for name in &options.only {
        let is_known = name == DIRECT || PROXIES.iter().any(|proxy| proxy.name() == name);
        ensure!(is_known, "there is no candidate {name:?}");
    }
    let extent = options.extent();
    let busy = machine::busy().await;
    let folder = tempfile::tempdir()?;
    // A proxy that gives up root must still get at its own folder in it.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let origin = Origin::start(folder.path(), origins).await?;
    let (mut candidates, missing) = start(options, folder.path(), &origin)?;
    for candidate in &mut candidates {
        let passed = measure::warm_up(candidate).await;
        passed.with_context(|| candidate.state())?;
    }
    for number in 1..=extent.rounds {
        for candidate in &mut candidates {
            eprintln!("round {number} of {}: {}", extent.rounds, candidate.name);
            let measured = measure::round(candidate, extent).await;
            measured.with_context(|| candidate.state())?;
        }
    }
    println!("{}", table::markdown(&candidates));
    for (name, why) in missing {
        println!("Not measured: {name}: {why}.");
    }
    println!("{}", circumstances(extent, busy));
    Ok(())
}

/// A proxy that is not measured, and why.
type Missing = (&'static str, &'static str);

fn start(
    options: &Options,
    folder: &Path,
    origin: &Origin,
) -> Result<(Vec<Candidate>, Vec<Missing>)> {
    let (mut candidates, mut missing) = (vec![Candidate::direct(origin)?], Vec::new());
    for proxy in PROXIES {
        if !options.wants(proxy.name()) {
            continue;
        }
        if let Some(why) = proxy.missing() {
            missing.push((proxy.name(), why));
            continue;
        }
        eprintln!("starting {}", proxy.name());
        let later = options.extent().later_starts;
        candidates.push(Candidate::start(proxy, folder, origin, later)?);
    }
    Ok((candidates, missing))
}

fn circumstances(extent: Extent, busy: u64) -> String {
    let Extent {
        rounds,
        phase,
        mebibytes,
        ..
    } = extent;
    format!(
        "Rounds: {rounds}; a phase: {} s; a transfer: {mebibytes} MiB. {}, {busy} % busy before the run.",
        phase.as_secs_f64(),
        machine::processor()
    )
}
