//! A home, an engine and a plan, and what is expected of every run on them.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use bottle_compose::LaunchFacts;
use bottle_core::{
    AuthScheme, AuthSpec, BottlePlan, EnvName, EnvValue, Identity, ImageSource, Provider,
    RouteSpec, Secret,
};
use bottle_run::backend::{DownScope, ExecIo, ExtraContainer, Target};
use bottle_run::{
    AskedValues, Conduct, Ended, Fate, GitKeys, HostValues, KeptBecause, PrepareError,
    PrepareRequest, Prepared, RunError, Running, Settled, Step, SystemEntropy, UpstreamSettings,
    check,
};
use bottle_state::{Home, LockState, StateDir};
use futures_util::FutureExt as _;
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::fake::{Act, At, Call, Fake, Thing};

/// What every secret value begins with.
pub(crate) const SENTINEL: &str = "sentinel-secret-value";
/// The private keys of a bottle.
pub(crate) const KEYS: [&str; 2] = ["egress/ca-key.pem", "pipelock/ca-key.pem"];

/// The secret value that comes from a variable, or is the answer to a question.
pub(crate) fn secret(name: &str) -> String {
    format!("{SENTINEL}-{name}")
}

pub(crate) struct Bench {
    pub(crate) fake: Fake,
    pub(crate) folder: TempDir,
}

/// How a run ended.
pub(crate) struct Outcome {
    pub(crate) identity: Identity,
    /// `None` after a panic.
    pub(crate) ended: Option<Ended<u8, RunError>>,
    /// What the engine had before, of others.
    decoys: Vec<Thing>,
}

impl Bench {
    pub(crate) fn new(rules: &[(At, Act)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fake = Fake::new(folder.path().to_owned(), rules);
        Self { fake, folder }
    }

    pub(crate) fn home(&self) -> Home {
        Home::new(self.folder.path().join("home"))
    }

    /// What the label of this home says.
    pub(crate) fn label(&self) -> String {
        self.home().label().unwrap()
    }

    pub(crate) fn request(&self) -> PrepareRequest {
        let plan = plan();
        PrepareRequest {
            host_values: HostValues::gather(&plan, |name| Ok(Some(secret(name.as_str())))),
            plan,
            home: self.home(),
            cwd: self.folder.path().to_owned(),
            git_keys: GitKeys::default(),
            resume: None,
            upstream: UpstreamSettings::default(),
            now: OffsetDateTime::now_utc(),
        }
    }

    pub(crate) async fn prepare(&self) -> Result<Prepared, PrepareError> {
        self.prepare_as(self.request()).await
    }

    pub(crate) async fn prepare_as(
        &self,
        request: PrepareRequest,
    ) -> Result<Prepared, PrepareError> {
        let checked = check(&self.fake, request, &mut SystemEntropy).await?;
        let prepared = checked.commit(&answers(), &mut SystemEntropy)?;
        Ok(prepared.with_extras(Box::new(extras)))
    }

    pub(crate) fn conduct(&self) -> Conduct<'_, Fake> {
        Conduct {
            backend: &self.fake,
            stop: self.fake.stop(),
            teardown: DownScope::Everything,
            observer: &|_| {},
            output: &|_| {},
        }
    }

    /// Runs a session that ends with this code, beside other bottles.
    pub(crate) async fn run(&self, code: u8) -> Result<Outcome, PrepareError> {
        self.run_as(self.request(), code).await
    }

    pub(crate) async fn run_as(
        &self,
        request: PrepareRequest,
        code: u8,
    ) -> Result<Outcome, PrepareError> {
        let prepared = self.prepare_as(request).await?;
        let work = async |running: &Running<'_, Fake>| session(running, code).await;
        Ok(self.finish(prepared, self.conduct(), work).await)
    }

