//! The facts of this machine: its queues, its engine, and the logs of its bottles.

mod card;
mod desk;
mod grants;
mod log_line;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bottle_core::{Identity, ProposalId};
use bottle_docker::Docker;
use bottle_run::backend::{Backend as _, BackendError, LiveBottle, LogsRequest, ServiceState};
use bottle_run::{FoundBottle, StatePresence, halt, survey};
use bottle_state::{Ask, Home, Queue, QueueWatch, Queued};
use futures_util::TryStreamExt as _;
use tokio::runtime::Handle;

use super::feed::{Source, Watch};
use super::model::{Approval, Decided, Rejection};
use super::post::Post;
use super::view::{
    BottleRow, CardView, GrantRow, LogRow, ProposalKey, ProposalRow, Survey, Tally, Variant,
    Waiting,
};
use crate::commands::list::condition;
use crate::engine;

/// How long the engine is waited for before the rest is shown without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The facts of one home, and the engine that its bottles run on.
#[derive(Debug, Clone)]
pub(crate) struct HostSource {
    home: Home,
    runtime: Handle,
    /// Whose logs are being read.
    followed: Arc<Mutex<BTreeSet<Identity>>>,
}

impl HostSource {
    /// The facts of a home.
    pub(crate) fn new(home: Home, runtime: Handle) -> Self {
        Self {
            home,
            runtime,
            followed: Arc::default(),
        }
    }

    /// What the engine has of this home.
    async fn live(&self) -> anyhow::Result<Vec<LiveBottle>> {
        let label = self.home.label()?;
        let answer = tokio::time::timeout(PATIENCE, async {
            engine::connect().await?.live(&label).await
        });
        let answer: Result<_, BackendError> = answer
            .await
            .map_err(|_| anyhow::anyhow!("the container engine does not answer"))?;
        Ok(answer?)
    }

    /// What passed and what did not in the bottles that run, and every decision about it, oldest first.
    pub(crate) fn decisions(&self, survey: &Survey) -> (BTreeMap<Identity, Tally>, Vec<LogRow>) {
        let (mut traffic, mut rows) = (BTreeMap::new(), Vec::new());
        for row in survey.bottles.iter().filter(|row| row.is_live) {
            let identity = &row.identity;
            let logs = self
                .runtime
                .block_on(self.logs(identity))
                .unwrap_or_default();
            let lines = logs.split_inclusive(|byte| *byte == b'\n');
            for (row, bytes) in lines.filter_map(|line| log_line::parse(identity, line)) {
                let tally: &mut Tally = traffic.entry(identity.clone()).or_default();
                if let Some(bytes) = bytes {
                    tally.add(row.verdict, bytes);
                }
                rows.push(row);
            }
        }
        rows.sort_by(|left, right| left.time.cmp(&right.time));
        (traffic, rows)
    }

    async fn logs(&self, identity: &Identity) -> anyhow::Result<Vec<u8>> {
        let request = LogsRequest {
            identity: identity.clone(),
            home: self.home.label()?,
        };
        Ok(engine::connect().await?.logs(&request).await?)
    }

    fn followed(&self) -> MutexGuard<'_, BTreeSet<Identity>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that waits, of one queue.
    fn queue(queue: &Queue, waiting: &mut Waiting) {
        let listing = match queue.pending() {
            Ok(listing) => listing,
            Err(error) => {
                waiting.problem = Some(bottle_core::causes(&error));
                return;
            }
        };
        let identity = queue.identity();
        for queued in listing.proposals {
            let key = ProposalKey {
                identity: identity.clone(),
                id: queued.id.clone(),
            };
            match row(key, queued) {
                Ok(row) => waiting.proposals.push(row),
                Err(why) => waiting.problem = Some(why),
            }
        }
        if listing.is_cut {
            waiting.problem = Some(format!("{identity} has more proposals than are looked at"));
        }
    }

    /// Reads the decisions of a bottle as they are made, until its containers end.
    async fn read(&self, identity: &Identity, post: &Post) -> anyhow::Result<()> {
        let request = LogsRequest {
            identity: identity.clone(),
            home: self.home.label()?,
        };
        let docker: Docker = engine::connect().await?;
        post.begin_anew(identity);
        let mut lines = std::pin::pin!(docker.follow(&request).await?);
        while let Some(line) = lines.try_next().await? {
            if let Some((row, bytes)) = log_line::parse(identity, &line) {
                post.decision(row, bytes);
            }
        }
        Ok(())
    }
}

