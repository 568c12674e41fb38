//! An engine in memory that can be told what goes wrong.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bottle_compose::ComposeFile;
use bottle_core::{Identity, ImageRef};
use bottle_run::backend::{
    AppendRequest, Archive, Backend, BackendError, BuildError, BuildRequest, BuildWatch,
    DownRequest, DownScope, DownloadRequest, EngineInfo, ExecOutcome, ExecRequest, ExtraContainer,
    GitGateImageRequest, ImageFacts, LiveBottle, LiveService, LogsRequest, NetworkRequest,
    ReadyRequest, Removed, SecretsRequest, ServiceState, UpOptions, UploadRequest,
};
use ipnet::Ipv4Net;
use tokio::sync::Notify;

use crate::bench::{SENTINEL, everything_in};

/// What the logs of every bottle say.
pub(crate) const LOGS: &str = "egress | 2026-01-01T00:00:00Z hello\n";

/// Which method was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Engine,
    Image,
    SidecarImage,
    GitGateImage,
    BuildImage,
    UsedSubnets,
    CreateNetwork,
    StartExtra,
    Up,
    WaitReady,
    PutSecrets,
    AppendFiles,
    Upload,
    Download,
    Exec,
    Logs,
    Down,
    Live,
}

/// Which calls something happens at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// The call of this number, from 0.
    Number(usize),
    /// The first call of this method.
    First(Call),
    /// Every call of this method.
    Every(Call),
}

/// What happens there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// It fails and does nothing.
    Fail,
    /// It fails with half of its work done, where it makes or removes more than one thing.
    FailHalfway,
    /// It fails although its work is done.
    FailDone,
    /// It panics and does nothing.
    Panic,
    /// It panics with its work done.
    PanicDone,
    /// The operator wants to end as it begins.
    Stop,
    /// It never answers.
    Block,
    /// It never answers, and the operator wants to end.
    StopAndBlock,
}

/// A container, or a network when it has a subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) subnet: Option<Ipv4Net>,
}

impl Thing {
    pub(crate) fn belongs_to(&self, identity: &str, home: &str) -> bool {
        let label = |key: &str| self.labels.get(key).map(String::as_str);
        label("bottle.identity") == Some(identity) && label("bottle.home") == Some(home)
    }
}

/// What the engine has and what it was asked.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) things: Vec<Thing>,
    /// Every call and its `Debug` output.
    pub(crate) calls: Vec<(Call, String)>,
    /// Which of them answered `Ok`, by number.
    pub(crate) succeeded: Vec<usize>,
    /// Which service got which document.
    pub(crate) handed: Vec<(String, String)>,
    /// What images were built from.
    pub(crate) built: Vec<BuildRequest>,
    /// The environment of each command.
    pub(crate) environments: Vec<BTreeMap<String, String>>,
    /// Every subnet that was asked for.
    pub(crate) asked: Vec<Ipv4Net>,
    /// Every archive that was unpacked, and where.
    pub(crate) uploads: Vec<(String, Vec<u8>)>,
    /// Archives of what the agent's container has, by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// How many subnets are taken before one is free.
    pub(crate) taken: usize,
    /// Subnets of networks that are nobody's.
    pub(crate) foreign: Vec<Ipv4Net>,
    /// Calls during which a file below the watched folder held a secret.
    pub(crate) leaks: Vec<Call>,
}

#[derive(Debug)]
pub(crate) struct Fake {
    rules: Mutex<Vec<(At, Act)>>,
    engine: Mutex<Engine>,
    stop: Arc<Notify>,
    watched: PathBuf,
    pub(crate) has_image: bool,
    /// An image that it does not have in any case.
    pub(crate) lacks: Option<&'static str>,
}

impl Fake {
    /// Looks for secrets below a folder at each call.
    pub(crate) fn new(watched: PathBuf, rules: &[(At, Act)]) -> Self {
        Self {
            rules: Mutex::new(rules.to_vec()),
            engine: Mutex::default(),
            stop: Arc::default(),
            watched,
            has_image: true,
            lacks: None,
        }
    }

