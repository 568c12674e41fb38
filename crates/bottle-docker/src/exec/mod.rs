//! Running a command in a container.

mod frames;
mod plain;
mod terminal;
mod tty;

use std::time::Duration;

use bollard::exec::CreateExecOptions;
use bottle_run::backend::{BackendError, ExecIo, ExecOutcome, ExecRequest};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::backend::Docker;
use crate::error::{engine, is_missing, other};

/// How often an engine is asked for the code of a command whose streams have ended.
const CODE_TRIES: u32 = 100;
/// How long to wait between two questions; together with [`CODE_TRIES`] two seconds.
const CODE_PAUSE: Duration = Duration::from_millis(20);
/// What stands for a code that does not fit or is not known.
const UNKNOWN_CODE: u8 = 255;

/// A command whose process was started.
struct Session<'a> {
    docker: &'a Docker,
    id: String,
    stream: TokioIo<Upgraded>,
}

/// Runs a command and waits for its end.
pub(crate) async fn run(
    docker: &Docker,
    request: &ExecRequest,
) -> Result<ExecOutcome, BackendError> {
    // On the heap: it holds whole buffers, and lies in every future that runs a command.
    let session = Box::pin(session(docker, request));
    let Some(limit) = request.timeout else {
        return session.await;
    };
    timeout(limit, session).await.unwrap_or_else(|_| {
        Err(BackendError::Timeout {
            what: what(request),
            after: limit,
        })
    })
}

async fn session(docker: &Docker, request: &ExecRequest) -> Result<ExecOutcome, BackendError> {
    match &request.io {
        ExecIo::Capture { stdin } => {
            plain::capture(start(docker, request, None).await?, stdin).await
        }
        ExecIo::Inherit => plain::inherit(start(docker, request, None).await?).await,
        ExecIo::Terminal => {
            let tty = tty::Tty::open()?;
            let size = tty.size().ok();
            terminal::join(start(docker, request, size).await?, tty).await
        }
    }
}

async fn start<'a>(
    docker: &'a Docker,
    request: &ExecRequest,
    size: Option<(u16, u16)>,
) -> Result<Session<'a>, BackendError> {
    let tty = request.io == ExecIo::Terminal;
    let environment = request
        .env
        .iter()
        .map(|(name, value)| format!("{name}={}", value.expose()));
    let options = CreateExecOptions {
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(tty),
        env: Some(environment.collect()),
        cmd: Some(request.argv.clone()),
        ..CreateExecOptions::<String>::default()
    };
    let container = request.target.to_string();
    let created = docker.client().create_exec(&container, options).await;
    let id = match created {
        Ok(created) => created.id,
        Err(error) if is_missing(&error) => {
            return Err(BackendError::Missing {
                what: format!("container {container}"),
            });
        }
        Err(error) => return Err(engine(what(request))(error)),
    };
    let path = format!("/v{}/exec/{id}/start", docker.api());
    // Engines before 23 do not heed the size; they are told a moment later.
    let size = size.map(|(height, width)| [height, width]);
    let body = json!({ "Detach": false, "Tty": tty, "ConsoleSize": size }).to_string();
    let stream = docker.address().hijack(&path, body).await;
    Ok(Session {
        docker,
        id,
        stream: stream.map_err(other(what(request)))?,
    })
}

/// The exit code of a command whose streams have ended: engines note it a little later.
async fn code(docker: &Docker, id: &str) -> Result<u8, BackendError> {
    for _ in 0..CODE_TRIES {
        let exec = docker.client().inspect_exec(id).await;
        let exec = exec.map_err(engine("tell how a command ended"))?;
        if exec.running != Some(true)
            && let Some(code) = exec.exit_code
        {
            return Ok(u8::try_from(code).unwrap_or(UNKNOWN_CODE));
        }
        sleep(CODE_PAUSE).await;
    }
    Ok(UNKNOWN_CODE)
}

fn what(request: &ExecRequest) -> String {
    let program = request.argv.first().map_or("", String::as_str);
    format!("run `{program}` in {}", request.target.service)
}
