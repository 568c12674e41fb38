//! The backend itself.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use bollard::ClientVersion;
use bottle_compose::ComposeFile;
use bottle_core::ImageRef;
use bottle_run::backend::{
    AppendRequest, Backend, BackendError, BuildError, BuildRequest, BuildWatch, DownRequest,
    DownloadRequest, EngineInfo, ExecIo, ExecOutcome, ExecRequest, ExtraContainer,
    GitGateImageRequest, ImageFacts, LiveBottle, LogsRequest, NetworkRequest, OtherSecrets,
    ReadyRequest, Removed, SecretsRequest, Target, UpOptions, UploadRequest,
};
use ipnet::Ipv4Net;

use crate::clock::Clock;
use crate::error::{engine, other};
use crate::image::{self, Making, SidecarProgram};
use crate::wire::Address;
use crate::{append, down, exec, extra, files, live, logs, network, ready, up};

/// Where an engine listens unless said otherwise.
const DEFAULT_HOST: &str = "unix:///var/run/docker.sock";
/// The newest interface that is spoken; what an older engine has is enough from 1.41 on.
const NEWEST_API: (usize, usize) = (1, 51);
/// How long the engine may take for any one answer that is not a stream.
const TIMEOUT: Duration = Duration::from_mins(2);
/// How long a sidecar may take to store its secrets.
const SECRETS_TIMEOUT: Duration = Duration::from_secs(10);

/// A Docker engine.
#[derive(Debug)]
pub struct Docker {
    client: bollard::Docker,
    address: Address,
    sidecar: SidecarProgram,
    expected: Mutex<Option<Making>>,
    clock: Clock,
}

impl Docker {
    /// The engine at `host` (`unix:///…` or `tcp://…`, as in `DOCKER_HOST`), or at Docker's own socket.
    ///
    /// # Errors
    ///
    /// [`BackendError::Unavailable`] when nobody answers there.
    pub async fn connect(
        host: Option<&str>,
        sidecar: SidecarProgram,
    ) -> Result<Self, BackendError> {
        let host = host.unwrap_or(DEFAULT_HOST);
        let unavailable = |source| BackendError::Unavailable {
            address: host.to_owned(),
            source,
        };
        let address = Address::parse(host).map_err(|error| unavailable(error.into()))?;
        let version = address
            .api_version()
            .await
            .map_err(|error| unavailable(error.into()))?;
        let (major_version, minor_version) = version.unwrap_or(NEWEST_API).min(NEWEST_API);
        let version = ClientVersion {
            major_version,
            minor_version,
        };
        let client = match address {
            Address::Unix(_) => {
                bollard::Docker::connect_with_unix(host, TIMEOUT.as_secs(), &version)
            }
            Address::Tcp(_) => {
                bollard::Docker::connect_with_http(host, TIMEOUT.as_secs(), &version)
            }
        };
        Ok(Self {
            client: client.map_err(|error| unavailable(error.into()))?,
            address,
            sidecar,
            expected: Mutex::default(),
            clock: Clock::default(),
        })
    }

    /// Says that the sidecars' image will be wanted soon: the executable is read and hashed meanwhile.
    pub fn expect_sidecar_image(&self) {
        image::expect_sidecar(self);
    }

    /// Everything that the engine tells of a container, as JSON: what anybody who may ask it can see.
    ///
    /// # Errors
    ///
    /// When there is no such container.
    pub async fn inspect(&self, target: &Target) -> Result<String, BackendError> {
        let name = target.to_string();
        let what = || format!("inspect the container {name}");
        let inspected = self.client.inspect_container(&name, None).await;
        let inspected = inspected.map_err(engine(what()))?;
        serde_json::to_string(&inspected).map_err(other(what()))
    }

    /// How long the engine was waited for so far, sessions not counted.
    pub fn spent(&self) -> Duration {
        self.clock.spent()
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) const fn client(&self) -> &bollard::Docker {
        &self.client
    }

    pub(crate) const fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) const fn expected(&self) -> &Mutex<Option<Making>> {
        &self.expected
    }

    pub(crate) const fn sidecar(&self) -> &SidecarProgram {
        &self.sidecar
    }

    /// The version of the interface that is spoken, `major.minor`.
    pub(crate) fn api(&self) -> String {
        let ClientVersion {
            major_version,
            minor_version,
        } = self.client.client_version();
        format!("{major_version}.{minor_version}")
    }
}