    /// From here on this happens, too.
    pub(crate) fn rule(&self, at: At, act: Act) {
        self.rules.lock().unwrap().push((at, act));
    }

    /// From here on nothing goes wrong.
    pub(crate) fn heal(&self) {
        self.rules.lock().unwrap().clear();
    }

    pub(crate) fn look<T>(&self, at: impl FnOnce(&mut Engine) -> T) -> T {
        at(&mut self.engine.lock().unwrap())
    }

    pub(crate) fn names(&self) -> Vec<Call> {
        self.look(|engine| engine.calls.iter().map(|(call, _)| *call).collect())
    }

    /// Resolves when a rule says that the operator wants to end.
    pub(crate) fn stop(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let stop = Arc::clone(&self.stop);
        Box::pin(async move { stop.notified().await })
    }

    /// Notes a call; answers its number and what happens at it.
    fn note(&self, call: Call, detail: String) -> (usize, Option<Act>) {
        let leaks = everything_in(&self.watched).contains(SENTINEL);
        let (number, earlier) = self.look(|engine| {
            let number = engine.calls.len();
            let earlier = engine.calls.iter().any(|(each, _)| *each == call);
            engine.calls.push((call, detail));
            engine.leaks.extend(leaks.then_some(call));
            (number, earlier)
        });
        let holds = |at: &At| match *at {
            At::Number(which) => which == number,
            At::First(which) => which == call && !earlier,
            At::Every(which) => which == call,
        };
        let rules = self.rules.lock().unwrap();
        let act = rules.iter().find(|(at, _)| holds(at)).map(|(_, act)| *act);
        (number, act)
    }

    /// One call: `work` is told whether to stop half-way.
    async fn call<T>(
        &self,
        call: Call,
        detail: String,
        work: impl FnOnce(&mut Engine, bool) -> Result<T, BackendError>,
    ) -> Result<T, BackendError> {
        let (number, act) = self.note(call, detail);
        match act {
            Some(Act::Fail) => return Err(told_to_fail(call)),
            Some(Act::Panic) => panic!("{call:?} was told to panic"),
            Some(Act::Stop) => self.stop.notify_one(),
            Some(Act::Block) => std::future::pending::<()>().await,
            Some(Act::StopAndBlock) => {
                self.stop.notify_one();
                std::future::pending::<()>().await;
            }
            Some(Act::FailHalfway | Act::FailDone | Act::PanicDone) | None => {}
        }
        let answer = self.look(|engine| {
            let answer = work(engine, act == Some(Act::FailHalfway));
            let succeeds = answer.is_ok() && matches!(act, None | Some(Act::Stop));
            engine.succeeded.extend(succeeds.then_some(number));
            answer
        });
        match act {
            Some(Act::FailHalfway | Act::FailDone) => Err(told_to_fail(call)),
            Some(Act::PanicDone) => panic!("{call:?} was told to panic"),
            _ => answer,
        }
    }
}

fn told_to_fail(call: Call) -> BackendError {
    BackendError::Engine {
        what: format!("carry out {call:?}"),
        source: "told to fail".into(),
    }
}

pub(crate) fn overlap(one: Ipv4Net, other: Ipv4Net) -> bool {
    one.contains(&other) || other.contains(&one)
}

impl Engine {
    fn subnets(&self) -> Vec<Ipv4Net> {
        let own = self.things.iter().filter_map(|thing| thing.subnet);
        own.chain(self.foreign.iter().copied()).collect()
    }

    fn create(&mut self, request: &NetworkRequest) -> Result<(), BackendError> {
        let subnet = request.subnet;
        self.asked.push(subnet);
        let is_taken = self.subnets().into_iter().any(|used| overlap(used, subnet));
        if self.taken > 0 || is_taken {
            self.taken = self.taken.saturating_sub(1);
            return Err(BackendError::SubnetTaken { subnet });
        }
        self.things.push(Thing {
            name: request.name.clone(),
            labels: request.labels.clone(),
            subnet: Some(subnet),
        });
        Ok(())
    }

