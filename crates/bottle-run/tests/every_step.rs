//! A backend that fails at each step in turn, and what is left afterwards: nothing.
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use bottle_compose::ComposeFile;
use bottle_core::{
    AuthScheme, AuthSpec, BottlePlan, EnvValue, ImageRef, Limits, Port, Provider, RouteSpec,
};
use bottle_run::backend::{
    AppendRequest, Backend, BackendError, DownRequest, EngineInfo, ExecIo, ExecOutcome,
    ExecRequest, ExtraContainer, ImageFacts, LiveBottle, LiveService, LogsRequest, NetworkRequest,
    ReadyRequest, Removed, SecretsRequest, ServiceState, UpOptions,
};
use bottle_run::{
    AskedValues, CleanupPlan, Conduct, Ended, Fate, HostValues, KeptBecause, PrepareRequest,
    RunError, Running, Settled, Step, SystemEntropy, UpstreamSettings, check, survey,
};
use bottle_state::Home;
use ipnet::Ipv4Net;
use tempfile::TempDir;
use time::OffsetDateTime;

/// What no file, no error and no recorded call may hold.
const SENTINEL: &str = "sentinel-secret-value";

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// The call of this number, from 0, fails; what it makes is made nevertheless.
    FailAt(usize),
    /// The operator wants to end when this call begins.
    StopAt(usize),
    /// Every removal fails.
    DownFails,
    /// The first so many subnets are taken.
    Taken(usize),
}

#[derive(Default)]
struct Engine {
    calls: Vec<String>,
    containers: BTreeSet<(String, String)>,
    networks: BTreeMap<String, (String, Ipv4Net)>,
    secrets: Vec<String>,
    taken: usize,
}

struct Fake {
    trouble: Trouble,
    engine: Mutex<Engine>,
    stop: tokio::sync::Notify,
}

impl Fake {
    fn new(trouble: Trouble) -> Self {
        Self {
            trouble,
            engine: Mutex::default(),
            stop: tokio::sync::Notify::new(),
        }
    }

    /// Notes a call and says whether it fails.
    fn call(&self, what: String) -> Result<(), BackendError> {
        let mut engine = self.engine.lock().unwrap();
        let number = engine.calls.len();
        engine.calls.push(what.clone());
        drop(engine);
        if self.trouble == Trouble::StopAt(number) {
            self.stop.notify_one();
        }
        let fails = self.trouble == Trouble::FailAt(number)
            || (self.trouble == Trouble::DownFails && what.starts_with("down"));
        if fails {
            let source = std::io::Error::other("told to fail");
            return Err(BackendError::Engine {
                what,
                source: source.into(),
            });
        }
        Ok(())
    }

    /// How much there is of a bottle.
    fn of(&self, identity: &str) -> usize {
        let engine = self.engine.lock().unwrap();
        let containers = engine.containers.iter().map(|(owner, _)| owner);
        let networks = engine.networks.values().map(|(owner, _)| owner);
        containers
            .chain(networks)
            .filter(|owner| *owner == identity)
            .count()
    }

    fn calls(&self) -> Vec<String> {
        self.engine.lock().unwrap().calls.clone()
    }
}

impl Backend for Fake {
    async fn engine(&self) -> Result<EngineInfo, BackendError> {
        self.call("engine".to_owned())?;
        Ok(EngineInfo {
            version: "fake".to_owned(),
            api: "1.41".to_owned(),
        })
    }

    async fn image(&self, image: &ImageRef) -> Result<Option<ImageFacts>, BackendError> {
        self.call(format!("image {image}"))?;
        Ok(Some(ImageFacts {
            reference: image.clone(),
            id: "sha256:1".to_owned(),
        }))
    }

    async fn sidecar_image(&self) -> Result<ImageFacts, BackendError> {
        self.call("sidecar_image".to_owned())?;
        Ok(ImageFacts {
            reference: "bottle-sidecar:1".parse().unwrap(),
            id: "sha256:2".to_owned(),
        })
    }

