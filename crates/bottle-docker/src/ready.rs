//! Waiting until services are ready.

use std::time::Duration;

use bollard::container::LogOutput;
use bollard::models::{ContainerInspectResponse, ContainerState};
use bollard::query_parameters::LogsOptionsBuilder;
use bottle_run::backend::{BackendError, ExecIo, ExecRequest, ReadyRequest, Target};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use tokio::time::{Instant, sleep};

use crate::backend::Docker;
use crate::error::{engine, optional};
use crate::exec;

/// How soon to ask again. The engine's own health check would first ask after a whole interval.
const PAUSE: Duration = Duration::from_millis(20);
/// How long one question may take.
const QUESTION: Duration = Duration::from_secs(5);
/// How many lines of a log tell why a service ended.
const LAST_LINES: &str = "20";

/// Waits for all of them together.
pub(crate) async fn wait(docker: &Docker, request: &ReadyRequest) -> Result<(), BackendError> {
    let until = Instant::now() + request.timeout;
    let waits = request.services.iter().map(|service| {
        let target = Target::new(&request.identity, service);
        async move {
            while let Some(reason) = unready(docker, &target).await? {
                if Instant::now() >= until {
                    let reason = format!("{reason} within {} s", request.timeout.as_secs());
                    return Err(not_ready(docker, &target, reason).await);
                }
                sleep(PAUSE).await;
            }
            Ok(())
        }
    });
    try_join_all(waits).await.map(drop)
}

/// Why a service is not ready yet; an error when it never will be.
async fn unready(docker: &Docker, target: &Target) -> Result<Option<&'static str>, BackendError> {
    let name = target.to_string();
    let container = docker.client().inspect_container(&name, None).await;
    let container = optional(container)
        .map_err(engine(format!("inspect the container {name}")))?
        .ok_or_else(|| BackendError::Missing {
            what: format!("container {name}"),
        })?;
    let state = container.state.clone().unwrap_or_default();
    if let Some(reason) = ended(&state) {
        return Err(not_ready(docker, target, reason).await);
    }
    if state.running != Some(true) {
        return Ok(Some("did not start"));
    }
    let Some(argv) = question(container) else {
        return Ok(None);
    };
    let well = is_well(docker, target, argv).await?;
    Ok((!well).then_some("was not healthy"))
}

fn ended(state: &ContainerState) -> Option<String> {
    let over = state
        .finished_at
        .as_deref()
        .is_some_and(|at| !at.starts_with("0001"));
    let code = state.exit_code.unwrap_or_default();
    (over && state.running == Some(false)).then(|| format!("ended with code {code}"))
}

/// The container's own health check, when it has one.
fn question(container: ContainerInspectResponse) -> Option<Vec<String>> {
    let test = container.config?.healthcheck?.test?;
    let (kind, argv) = test.split_first()?;
    (kind == "CMD").then(|| argv.to_vec())
}

async fn is_well(
    docker: &Docker,
    target: &Target,
    argv: Vec<String>,
) -> Result<bool, BackendError> {
    let request = ExecRequest {
        target: target.clone(),
        argv,
        env: Vec::new(),
        io: ExecIo::Capture { stdin: Vec::new() },
        timeout: Some(QUESTION),
    };
    match exec::run(docker, &request).await {
        Ok(outcome) => Ok(outcome.code == 0),
        // It ended in between, which the next look tells, or took too long.
        Err(
            BackendError::Missing { .. }
            | BackendError::Timeout { .. }
            | BackendError::Engine { .. },
        ) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn not_ready(docker: &Docker, target: &Target, reason: String) -> BackendError {
    let options = LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .tail(LAST_LINES)
        .build();
    let name = target.to_string();
    let log = docker.client().logs(&name, Some(options));
    let parts: Vec<_> = log.try_collect().await.unwrap_or_default();
    let bytes: Vec<u8> = parts.into_iter().flat_map(LogOutput::into_bytes).collect();
    BackendError::NotReady {
        service: target.service.clone(),
        reason,
        last_log: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