// Boxed where a future holds whole requests of the engine: they lie in every future that runs a bottle.
impl Backend for Docker {
    async fn engine(&self) -> Result<EngineInfo, BackendError> {
        let version = self.clock.time(self.client.version()).await;
        let version = version.map_err(engine("tell its version"))?;
        let info = self.clock.time(self.client.info()).await;
        let info = info.map_err(engine("tell its runtimes"))?;
        Ok(EngineInfo {
            version: version.version.unwrap_or_default(),
            api: self.api(),
            runtimes: info.runtimes.unwrap_or_default().into_keys().collect(),
        })
    }

    fn socket(&self) -> Option<&Path> {
        match &self.address {
            Address::Unix(path) => Some(path),
            Address::Tcp(_) => None,
        }
    }

    async fn image(&self, image: &ImageRef) -> Result<Option<ImageFacts>, BackendError> {
        self.clock.time(image::find(self, image)).await
    }

    async fn sidecar_image(&self) -> Result<ImageFacts, BackendError> {
        Box::pin(image::sidecar(self)).await
    }

    async fn git_gate_image(
        &self,
        request: &GitGateImageRequest,
    ) -> Result<ImageFacts, BackendError> {
        Box::pin(image::git_gate(self, request)).await
    }

    async fn build_image(
        &self,
        request: &BuildRequest,
        watch: BuildWatch<'_>,
    ) -> Result<(), BuildError> {
        Box::pin(image::build(self, request, watch)).await
    }

    async fn used_subnets(&self) -> Result<Vec<Ipv4Net>, BackendError> {
        self.clock.time(network::used_subnets(self)).await
    }

    async fn create_network(&self, request: &NetworkRequest) -> Result<(), BackendError> {
        self.clock
            .time(Box::pin(network::create(self, request)))
            .await
    }

    async fn up(&self, file: &ComposeFile, options: &UpOptions) -> Result<(), BackendError> {
        self.clock.time(Box::pin(up::up(self, file, options))).await
    }

    async fn start_extra(&self, extra: &ExtraContainer) -> Result<(), BackendError> {
        self.clock.time(Box::pin(extra::start(self, extra))).await
    }

    async fn wait_ready(&self, request: &ReadyRequest) -> Result<(), BackendError> {
        self.clock.time(Box::pin(ready::wait(self, request))).await
    }

    async fn put_secrets(&self, request: &SecretsRequest) -> Result<(), BackendError> {
        let mut argv = ["/bottle-sidecar", "secrets", "put"]
            .map(str::to_owned)
            .to_vec();
        if request.others == OtherSecrets::Kept {
            argv.push("--add".to_owned());
        }
        let what = argv.join(" ");
        let command = ExecRequest {
            target: request.target.clone(),
            argv,
            env: Vec::new(),
            io: ExecIo::Capture {
                stdin: request.document.expose().as_bytes().to_vec(),
            },
            timeout: Some(SECRETS_TIMEOUT),
        };
        let outcome = self.clock.time(exec::run(self, &command)).await?;
        if outcome.code == 0 {
            return Ok(());
        }
        Err(BackendError::Failed {
            what,
            service: request.target.service.clone(),
            code: outcome.code,
            stderr: String::from_utf8_lossy(&outcome.stderr).into_owned(),
        })
    }

    async fn append_files(&self, request: &AppendRequest) -> Result<Vec<String>, BackendError> {
        self.clock.time(append::append(self, request)).await
    }

    async fn upload(&self, request: UploadRequest) -> Result<(), BackendError> {
        self.clock
            .time(Box::pin(files::upload(self, request)))
            .await
    }

    async fn download(
        &self,
        request: &DownloadRequest,
        into: std::fs::File,
    ) -> Result<bool, BackendError> {
        self.clock
            .time(Box::pin(files::download(self, request, into)))
            .await
    }

    async fn exec(&self, request: &ExecRequest) -> Result<ExecOutcome, BackendError> {
        exec::run(self, request).await
    }

    async fn logs(&self, request: &LogsRequest) -> Result<Vec<u8>, BackendError> {
        self.clock.time(logs::logs(self, request)).await
    }

    async fn down(&self, request: &DownRequest) -> Result<Removed, BackendError> {
        self.clock.time(down::down(self, request)).await
    }

    async fn live(&self, home: &str) -> Result<Vec<LiveBottle>, BackendError> {
        self.clock.time(live::live(self, home)).await
    }
}