    async fn used_subnets(&self) -> Result<Vec<Ipv4Net>, BackendError> {
        self.call("used_subnets".to_owned())?;
        let engine = self.engine.lock().unwrap();
        Ok(engine
            .networks
            .values()
            .map(|(_, subnet)| *subnet)
            .collect())
    }

    async fn create_network(&self, request: &NetworkRequest) -> Result<(), BackendError> {
        {
            let mut engine = self.engine.lock().unwrap();
            if let Trouble::Taken(least) = self.trouble
                && engine.taken < least
            {
                engine.taken += 1;
                return Err(BackendError::SubnetTaken {
                    subnet: request.subnet,
                });
            }
            let owner = request.labels["bottle.identity"].clone();
            engine
                .networks
                .insert(request.name.clone(), (owner, request.subnet));
        }
        self.call(format!("create_network {request:?}"))
    }

    async fn up(&self, file: &ComposeFile, options: &UpOptions) -> Result<(), BackendError> {
        {
            let mut engine = self.engine.lock().unwrap();
            for name in file.services().keys() {
                engine
                    .containers
                    .insert((options.identity.to_string(), name.to_string()));
            }
        }
        self.call(format!("up {file:?}"))
    }

    async fn start_extra(&self, extra: &ExtraContainer) -> Result<(), BackendError> {
        self.call(format!("start_extra {extra:?}"))
    }

    async fn wait_ready(&self, request: &ReadyRequest) -> Result<(), BackendError> {
        self.call(format!("wait_ready {request:?}"))
    }

    async fn put_secrets(&self, request: &SecretsRequest) -> Result<(), BackendError> {
        let document = request.document.expose().to_owned();
        self.engine.lock().unwrap().secrets.push(document);
        self.call(format!("put_secrets {request:?}"))
    }

    async fn append_files(&self, request: &AppendRequest) -> Result<Vec<String>, BackendError> {
        self.call(format!("append_files {:?}", request.paths))?;
        Ok(Vec::new())
    }

    async fn exec(&self, request: &ExecRequest) -> Result<ExecOutcome, BackendError> {
        self.call(format!("exec {request:?}"))?;
        Ok(ExecOutcome {
            code: 0,
            stdout: Vec::new(),
            stderr: Vec::new(),
        })
    }

    async fn logs(&self, request: &LogsRequest) -> Result<Vec<u8>, BackendError> {
        self.call(format!("logs {request:?}"))?;
        Ok(b"egress | now hello\n".to_vec())
    }

    async fn down(&self, request: &DownRequest) -> Result<Removed, BackendError> {
        self.call(format!("down {request:?}"))?;
        let mut engine = self.engine.lock().unwrap();
        let identity = request.identity.to_string();
        engine.containers.retain(|(owner, _)| *owner != identity);
        engine.networks.retain(|_, (owner, _)| *owner != identity);
        Ok(Removed::default())
    }

    async fn live(&self, _home: &str) -> Result<Vec<LiveBottle>, BackendError> {
        let engine = self.engine.lock().unwrap();
        let owners: BTreeSet<&String> = engine.networks.values().map(|(owner, _)| owner).collect();
        let services = |identity: &str| {
            let ours = engine
                .containers
                .iter()
                .filter(|(owner, _)| owner == identity);
            ours.map(|(_, service)| LiveService {
                service: service.clone(),
                state: ServiceState::Running,
            })
            .collect()
        };
        let bottle = |identity: &String| LiveBottle {
            identity: identity.parse().unwrap(),
            services: services(identity),
            networks: Vec::new(),
        };
        Ok(owners.into_iter().map(bottle).collect())
    }
}

