//! What is measured: a way to the origin, and what was found about it.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::client::Client;
use crate::cost::Tree;
use crate::line::Line;
use crate::origin::Origin;
use crate::process::Process;
use crate::proxy::Proxy;
use crate::sample::milliseconds;

/// The column of the way without a proxy: what client and origin can do at most on this machine.
pub(crate) const DIRECT: &str = "direct";

/// One column of the table.
pub(crate) struct Candidate {
    /// Its name.
    pub(crate) name: &'static str,
    /// Opens connections that lead over it.
    pub(crate) client: Arc<Client>,
    /// Whether it speaks HTTP/2 with clients.
    pub(crate) speaks_http2: bool,
    /// The running proxy.
    process: Option<Process>,
    values: BTreeMap<Line, Vec<f64>>,
}

impl Candidate {
    /// The way without a proxy.
    pub(crate) fn direct(origin: &Origin) -> Result<Self> {
        Ok(Self {
            name: DIRECT,
            client: Arc::new(Client::new(None, origin, &origin.authority)?),
            speaks_http2: true,
            process: None,
            values: BTreeMap::new(),
        })
    }

    /// Starts a proxy once, then again `later` times, and keeps the last one running.
    pub(crate) fn start(
        proxy: &dyn Proxy,
        folder: &Path,
        origin: &Origin,
        later: u32,
    ) -> Result<Self> {
        let folder = folder.join(proxy.name());
        fs::create_dir(&folder)?;
        proxy.prepare(&folder, origin)?;
        let started = Started::once(proxy, &folder);
        let mut started = started.with_context(|| format!("{} does not start", proxy.name()))?;
        let mut values = BTreeMap::from([(Line::FirstStart, vec![milliseconds(started.took)])]);
        for _ in 0..later {
            started.process.stop()?;
            started = Started::once(proxy, &folder)?;
            let took = milliseconds(started.took);
            values.entry(Line::LaterStart).or_default().push(took);
        }
        let authority = proxy.authority(&folder);
        Ok(Self {
            name: proxy.name(),
            client: Arc::new(Client::new(Some(started.address), origin, &authority)?),
            speaks_http2: proxy.speaks_http2(),
            process: Some(started.process),
            values,
        })
    }

    /// The processes of the proxy.
    pub(crate) fn tree(&self) -> Option<Tree> {
        self.process.as_ref().map(|process| Tree(process.id()))
    }

    /// What is to be said of the candidate when something went wrong with it.
    pub(crate) fn state(&mut self) -> String {
        let state = self.process.as_mut().map(Process::state);
        let state = state.unwrap_or_else(|| "there is no proxy".to_owned());
        format!("{} failed; {state}", self.name)
    }

    /// Notes what was found in a round.
    pub(crate) fn note(&mut self, line: Line, value: f64) {
        self.values.entry(line).or_default().push(value);
    }

    /// The median of what was found.
    pub(crate) fn median(&self, line: Line) -> Option<f64> {
        let mut values = self.values.get(&line)?.clone();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

/// A proxy that was just started.
struct Started {
    process: Process,
    address: SocketAddr,
    took: Duration,
}

impl Started {
    fn once(proxy: &dyn Proxy, folder: &Path) -> Result<Self> {
        let begun = Instant::now();
        let (mut process, address) = proxy.launch(folder)?;
        process.listens(address)?;
        let took = begun.elapsed();
        Ok(Self {
            process,
            address,
            took,
        })
    }
}