impl Source for HostSource {
    fn waiting(&self) -> Waiting {
        let mut waiting = Waiting::default();
        match self.home.queues() {
            Ok(queues) => {
                for identity in queues {
                    Self::queue(&self.home.queue(&identity), &mut waiting);
                }
            }
            Err(error) => waiting.problem = Some(bottle_core::causes(&error)),
        }
        waiting
    }

    fn survey(&self) -> Survey {
        let (live, problem) = match self.runtime.block_on(self.live()) {
            Ok(live) => (live, None),
            Err(error) => {
                let why = super::shell::told(&error);
                (Vec::new(), Some(format!("containers are not shown: {why}")))
            }
        };
        match survey(&self.home, live) {
            Ok(found) => Survey {
                bottles: found
                    .iter()
                    .filter(|run| is_there(run))
                    .map(bottle)
                    .collect(),
                problem,
            },
            Err(error) => Survey {
                bottles: Vec::new(),
                problem: Some(bottle_core::causes(&error)),
            },
        }
    }

    fn card(&self, key: &ProposalKey, variant: &Variant) -> anyhow::Result<CardView> {
        self.runtime.block_on(desk::card(&self.home, key, variant))
    }

    fn approve(&self, approval: &Approval) -> Decided {
        self.runtime.block_on(desk::approve(&self.home, approval))
    }

    fn reject(&self, rejection: &Rejection) -> Decided {
        self.runtime.block_on(desk::reject(&self.home, rejection))
    }

    fn grants(&self, identity: &Identity) -> anyhow::Result<Vec<GrantRow>> {
        self.runtime.block_on(desk::grants(&self.home, identity))
    }

    fn revoke(&self, identity: &Identity, grant: &ProposalId) -> anyhow::Result<String> {
        self.runtime
            .block_on(desk::revoke(&self.home, identity, grant))
    }

    fn stop(&self, identity: &Identity) -> anyhow::Result<String> {
        self.runtime.block_on(async {
            let docker = engine::connect().await?;
            halt(&docker, &self.home, identity).await?;
            Ok(format!("{identity} has ended"))
        })
    }

    fn follow(&self, survey: &Survey, post: &Post) {
        for row in survey.bottles.iter().filter(|row| row.is_live) {
            let identity = row.identity.clone();
            if !self.followed().insert(identity.clone()) {
                continue;
            }
            let (source, post) = (self.clone(), post.clone());
            self.runtime.spawn(async move {
                // A log that breaks off is read again with the next look at the bottles, if it is still there.
                let _ = source.read(&identity, &post).await;
                source.followed().remove(&identity);
            });
        }
    }

    fn watch(&self) -> Box<dyn Watch> {
        Box::new(self.home.watch_queues())
    }
}

impl Watch for QueueWatch {
    fn wait(&mut self, timeout: Duration) -> bool {
        Self::wait(self, timeout)
    }
}

/// A run that is over, whose networks are on their way out, is none.
fn is_there(run: &FoundBottle) -> bool {
    let mut live = run.live.iter();
    run.state != StatePresence::None || live.any(|live| !live.services.is_empty())
}

fn bottle(run: &FoundBottle) -> BottleRow {
    let services = run.live.iter().flat_map(|live| &live.services);
    let mut running = services.filter(|each| each.state == ServiceState::Running);
    let metadata = run.metadata.as_ref();
    BottleRow {
        identity: run.identity.clone(),
        agent: metadata.map(|metadata| metadata.agent.to_string()),
        state: condition(run.condition),
        is_live: running.next().is_some(),
        started: metadata.map(|metadata| metadata.started_at),
    }
}

/// What a proposal says; what is none is told.
fn row(key: ProposalKey, queued: Queued) -> Result<ProposalRow, String> {
    let proposal = queued
        .proposal
        .map_err(|problem| format!("{}/{} is no proposal: {problem}", key.identity, key.id))?;
    let host = match &proposal.ask {
        Ask::EgressBlock(ask) => Some(ask.host.to_string()),
        Ask::PipelockBlock(ask) => Some(ask.failed_url.host.to_string()),
        _ => None,
    };
    Ok(ProposalRow {
        key,
        tool: proposal.ask.tool(),
        host,
        words: proposal.justification,
        created: proposal.created,
    })
}