fn plan() -> BottlePlan {
    let auth = AuthSpec {
        scheme: AuthScheme::Bearer,
        token_ref: "TOKEN".parse().unwrap(),
        header: None,
    };
    let forwarded = EnvValue::Host("OTHER".parse().unwrap());
    BottlePlan {
        agent: "dev".parse().unwrap(),
        bottle: "dev".parse().unwrap(),
        provider: Provider::Command,
        image: "agent:1".parse().unwrap(),
        prompt: Some("Be careful.".to_owned()),
        env: [("FORWARDED".parse().unwrap(), forwarded)].into(),
        routes: vec![RouteSpec {
            host: "api.example.com".parse().unwrap(),
            ports: [Port::HTTPS].into(),
            path_allowlist: Vec::new(),
            methods: [].into(),
            auth: Some(auth),
            cidr: Vec::new(),
        }],
        allowlist: Vec::new(),
        limits: Limits::default(),
    }
}

/// How a run around a session with this exit code ended.
async fn run(fake: &Fake, home: &TempDir, code: u8) -> Result<Ended<u8, RunError>, String> {
    let plan = plan();
    let request = PrepareRequest {
        host_values: HostValues::gather(&plan, |name| Some(format!("{SENTINEL}-{name}"))),
        plan,
        home: Home::new(home.path().join("home")),
        cwd: home.path().to_owned(),
        upstream: UpstreamSettings::default(),
        now: OffsetDateTime::now_utc(),
    };
    let checked = check(fake, request, &mut SystemEntropy)
        .await
        .map_err(|error| error.to_string())?;
    let prepared = checked
        .commit(&AskedValues::none(), &mut SystemEntropy)
        .unwrap();
    let conduct = Conduct {
        backend: fake,
        stop: Box::pin(fake.stop.notified()),
        observer: &|_| {},
    };
    let session = async |running: &Running<'_, Fake>| -> Result<(u8, Fate), RunError> {
        let io = ExecIo::Capture { stdin: Vec::new() };
        running
            .session(vec!["agent".to_owned()], io, Vec::new())
            .await?;
        Ok((code, Fate::of_exit_code(code)))
    };
    Ok(prepared.run(conduct, session).await)
}

