//! `health`: what the container's health check runs.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::args::Service;
use crate::environment;
use crate::page::near;

/// A service on the same machine that is well answers at once.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Egress serves its pages under a name of its own.
const ASK_EGRESS: &str =
    "GET http://_egress.local/health HTTP/1.1\r\nHost: _egress.local\r\nConnection: close\r\n\r\n";

/// Pipelock and supervise serve this one page, to this machine only.
const ASK_PLAINLY: &str = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Git-gate answers this to its own machine, in a frame of git's.
const ASK_GIT_GATE: &str = "0013git-gate-health";

/// Asks the service over loopback; an error when it is not well.
pub(crate) fn check(service: Option<Service>) -> Result<()> {
    let service = service.unwrap_or_else(configured);
    let (listen, question, well) = match service {
        Service::Egress => (environment::egress_listen()?, ASK_EGRESS, "HTTP/1.1 200 "),
        Service::Pipelock => (
            environment::pipelock_listen()?,
            ASK_PLAINLY,
            "HTTP/1.1 200 ",
        ),
        Service::GitGate => (environment::git_gate_listen()?, ASK_GIT_GATE, "0007ok\n"),
        Service::Supervise => (
            environment::supervise_listen()?,
            ASK_PLAINLY,
            "HTTP/1.1 200 ",
        ),
    };
    let answer = ask(near(listen), question).context("no answer")?;
    if answer.starts_with(well.as_bytes()) {
        Ok(())
    } else {
        bail!("not healthy")
    }
}

/// The configuration folder holds the file of the one service that runs here.
pub(crate) fn configured() -> Service {
    let has = |file: &str| environment::config_dir().join(file).exists();
    if has("pipelock.yaml") {
        Service::Pipelock
    } else if has(bottle_git_gate::GATE_FILE) {
        Service::GitGate
    } else {
        Service::Egress
    }
}

fn ask(address: SocketAddr, question: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(question.as_bytes())?;
    let mut answer = vec![0; 64];
    let length = stream.read(&mut answer)?;
    answer.truncate(length);
    Ok(answer)
}
