//! The seam between the life of a bottle and the engine that carries it out.
//!
//! [`Backend`] is all that this crate knows about containers. An implementation owns its connection,
//! its timeouts and its retries; the order of calls, what is undone and when, is decided here.

mod build;
mod container;
mod error;
mod exec;
mod files;
mod live;
mod network;
mod up;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;

use bottle_compose::ComposeFile;
use bottle_core::ImageRef;
use ipnet::Ipv4Net;

pub use self::build::{BuildError, BuildRequest, BuildWatch, GitGateImageRequest};
pub use self::container::{
    AppendRequest, ExtraContainer, ExtraMount, OtherSecrets, SecretsRequest, Target,
};
pub use self::error::{BackendError, Cause};
pub use self::exec::{CAPTURE_LIMIT, ExecIo, ExecOutcome, ExecRequest};
pub use self::files::{Archive, DownloadRequest, UploadRequest};
pub use self::live::{
    DownRequest, DownScope, LiveBottle, LiveService, LogsRequest, Removed, ServiceState,
};
pub use self::network::{NetworkAccess, NetworkRequest};
pub use self::up::{ReadyRequest, UpOptions};

/// The most that [`Backend::logs`] answers, in bytes: the newest lines win. Protects the operator's memory
/// and disk from an agent that prints for hours.
pub const LOGS_LIMIT: usize = 32 * 1024 * 1024;

/// What an engine says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineInfo {
    /// The engine's own version, for example `28.5.2`.
    pub version: String,
    /// The version of its interface that is spoken, for example `1.41`.
    pub api: String,
    /// What it can run containers with, by name: `runc`, perhaps `runsc`.
    pub runtimes: BTreeSet<String>,
}

/// What is known about an image that the engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// The name by which containers ask for it.
    pub reference: ImageRef,
    /// Its content address, for example `sha256:…`.
    pub id: String,
}

/// An engine that can carry a bottle.
///
/// Rules for every implementation:
///
/// - Each call ends within a bound of its own; only [`Backend::exec`] without a timeout may wait for ever.
/// - A call that creates or removes something is never dropped half-way by this crate, so it may be simple;
///   [`Backend::sidecar_image`], [`Backend::wait_ready`] and [`Backend::exec`] may be dropped at any await
///   point, and an `exec` that is dropped gives the terminal back as it found it.
/// - Everything made carries the labels `bottle.identity` and `bottle.home`, containers also `bottle.service`.
///   [`Backend::down`] and [`Backend::live`] go by these labels alone, never by names.
/// - No value of a [`bottle_core::Secret`] may reach an argument list, a file on the host, a log or an error.
pub trait Backend: Sync {
    /// Asks whether the engine is there.
    ///
    /// # Errors
    ///
    /// [`BackendError::Unavailable`] when it cannot be reached.
    fn engine(&self) -> impl Future<Output = Result<EngineInfo, BackendError>> + Send;

    /// The socket on this machine at which the engine listens, if it does: who can write there is root.
    fn socket(&self) -> Option<&Path> {
        None
    }

    /// Looks an image up in the engine's own store. Nothing is pulled.
    ///
    /// # Errors
    ///
    /// When the engine does not answer; a missing image is `Ok(None)`.
    fn image(
        &self,
        image: &ImageRef,
    ) -> impl Future<Output = Result<Option<ImageFacts>, BackendError>> + Send;

    /// The image that plays the sidecars. Built and loaded when the engine does not have it yet.
    ///
    /// # Errors
    ///
    /// When it can neither be found nor built.
    fn sidecar_image(&self) -> impl Future<Output = Result<ImageFacts, BackendError>> + Send;

    /// The image that plays git-gate: the base with the sidecars' program on top, and an entry for the user that it
    /// runs as. Made when the engine does not have it yet.
    ///
    /// # Errors
    ///
    /// When it can neither be found nor made.
    fn git_gate_image(
        &self,
        request: &GitGateImageRequest,
    ) -> impl Future<Output = Result<ImageFacts, BackendError>> + Send;

    /// Builds an image as a Dockerfile says. The images that it begins with are those that the engine has: nothing is
    /// pulled, even where the engine would. Ends with [`BuildError::Interrupted`] when `watch.stop` resolves, so
    /// this crate never drops it half-way. What a build that did not succeed made is removed.
    ///
    /// # Errors
    ///
    /// [`BuildError::Step`] when a step failed.
    fn build_image(
        &self,
        request: &BuildRequest,
        watch: BuildWatch<'_>,
    ) -> impl Future<Output = Result<(), BuildError>> + Send;

