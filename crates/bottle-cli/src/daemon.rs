//! Starting an installed engine that is not running, as an administrator would.

use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bottle_docker::Docker;
use bottle_run::backend::BackendError;
use tokio::time::sleep;

use crate::printer::Printer;
use crate::{engine, environment};

/// Where an engine of this machine listens.
const SOCKET: &str = "/var/run/docker.sock";
/// The engine's own program.
const DAEMON: &str = "dockerd";
/// How often a daemon that was started is asked whether it listens.
const TRIES: u32 = 60;
/// How long to wait in between; together with [`TRIES`] half a minute.
const PAUSE: Duration = Duration::from_millis(500);
/// Where a manager of services shows that it is in charge, and how it is told.
const MANAGERS: [(&str, &[&str]); 2] = [
    ("/run/systemd/system", &["systemctl", "start", "docker"]),
    ("/etc/init.d/docker", &["service", "docker", "start"]),
];

/// Connects to the engine. Where it is on this machine and does not answer, it is started and that is said.
pub(crate) async fn connect_or_start(printer: Printer) -> Result<Docker, BackendError> {
    let refused = match engine::connect().await {
        Ok(docker) => return Ok(docker),
        Err(error) => error,
    };
    if environment::docker_host().is_some() || !is_down() || !start(printer) {
        return Err(refused);
    }
    for _ in 0..TRIES {
        if let Ok(docker) = engine::connect().await {
            return Ok(docker);
        }
        sleep(PAUSE).await;
    }
    Err(refused)
}

/// Whether nobody listens, which is not the same as not being let in.
fn is_down() -> bool {
    let error = UnixStream::connect(SOCKET).err();
    let kind = error.map(|error| error.kind());
    matches!(
        kind,
        Some(ErrorKind::NotFound | ErrorKind::ConnectionRefused)
    )
}

/// Whether it was started: by the manager of services, or else by hand, which only root can.
fn start(printer: Printer) -> bool {
    let managed = MANAGERS
        .iter()
        .filter(|(sign, _)| Path::new(sign).exists())
        .any(|(_, command)| succeeds(printer, command));
    managed || by_hand(printer)
}

fn succeeds(printer: Printer, command: &[&str]) -> bool {
    let [program, args @ ..] = command else {
        return false;
    };
    printer.say(&format!(
        "Docker does not answer; trying `{}` ...",
        command.join(" ")
    ));
    quiet(program)
        .args(args)
        .status()
        .is_ok_and(|status| status.success())
}

/// Lets the daemon run on in the background, out of reach of this terminal's signals.
fn by_hand(printer: Printer) -> bool {
    if !rustix::process::geteuid().is_root() {
        return false;
    }
    printer.say("Docker does not answer; trying `dockerd` ...");
    quiet(DAEMON).process_group(0).spawn().is_ok()
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