/// Every file below a folder, as text.
fn everything_in(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            text.push_str(&everything_in(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    text
}

fn assert_gone(fake: &Fake, home: &TempDir, ended: &Ended<u8, RunError>, what: &str) {
    let identity = ended.identity.to_string();
    assert_eq!(fake.of(&identity), 0, "{what}: {:?}", fake.calls());
    let state = home.path().join("home/state").join(&identity);
    match &ended.settled {
        Settled::Removed => assert!(!state.exists(), "{what}"),
        Settled::Kept { path, why } => {
            assert_eq!(path.file_name(), state.file_name(), "{what}");
            assert_eq!(*why, KeptBecause::Failure, "{what}");
            assert!(state.join(".preserve").exists(), "{what}");
            for key in ["egress/ca-key.pem", "pipelock/ca-key.pem"] {
                assert!(!state.join(key).exists(), "{what}: {key}");
            }
        }
    }
    let told = format!("{:?} {ended:?}", fake.calls());
    assert!(!told.contains(SENTINEL), "{what}");
    assert!(!everything_in(home.path()).contains(SENTINEL), "{what}");
}

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn a_good_run_leaves_nothing_and_hands_the_secrets_over() {
    let (fake, home) = (Fake::new(Trouble::None), place());
    let ended = run(&fake, &home, 0).await.unwrap();
    assert!(ended.teardown.is_empty(), "{:?}", ended.teardown);
    assert_eq!(ended.settled, Settled::Removed);
    assert_gone(&fake, &home, &ended, "a good run");
    assert!(matches!(ended.result, Ok(0)));
    let logs_first = [Step::Logs, Step::Down];
    assert!(ended.steps.windows(2).any(|pair| pair == logs_first));
    let secrets = fake.engine.lock().unwrap().secrets.clone();
    assert_eq!(secrets.len(), 2);
    let token = format!("{SENTINEL}-TOKEN");
    assert!(secrets.iter().all(|document| document.contains(&token)));
}

#[tokio::test]
async fn a_session_that_failed_is_kept_without_its_keys() {
    let (fake, home) = (Fake::new(Trouble::None), place());
    let ended = run(&fake, &home, 7).await.unwrap();
    let Settled::Kept { path, why } = &ended.settled else {
        panic!("{:?}", ended.settled);
    };
    assert_eq!(*why, KeptBecause::Failure);
    assert_gone(&fake, &home, &ended, "a failed session");
    let log = std::fs::read_to_string(path.join("compose.log")).unwrap();
    assert_eq!(log, "egress | now hello\n");
}

/// The calls of a good run.
async fn good_calls() -> Vec<String> {
    let (fake, home) = (Fake::new(Trouble::None), place());
    drop(run(&fake, &home, 0).await.unwrap());
    fake.calls()
}

#[tokio::test]
async fn whatever_call_fails_nothing_is_left() {
    let calls = good_calls().await;
    assert!(calls.len() > 10, "{calls:?}");
    for (number, call) in calls.iter().enumerate() {
        let (fake, home) = (Fake::new(Trouble::FailAt(number)), place());
        let what = format!("call {number} fails: {call}");
        match run(&fake, &home, 0).await {
            // Before there was anything: nothing was written either.
            Err(_) => assert!(!home.path().join("home").exists(), "{what}"),
            Ok(ended) => {
                let harmless = call.starts_with("logs") || call.starts_with("down");
                assert_eq!(ended.result.is_ok(), harmless, "{what}");
                assert_gone(&fake, &home, &ended, &what);
            }
        }
    }
}

#[tokio::test]
async fn whenever_the_operator_ends_it_nothing_is_left() {
    for (number, call) in good_calls().await.iter().enumerate().skip(2) {
        let (fake, home) = (Fake::new(Trouble::StopAt(number)), place());
        let ended = run(&fake, &home, 0).await.unwrap();
        let late = ["exec", "logs", "down"]
            .iter()
            .any(|late| call.starts_with(late));
        let interrupted = matches!(ended.result, Err(RunError::Interrupted));
        assert!(interrupted || late, "stop at {call}: {:?}", ended.result);
        assert_gone(&fake, &home, &ended, &format!("stop at {call}"));
    }
}

#[tokio::test]
async fn what_cannot_be_taken_down_is_kept_and_cleaned_up_later() {
    let (fake, home) = (Fake::new(Trouble::DownFails), place());
    let ended = run(&fake, &home, 0).await.unwrap();
    let why = KeptBecause::TeardownFailed;
    assert!(matches!(&ended.settled, Settled::Kept { why: said, .. } if *said == why));
    assert_eq!(ended.teardown.len(), 1);
    let identity = ended.identity.to_string();
    assert!(fake.of(&identity) > 0);

    let healed = Fake {
        trouble: Trouble::None,
        ..fake
    };
    let owner = Home::new(home.path().join("home"));
    let live = healed.live(&owner.label().unwrap()).await.unwrap();
    let plan = CleanupPlan::new(&survey(&owner, live).unwrap());
    assert_eq!(plan.bottles.len(), 1);
    let cleaned = plan.execute(&healed, &owner).await.unwrap();
    assert!(
        cleaned.iter().all(|each| each.result.is_ok()),
        "{cleaned:?}"
    );
    assert_eq!(healed.of(&identity), 0);
    assert!(owner.identities().unwrap().is_empty());
}

#[tokio::test]
async fn a_taken_subnet_is_another_try_and_not_for_ever() {
    let (fake, home) = (Fake::new(Trouble::Taken(5)), place());
    let ended = run(&fake, &home, 0).await.unwrap();
    assert_eq!(ended.settled, Settled::Removed);
    assert!(ended.result.is_ok());
    let (fake, home) = (Fake::new(Trouble::Taken(usize::MAX)), place());
    let ended = run(&fake, &home, 0).await.unwrap();
    let raced = matches!(ended.result, Err(RunError::SubnetRace { .. }));
    assert!(raced, "{:?}", ended.result);
    assert_gone(&fake, &home, &ended, "no subnet");
}