    fn up(&mut self, file: &ComposeFile, halfway: bool) {
        let count = if halfway { 1 } else { usize::MAX };
        for service in file.services().values().take(count) {
            let labels = service.labels.iter();
            self.things.push(Thing {
                name: service.container_name.to_string(),
                labels: labels
                    .map(|(key, value)| ((*key).to_owned(), value.to_string()))
                    .collect(),
                subnet: None,
            });
        }
    }

    /// Half-way means: the containers only.
    fn down(&mut self, request: &DownRequest, halfway: bool) -> Removed {
        let mut removed = Removed::default();
        if request.scope == DownScope::Stop {
            return removed;
        }
        let identity = request.identity.to_string();
        self.things.retain(|thing| {
            let is_network = thing.subnet.is_some();
            if !thing.belongs_to(&identity, &request.home) || (halfway && is_network) {
                return true;
            }
            if is_network && request.scope == DownScope::Containers {
                removed.networks_left.push(thing.name.clone());
                return true;
            }
            let names = if is_network {
                &mut removed.networks
            } else {
                &mut removed.containers
            };
            names.push(thing.name.clone());
            false
        });
        removed
    }

    pub(crate) fn live(&self, home: &str) -> Vec<LiveBottle> {
        let mut bottles: BTreeMap<Identity, LiveBottle> = BTreeMap::new();
        for thing in &self.things {
            let identity: Identity = thing.labels["bottle.identity"].parse().unwrap();
            if !thing.belongs_to(&identity.to_string(), home) {
                continue;
            }
            let bottle = bottles
                .entry(identity.clone())
                .or_insert_with(|| LiveBottle {
                    identity,
                    services: Vec::new(),
                    networks: Vec::new(),
                });
            if thing.subnet.is_some() {
                bottle.networks.push(thing.name.clone());
            } else {
                bottle.services.push(LiveService {
                    service: thing.labels["bottle.service"].clone(),
                    state: ServiceState::Running,
                });
            }
        }
        bottles.into_values().collect()
    }
}

impl Backend for Fake {
    async fn engine(&self) -> Result<EngineInfo, BackendError> {
        let info = EngineInfo {
            version: "28.5.2".to_owned(),
            api: "1.41".to_owned(),
            runtimes: ["runc".to_owned()].into(),
        };
        self.call(Call::Engine, String::new(), |_, _| Ok(info))
            .await
    }

    async fn image(&self, image: &ImageRef) -> Result<Option<ImageFacts>, BackendError> {
        // An image that is named after its content is there once it was built.
        let is_there = if image.as_str().starts_with("bottle-image-") {
            self.look(|engine| engine.built.iter().any(|each| each.image == *image))
        } else {
            self.has_image && self.lacks != Some(image.as_str())
        };
        let facts = is_there.then(|| ImageFacts {
            reference: image.clone(),
            id: "sha256:a".to_owned(),
        });
        self.call(Call::Image, format!("{image:?}"), |_, _| Ok(facts))
            .await
    }

    async fn sidecar_image(&self) -> Result<ImageFacts, BackendError> {
        let facts = ImageFacts {
            reference: "bottle-sidecar:1".parse().unwrap(),
            id: "sha256:b".to_owned(),
        };
        self.call(Call::SidecarImage, String::new(), |_, _| Ok(facts))
            .await
    }

    async fn git_gate_image(
        &self,
        request: &GitGateImageRequest,
    ) -> Result<ImageFacts, BackendError> {
        let facts = ImageFacts {
            reference: "bottle-git-gate:1".parse().unwrap(),
            id: "sha256:c".to_owned(),
        };
        self.call(Call::GitGateImage, format!("{request:?}"), |_, _| Ok(facts))
            .await
    }

    async fn build_image(
        &self,
        request: &BuildRequest,
        watch: BuildWatch<'_>,
    ) -> Result<(), BuildError> {
        (watch.line)("Step 1/1 : FROM a");
        let made = request.clone();
        let built = self.call(Call::BuildImage, request.image.to_string(), |engine, _| {
            engine.built.push(made);
            Ok(())
        });
        tokio::select! {
            built = built => Ok(built?),
            () = watch.stop => Err(BuildError::Interrupted),
        }
    }

