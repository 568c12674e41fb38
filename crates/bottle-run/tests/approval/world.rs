//! A home with one bottle that runs, and its agent's proposals.

use std::sync::Arc;

use bottle_core::{BottlePlan, Identity, ProposalId, Provider, Secret};
use bottle_egress::{EgressPolicy, Lease, RouteTable, fold};
use bottle_pipelock::PipelockFile;
use bottle_run::approval::{
    ApprovalError, Approvals, Approved, Card, Decision, GivenValue, ReviewToken, Subject, Wish,
};
use bottle_state::{Access, Answer, Home, Operator, Queue};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::engine::Engine;

pub(crate) struct World {
    _folder: TempDir,
    pub(crate) home: Home,
    pub(crate) identity: Identity,
    pub(crate) engine: Arc<Engine>,
}

impl World {
    /// A bottle that may ask api.example.test below /v1, with a credential.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path().join("home"));
        let identity: Identity = "dev-x7k2q".parse().unwrap();
        let state = home.state(&identity);
        drop(state.create().unwrap());
        home.queue(&identity).create(Access::Private).unwrap();
        let mut plan = BottlePlan::new(
            "dev".parse().unwrap(),
            "dev".parse().unwrap(),
            Provider::Command,
        );
        plan.routes = vec![bottle_core::RouteSpec {
            path_allowlist: vec!["/v1".parse().unwrap()],
            auth: Some(bottle_core::AuthSpec {
                scheme: bottle_core::AuthScheme::Bearer,
                token_ref: "API_TOKEN".parse().unwrap(),
                header: None,
            }),
            ..bottle_core::RouteSpec::bare("api.example.test".parse().unwrap())
        }];
        let table = fold(&plan).table;
        let write = |path: &str, text: &str| {
            let path = state.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("egress/routes.yaml", &table.to_yaml().unwrap());
        let pipelock = bottle_pipelock::render(&plan, &table);
        write("pipelock/pipelock.yaml", &pipelock.to_yaml().unwrap());
        write("pipelock/dlp.yaml", "version: 1\n");
        let engine = Engine::new(state.path().to_owned(), identity.clone());
        Self {
            _folder: folder,
            home,
            identity,
            engine: Arc::new(engine),
        }
    }

    pub(crate) fn queue(&self) -> Queue {
        self.home.queue(&self.identity)
    }

    pub(crate) fn desk(&self) -> Approvals<'_, Engine> {
        Approvals::new(&self.home, Some(&self.engine))
    }

    /// What the agent asks for.
    pub(crate) fn ask(&self, number: u32, ask: &Value) -> Subject {
        let id: ProposalId = format!("p{number:09}").parse().unwrap();
        let proposal = json!({
            "version": 1, "id": id, "identity": self.identity, "created": "2026-05-25T23:16:00Z",
            "ask": ask, "justification": "because",
        });
        let path = self.queue().path().join(format!("proposals/{id}.json"));
        std::fs::write(path, proposal.to_string()).unwrap();
        Subject {
            identity: self.identity.clone(),
            id,
        }
    }

    /// What the agent asks for: a host.
    pub(crate) fn ask_host(&self, number: u32, host: &str) -> Subject {
        self.ask(number, &json!({ "tool": "egress-block", "host": host }))
    }

    pub(crate) async fn card(&self, subject: &Subject, wish: &Wish) -> Card {
        self.desk().review(subject, wish).await.unwrap()
    }

    pub(crate) async fn token(&self, subject: &Subject) -> ReviewToken {
        self.card(subject, &Wish::default()).await.token
    }

    /// Looks, and approves what was seen.
    pub(crate) async fn approve(
        &self,
        subject: &Subject,
        decision: &Decision,
    ) -> Result<Approved, ApprovalError> {
        let token = self.card(subject, &decision.wish).await.token;
        self.desk().approve(subject, &token, decision).await
    }

    pub(crate) fn table(&self) -> RouteTable {
        let text = self.file("egress/routes.yaml");
        EgressPolicy::from_yaml(&text, "routes.yaml").unwrap().table
    }

    /// Whether the scanner lets a host pass.
    pub(crate) fn scanner_has(&self, host: &str) -> bool {
        let text = self.file("pipelock/pipelock.yaml");
        let file = PipelockFile::from_yaml(&text, "pipelock.yaml").unwrap();
        file.allowlist().find(&host.parse().unwrap()).is_some()
    }

    pub(crate) fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.home.state(&self.identity).path().join(path)).unwrap()
    }

    pub(crate) fn answer(&self, subject: &Subject) -> Option<Answer> {
        self.queue().answered(&subject.id).unwrap()
    }

    /// The actions of the trail, which is whole.
    pub(crate) fn trail(&self) -> Vec<String> {
        self.lines()
            .iter()
            .map(|line| line["action"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        let mut lines = Vec::new();
        let audit = self.home.audit(&self.identity);
        audit.read(|line| lines.push(line.clone())).unwrap();
        lines
    }

    /// Nothing is open, and the proposal still waits.
    pub(crate) fn waits(&self, subject: &Subject, host: &str) {
        assert!(
            self.table().grants().is_empty(),
            "{:?}",
            self.table().grants()
        );
        assert!(!self.scanner_has(host));
        assert_eq!(self.answer(subject), None);
        let pending = self.queue().pending().unwrap().proposals;
        assert!(pending.iter().any(|each| each.id == subject.id));
    }
}

pub(crate) fn operator() -> Operator {
    Operator {
        uid: 1000,
        user: Some("me".to_owned()),
    }
}

pub(crate) fn yes() -> Decision {
    Decision {
        wish: Wish::default(),
        lease: Lease::default(),
        notes: String::new(),
        value: None,
        operator: operator(),
    }
}

/// The value of the variable `DOCS_TOKEN`.
pub(crate) fn docs_token(text: &str) -> GivenValue {
    GivenValue {
        token_ref: "DOCS_TOKEN".parse().unwrap(),
        value: Secret::new(text.to_owned()).unwrap(),
    }
}
