//! A bottle that runs.

use bottle_compose::LaunchFacts;
use bottle_core::{EnvName, Identity, Secret};

use crate::Prepared;
use crate::backend::{Backend, ExecIo, ExecOutcome, ExecRequest, Target};
use crate::launch::AGENT;
use crate::run::RunError;

/// The variable that names the home folder.
const HOME: &str = "HOME";

/// A bottle that runs: every service is ready, the credentials are handed over.
#[derive(Debug)]
pub struct Running<'a, B> {
    prepared: &'a Prepared,
    backend: &'a B,
    facts: LaunchFacts,
    /// The home of whom the agent runs as, where the image does not know it.
    home: Option<String>,
}

impl<'a, B: Backend> Running<'a, B> {
    pub(crate) const fn new(
        prepared: &'a Prepared,
        backend: &'a B,
        facts: LaunchFacts,
        home: Option<String>,
    ) -> Self {
        Self {
            prepared,
            backend,
            facts,
            home,
        }
    }

    /// Its name.
    pub const fn identity(&self) -> &Identity {
        &self.prepared.identity
    }

    /// What it was rendered from: names, addresses, images.
    pub const fn facts(&self) -> &LaunchFacts {
        &self.facts
    }

    /// The engine that carries it.
    pub const fn backend(&self) -> &'a B {
        self.backend
    }

    /// One of its containers.
    pub fn target(&self, service: &str) -> Target {
        Target::new(&self.prepared.identity, service)
    }

    /// Runs a command in one of its containers.
    ///
    /// # Errors
    ///
    /// When it could not be started or its streams broke.
    pub async fn exec(&self, request: &ExecRequest) -> Result<ExecOutcome, RunError> {
        Ok(self.backend.exec(request).await?)
    }

    /// Runs the agent's command: in the agent's container, with every forwarded value of `env` in its environment,
    /// and `extra` after them (`TERM`).
    ///
    /// # Errors
    ///
    /// When it could not be started or its streams broke.
    pub async fn session(
        &self,
        argv: Vec<String>,
        io: ExecIo,
        extra: Vec<(EnvName, Secret)>,
    ) -> Result<ExecOutcome, RunError> {
        let mut env = self.prepared.forwarded.clone();
        if let (Some(home), Ok(name)) = (&self.home, HOME.parse()) {
            env.push((name, Secret::new(home.clone())?));
        }
        env.extend(extra);
        self.exec(&ExecRequest {
            target: self.target(AGENT),
            argv,
            env,
            io,
            timeout: None,
        })
        .await
    }
}
