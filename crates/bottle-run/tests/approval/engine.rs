//! An engine in memory whose proxies go by the files in the state folder, and can be told not to.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

use bottle_compose::ComposeFile;
use bottle_core::{Identity, ImageRef};
use bottle_run::backend::{
    AppendRequest, Backend, BackendError, BuildError, BuildRequest, BuildWatch, DownRequest,
    DownloadRequest, EngineInfo, ExecOutcome, ExecRequest, ExtraContainer, GitGateImageRequest,
    ImageFacts, LiveBottle, LiveService, LogsRequest, NetworkRequest, OtherSecrets, ReadyRequest,
    Removed, SecretsRequest, ServiceState, UpOptions, UploadRequest,
};
use ipnet::Ipv4Net;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// What a test does while an engine is asked.
type Deed = Box<dyn FnOnce() + Send>;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// This proxy goes by what it went by when the trouble began.
    Stuck(&'static str),
    /// Nobody takes a value.
    NoValues,
    /// Nobody runs.
    Stopped,
}

pub(crate) struct Engine {
    state: PathBuf,
    identity: Identity,
    services: Vec<&'static str>,
    trouble: Mutex<Option<Trouble>>,
    stuck_at: Mutex<String>,
    deed: Mutex<Option<(&'static str, Deed)>>,
    /// What the proxies wrote.
    pub(crate) logs: Mutex<String>,
    /// Which service got which values, in order.
    pub(crate) handed: Mutex<Vec<(String, String)>>,
    /// What was asked of which service, in order.
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Engine {
    pub(crate) fn new(state: PathBuf, identity: Identity) -> Self {
        Self {
            state,
            identity,
            services: vec!["agent", "egress", "pipelock", "git-gate"],
            trouble: Mutex::default(),
            stuck_at: Mutex::default(),
            deed: Mutex::default(),
            logs: Mutex::default(),
            handed: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    pub(crate) fn trouble(&self, trouble: Option<Trouble>) {
        if let Some(Trouble::Stuck(service)) = trouble {
            *self.stuck_at.lock().unwrap() = self.digest(service);
        }
        *self.trouble.lock().unwrap() = trouble;
    }

    /// Something happens when this service is asked for its health next.
    pub(crate) fn when_asked(&self, service: &'static str, deed: impl FnOnce() + Send + 'static) {
        *self.deed.lock().unwrap() = Some((service, Box::new(deed)));
    }

    fn has(&self, trouble: Trouble) -> bool {
        *self.trouble.lock().unwrap() == Some(trouble)
    }

    fn digest(&self, service: &str) -> String {
        let file = match service {
            "egress" => "egress/routes.yaml",
            _ => "pipelock/pipelock.yaml",
        };
        let bytes = std::fs::read(self.state.join(file)).unwrap();
        let digits = Sha256::digest(bytes);
        digits.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    fn page(&self, service: &str, path: &str) -> String {
        let deed = {
            let mut deed = self.deed.lock().unwrap();
            deed.take_if(|(wanted, _)| *wanted == service)
        };
        if let Some((_, deed)) = deed {
            deed();
        }
        if path == "/allowlist" {
            return json!([{ "host": "api.example.test", "origin": "manifest" }]).to_string();
        }
        let stuck = match *self.trouble.lock().unwrap() {
            Some(Trouble::Stuck(stuck)) => stuck == service,
            _ => false,
        };
        let policy = if stuck {
            self.stuck_at.lock().unwrap().clone()
        } else {
            self.digest(service)
        };
        json!({ "policy": policy }).to_string()
    }
}

fn failed() -> BackendError {
    BackendError::Missing {
        what: "what the test took away".to_owned(),
    }
}

impl Backend for Engine {
    async fn engine(&self) -> Result<EngineInfo, BackendError> {
        unreachable!()
    }

    async fn image(&self, image: &ImageRef) -> Result<Option<ImageFacts>, BackendError> {
        let facts = ImageFacts {
            reference: image.clone(),
            id: "sha256:a".to_owned(),
        };
        Ok((image.as_str() != "missing:1").then_some(facts))
    }

    async fn sidecar_image(&self) -> Result<ImageFacts, BackendError> {
        unreachable!()
    }

    async fn git_gate_image(&self, _: &GitGateImageRequest) -> Result<ImageFacts, BackendError> {
        unreachable!()
    }

    async fn build_image(&self, _: &BuildRequest, _: BuildWatch<'_>) -> Result<(), BuildError> {
        unreachable!()
    }

    async fn used_subnets(&self) -> Result<Vec<Ipv4Net>, BackendError> {
        unreachable!()
    }

    async fn create_network(&self, _: &NetworkRequest) -> Result<(), BackendError> {
        unreachable!()
    }

    async fn up(&self, _: &ComposeFile, _: &UpOptions) -> Result<(), BackendError> {
        unreachable!()
    }

    async fn start_extra(&self, _: &ExtraContainer) -> Result<(), BackendError> {
        unreachable!()
    }

    async fn wait_ready(&self, _: &ReadyRequest) -> Result<(), BackendError> {
        unreachable!()
    }

    async fn put_secrets(&self, request: &SecretsRequest) -> Result<(), BackendError> {
        if self.has(Trouble::NoValues) {
            return Err(failed());
        }
        assert_eq!(request.others, OtherSecrets::Kept, "the old ones stay");
        let service = request.target.service.clone();
        let document = request.document.expose().to_owned();
        self.asked.lock().unwrap().push(format!("{service} values"));
        self.handed.lock().unwrap().push((service, document));
        Ok(())
    }

    async fn append_files(&self, _: &AppendRequest) -> Result<Vec<String>, BackendError> {
        unreachable!()
    }

    async fn upload(&self, _: UploadRequest) -> Result<(), BackendError> {
        unreachable!()
    }

    async fn download(&self, _: &DownloadRequest, _: std::fs::File) -> Result<bool, BackendError> {
        unreachable!()
    }

    async fn exec(&self, request: &ExecRequest) -> Result<ExecOutcome, BackendError> {
        assert_eq!(request.target.identity, self.identity);
        let [program, page, path] = request.argv.as_slice() else {
            panic!("{:?}", request.argv);
        };
        assert_eq!(
            (program.as_str(), page.as_str()),
            ("/bottle-sidecar", "page")
        );
        let service = request.target.service.as_str();
        let asked = format!("{service} {path}");
        let mut all = self.asked.lock().unwrap();
        if all.last() != Some(&asked) {
            all.push(asked);
        }
        drop(all);
        Ok(ExecOutcome {
            code: 0,
            stdout: self.page(service, path).into_bytes(),
            stderr: Vec::new(),
        })
    }

    async fn logs(&self, _: &LogsRequest) -> Result<Vec<u8>, BackendError> {
        Ok(self.logs.lock().unwrap().clone().into_bytes())
    }

    async fn down(&self, _: &DownRequest) -> Result<Removed, BackendError> {
        unreachable!()
    }

    async fn live(&self, _: &str) -> Result<Vec<LiveBottle>, BackendError> {
        if self.has(Trouble::Stopped) {
            return Ok(Vec::new());
        }
        let service = |service: &&str| LiveService {
            service: (*service).to_owned(),
            state: ServiceState::Running,
        };
        Ok(vec![LiveBottle {
            identity: self.identity.clone(),
            services: self.services.iter().map(service).collect(),
            networks: Vec::new(),
        }])
    }
}