    /// The IPv4 subnets of every network that the engine has, whoever made them.
    ///
    /// # Errors
    ///
    /// When the engine does not answer.
    fn used_subnets(&self) -> impl Future<Output = Result<Vec<Ipv4Net>, BackendError>> + Send;

    /// Creates one network. The internal one gets no address on the host's side
    /// (`com.docker.network.bridge.inhibit_ipv4`), neither has IPv6.
    ///
    /// # Errors
    ///
    /// [`BackendError::SubnetTaken`] when the subnet overlaps with one in use: the caller tries another.
    fn create_network(
        &self,
        request: &NetworkRequest,
    ) -> impl Future<Output = Result<(), BackendError>> + Send;

    /// Creates and starts every service of the file, as `docker compose up` would.
    ///
    /// # Errors
    ///
    /// Whatever the engine refused. What was already made stays, for [`Backend::down`].
    fn up(
        &self,
        file: &ComposeFile,
        options: &UpOptions,
    ) -> impl Future<Output = Result<(), BackendError>> + Send;

    /// Starts one more container on a network of the bottle. Removed by [`Backend::down`] like all others.
    ///
    /// # Errors
    ///
    /// Whatever the engine refused.
    fn start_extra(
        &self,
        extra: &ExtraContainer,
    ) -> impl Future<Output = Result<(), BackendError>> + Send;

    /// Waits until every named service is running, and healthy where it has a health check.
    ///
    /// # Errors
    ///
    /// [`BackendError::NotReady`] for the first service that ended, turned unhealthy or was not ready in time.
    fn wait_ready(
        &self,
        request: &ReadyRequest,
    ) -> impl Future<Output = Result<(), BackendError>> + Send;

    /// Runs `/bottle-sidecar secrets put` in a sidecar, with `--add` where other values stay, and hands it the document on its
    /// standard input.
    ///
    /// # Errors
    ///
    /// When the program ended with anything but 0.
    fn put_secrets(
        &self,
        request: &SecretsRequest,
    ) -> impl Future<Output = Result<(), BackendError>> + Send;

    /// Appends bytes to those of the named files that exist in the container, keeping owner and mode,
    /// without running anything inside. Symbolic links are followed within the container only.
    /// Answers which files were there.
    ///
    /// # Errors
    ///
    /// When the engine refuses; a file that does not exist is not an error.
    fn append_files(
        &self,
        request: &AppendRequest,
    ) -> impl Future<Output = Result<Vec<String>, BackendError>> + Send;

    /// Unpacks an archive in a container, which may be stopped, without running anything inside. Owners are those that
    /// the archive names.
    ///
    /// # Errors
    ///
    /// When the engine refuses, or the archive cannot be read.
    fn upload(
        &self,
        request: UploadRequest,
    ) -> impl Future<Output = Result<(), BackendError>> + Send;

    /// Packs a file or a folder of a container, which may be stopped, into an archive: the names in it begin with the
    /// last one of the path. It is written to the end of `into`. Answers whether there is anything at the path.
    ///
    /// # Errors
    ///
    /// [`BackendError::TooMuchOutput`] when it is larger than it may be; when the engine refuses, or `into` does.
    fn download(
        &self,
        request: &DownloadRequest,
        into: std::fs::File,
    ) -> impl Future<Output = Result<bool, BackendError>> + Send;

    /// Runs a command in a container and waits for its end.
    ///
    /// # Errors
    ///
    /// When it could not be started, or its streams broke. A command that ends with a code is `Ok`.
    fn exec(
        &self,
        request: &ExecRequest,
    ) -> impl Future<Output = Result<ExecOutcome, BackendError>> + Send;

    /// The logs of every container of the bottle, dead ones too: one line each, `<service> | <RFC 3339> <text>`,
    /// merged in order of time, at most [`LOGS_LIMIT`] bytes.
    ///
    /// # Errors
    ///
    /// When the engine does not answer. No containers is `Ok` and empty.
    fn logs(
        &self,
        request: &LogsRequest,
    ) -> impl Future<Output = Result<Vec<u8>, BackendError>> + Send;

    /// Kills and removes every container of the bottle, then its networks, found by label.
    /// What is already gone is fine: calling it twice, or for a bottle that never was, succeeds.
    ///
    /// # Errors
    ///
    /// When something could not be removed; the rest is removed nevertheless.
    fn down(
        &self,
        request: &DownRequest,
    ) -> impl Future<Output = Result<Removed, BackendError>> + Send;

    /// Every bottle of one home that has a container or a network, running or not, in order of identity.
    ///
    /// # Errors
    ///
    /// When the engine does not answer.
    fn live(
        &self,
        home: &str,
    ) -> impl Future<Output = Result<Vec<LiveBottle>, BackendError>> + Send;
}