    pub(crate) async fn finish(
        &self,
        prepared: Prepared,
        conduct: Conduct<'_, Fake>,
        work: impl AsyncFnOnce(&Running<'_, Fake>) -> Result<(u8, Fate), RunError>,
    ) -> Outcome {
        let identity = prepared.identity().clone();
        let decoys = self.place_decoys(&identity);
        let run = AssertUnwindSafe(prepared.run(conduct, work)).catch_unwind();
        Outcome {
            identity,
            ended: run.await.ok(),
            decoys,
        }
    }

    /// Another bottle of the same home, and one of the same name of another home.
    fn place_decoys(&self, identity: &Identity) -> Vec<Thing> {
        let decoys = [
            decoy("dev-other", &self.label(), "192.168.7.0/28"),
            decoy(&identity.to_string(), "/another/home", "192.168.8.0/28"),
        ]
        .concat();
        self.fake
            .look(|engine| engine.things.extend(decoys.iter().cloned()));
        decoys
    }

    /// Whether the engine has something of a bottle of this home.
    pub(crate) fn is_in_engine(&self, identity: &Identity) -> bool {
        let (identity, home) = (identity.to_string(), self.label());
        self.fake.look(|engine| {
            let mut things = engine.things.iter();
            things.any(|thing| thing.belongs_to(&identity, &home))
        })
    }

    /// What holds after every run whose removal worked.
    pub(crate) fn assert_gone(&self, outcome: &Outcome, what: &str) {
        assert!(!self.is_in_engine(&outcome.identity), "{what}");
        self.assert_others_untouched(outcome, what);
        self.assert_logs_first(what);
        self.assert_no_leak(what);
        self.assert_lock_free(outcome, what);
        let state = self.home().state(&outcome.identity);
        let path = state.path();
        if !self.is_to_be_kept(outcome) {
            assert!(!path.exists(), "{what}");
            let settled = outcome.ended.as_ref().map(|ended| &ended.settled);
            assert!(matches!(settled, None | Some(Settled::Removed)), "{what}");
            return;
        }
        assert!(state.mark().unwrap().is_some(), "{what}");
        for key in KEYS {
            assert!(!path.join(key).exists(), "{what}: {key}");
        }
        if let Some(ended) = &outcome.ended {
            let Settled::Kept { path: kept, why } = &ended.settled else {
                panic!("{what}: {:?}", ended.settled);
            };
            assert_eq!(kept.as_path(), path.canonicalize().unwrap(), "{what}");
            assert_eq!(*why, KeptBecause::Failure, "{what}");
        }
    }

    /// A failure after containers were begun leaves something to look at; one before does not.
    fn is_to_be_kept(&self, outcome: &Outcome) -> bool {
        let containers = |step: &Step| matches!(step, Step::Extras | Step::Up);
        let Some(ended) = &outcome.ended else {
            let calls = self.fake.names();
            return calls.contains(&Call::StartExtra) || calls.contains(&Call::Up);
        };
        match &ended.result {
            Ok(code) => *code != 0,
            Err(_) => ended.steps.iter().any(containers),
        }
    }

    pub(crate) fn assert_others_untouched(&self, outcome: &Outcome, what: &str) {
        let (identity, home) = (outcome.identity.to_string(), self.label());
        let others: Vec<Thing> = self.fake.look(|engine| {
            let others = engine.things.iter();
            let others = others.filter(|thing| !thing.belongs_to(&identity, &home));
            others.cloned().collect()
        });
        assert_eq!(others, outcome.decoys, "{what}");
    }

    /// Once there may be a container, its log is asked for before it is removed.
    fn assert_logs_first(&self, what: &str) {
        let calls = self.fake.names();
        let place = |wanted: Call| calls.iter().position(|call| *call == wanted);
        if place(Call::StartExtra).or(place(Call::Up)).is_some() {
            let (logs, down) = (place(Call::Logs), place(Call::Down));
            assert!(logs.is_some() && logs < down, "{what}: {calls:?}");
        }
    }

    /// No file and no call holds a secret, and no file did during a call.
    pub(crate) fn assert_no_leak(&self, what: &str) {
        let told = self.fake.look(|engine| {
            assert!(engine.leaks.is_empty(), "{what}: {:?}", engine.leaks);
            format!("{:?}", engine.calls)
        });
        assert!(!told.contains(SENTINEL), "{what}");
        let files = everything_in(self.folder.path());
        assert!(!files.contains(SENTINEL), "{what}");
    }

    pub(crate) fn assert_lock_free(&self, outcome: &Outcome, what: &str) {
        let state = self.home().state(&outcome.identity);
        if state.path().exists() {
            assert_free(&state, what);
        }
    }
}

/// Nobody has the lock. A process that another test starts has a copy of every open file until it is another program,
/// so this waits for a moment.
pub(crate) fn assert_free(state: &StateDir, what: &str) {
    for _ in 0..200 {
        if state.lock_state().unwrap() == LockState::Free {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{what}: somebody has the lock");
}

/// The command of the agent.
pub(crate) async fn session(running: &Running<'_, Fake>, code: u8) -> Result<(u8, Fate), RunError> {
    let io = ExecIo::Capture { stdin: Vec::new() };
    let extra = vec![(name("TERM"), Secret::new("dumb".to_owned())?)];
    running.session(vec!["agent".to_owned()], io, extra).await?;
    Ok((code, Fate::of_exit_code(code)))
}

/// The calls of a run in which all goes well.
pub(crate) async fn good_calls() -> Vec<Call> {
    let bench = Bench::new(&[]);
    let outcome = bench.run(0).await.unwrap();
    assert!(outcome.ended.unwrap().result.is_ok());
    bench.fake.names()
}

/// A route with a credential, and a variable of each kind.
pub(crate) fn plan() -> BottlePlan {
    let auth = AuthSpec {
        scheme: AuthScheme::Bearer,
        token_ref: name("TOKEN"),
        header: None,
    };
    let prompt = "What?".to_owned();
    BottlePlan {
        image: ImageSource::Named("agent:1".parse().unwrap()),
        prompt: Some("Be careful.".to_owned()),
        env: BTreeMap::from([
            (name("ASKED"), EnvValue::Prompt { prompt }),
            (name("FORWARDED"), EnvValue::Host(name("OTHER"))),
            (name("PLAIN"), EnvValue::Literal("plain".to_owned())),
        ]),
        routes: vec![RouteSpec {
            auth: Some(auth),
            ..RouteSpec::bare("api.example.com".parse().unwrap())
        }],
        ..BottlePlan::new(
            "dev".parse().unwrap(),
            "dev".parse().unwrap(),
            Provider::Command,
        )
    }
}

pub(crate) fn name(text: &str) -> EnvName {
    text.parse().unwrap()
}

/// An answer to every question of the plan.
pub(crate) fn answers() -> AskedValues {
    let mut answers = AskedValues::none();
    answers.insert(name("ASKED"), Secret::new(secret("ASKED")).unwrap());
    answers
}

/// One container beside the bottle.
fn extras(facts: &LaunchFacts) -> Vec<ExtraContainer> {
    let labels = [
        ("bottle.identity", facts.identity.to_string()),
        ("bottle.home", facts.home.clone()),
        ("bottle.service", "guest".to_owned()),
    ];
    vec![ExtraContainer {
        target: Target::new(&facts.identity, "guest"),
        image: facts.images.sidecar.clone(),
        argv: Vec::new(),
        user: "1:1".to_owned(),
        network: facts.networks.egress.name.clone(),
        address: facts.networks.guest().unwrap(),
        aliases: Vec::new(),
        env: BTreeMap::new(),
        mounts: Vec::new(),
        tmpfs: BTreeMap::new(),
        sysctls: BTreeMap::new(),
        labels: labels.map(|(key, value)| (key.to_owned(), value)).into(),
    }]
}

/// A container and a network of a bottle.
pub(crate) fn decoy(identity: &str, home: &str, subnet: &str) -> Vec<Thing> {
    let labels = |service: Option<&str>| {
        let mut labels = BTreeMap::from([
            ("bottle.identity".to_owned(), identity.to_owned()),
            ("bottle.home".to_owned(), home.to_owned()),
        ]);
        labels.extend(service.map(|service| ("bottle.service".to_owned(), service.to_owned())));
        labels
    };
    vec![
        Thing {
            name: format!("bottle-{identity}-agent"),
            labels: labels(Some("agent")),
            subnet: None,
        },
        Thing {
            name: format!("bottle-{identity}-egress"),
            labels: labels(None),
            subnet: Some(subnet.parse().unwrap()),
        },
    ]
}

/// Every file below a folder, as text, and every name.
pub(crate) fn everything_in(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        text.push_str(&path.to_string_lossy());
        if path.is_dir() {
            text.push_str(&everything_in(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    text
}