    async fn used_subnets(&self) -> Result<Vec<Ipv4Net>, BackendError> {
        let subnets = self
            .call(Call::UsedSubnets, String::new(), |engine, _| {
                Ok(engine.subnets())
            })
            .await;
        // Whoever asks at the same time sees the same.
        tokio::task::yield_now().await;
        subnets
    }

    async fn create_network(&self, request: &NetworkRequest) -> Result<(), BackendError> {
        self.call(Call::CreateNetwork, format!("{request:?}"), |engine, _| {
            engine.create(request)
        })
        .await
    }

    async fn up(&self, file: &ComposeFile, options: &UpOptions) -> Result<(), BackendError> {
        let detail = format!("{file:?} {options:?}");
        self.call(Call::Up, detail, |engine, halfway| {
            engine.up(file, halfway);
            Ok(())
        })
        .await
    }

    async fn start_extra(&self, extra: &ExtraContainer) -> Result<(), BackendError> {
        self.call(Call::StartExtra, format!("{extra:?}"), |engine, _| {
            engine.things.push(Thing {
                name: extra.target.to_string(),
                labels: extra.labels.clone(),
                subnet: None,
            });
            Ok(())
        })
        .await
    }

    async fn wait_ready(&self, request: &ReadyRequest) -> Result<(), BackendError> {
        self.call(Call::WaitReady, format!("{request:?}"), |_, _| Ok(()))
            .await
    }

    async fn put_secrets(&self, request: &SecretsRequest) -> Result<(), BackendError> {
        let handed = (
            request.target.service.clone(),
            request.document.expose().to_owned(),
        );
        self.call(Call::PutSecrets, format!("{request:?}"), |engine, _| {
            engine.handed.push(handed);
            Ok(())
        })
        .await
    }

    async fn append_files(&self, request: &AppendRequest) -> Result<Vec<String>, BackendError> {
        let text = String::from_utf8(request.bytes.clone()).unwrap();
        let paths = request.paths.clone();
        self.call(Call::AppendFiles, format!("{request:?} {text}"), |_, _| {
            Ok(paths)
        })
        .await
    }

    async fn upload(&self, request: UploadRequest) -> Result<(), BackendError> {
        let UploadRequest {
            target,
            folder,
            archive,
        } = request;
        let bytes = match archive {
            Archive::Bytes(bytes) => bytes,
            Archive::File(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                bytes
            }
        };
        let detail = format!("{target} {folder}");
        self.call(Call::Upload, detail, |engine, _| {
            engine.uploads.push((folder, bytes));
            Ok(())
        })
        .await
    }

    async fn download(
        &self,
        request: &DownloadRequest,
        mut into: std::fs::File,
    ) -> Result<bool, BackendError> {
        let found = self
            .call(Call::Download, format!("{request:?}"), |engine, _| {
                Ok(engine.files.get(&request.path).cloned())
            })
            .await?;
        if let Some(bytes) = &found {
            into.write_all(bytes).unwrap();
        }
        Ok(found.is_some())
    }

    async fn exec(&self, request: &ExecRequest) -> Result<ExecOutcome, BackendError> {
        let environment = request.env.iter();
        let environment = environment
            .map(|(name, value)| (name.to_string(), value.expose().to_owned()))
            .collect();
        self.call(Call::Exec, format!("{request:?}"), |engine, _| {
            engine.environments.push(environment);
            Ok(ExecOutcome {
                code: 0,
                stdout: Vec::new(),
                stderr: Vec::new(),
            })
        })
        .await
    }

    async fn logs(&self, request: &LogsRequest) -> Result<Vec<u8>, BackendError> {
        self.call(Call::Logs, format!("{request:?}"), |_, _| {
            Ok(LOGS.as_bytes().to_vec())
        })
        .await
    }

    async fn down(&self, request: &DownRequest) -> Result<Removed, BackendError> {
        self.call(Call::Down, format!("{request:?}"), |engine, halfway| {
            Ok(engine.down(request, halfway))
        })
        .await
    }

    async fn live(&self, home: &str) -> Result<Vec<LiveBottle>, BackendError> {
        self.call(Call::Live, home.to_owned(), |engine, _| {
            Ok(engine.live(home))
        })
        .await
    }
}
