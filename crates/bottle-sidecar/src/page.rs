//! `page`: what a service of this machine says of itself, for whoever starts this in its container.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::args::{PagePath, Service};
use crate::environment;

/// A service on the same machine answers at once; a table of thousands of routes takes a while to write.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Bytes of the longest page: several times the longest policy file.
const MAX_PAGE: u64 = 32 * 1024 * 1024;

/// Prints a page of the service; an error when it does not have it or is not well.
pub(crate) fn print(service: Service, path: &PagePath, mut out: impl Write) -> Result<()> {
    let (listen, host) = match service {
        // Egress serves its pages under a name of its own, pipelock under any, to this machine only.
        Service::Egress => (environment::egress_listen()?, "http://_egress.local"),
        Service::Pipelock => (environment::pipelock_listen()?, ""),
        Service::GitGate => bail!("git-gate has no pages"),
        Service::Supervise => bail!("supervise has no pages"),
    };
    let named = host.strip_prefix("http://").unwrap_or("localhost");
    let path = path.as_str();
    let question =
        format!("GET {host}{path} HTTP/1.1\r\nHost: {named}\r\nConnection: close\r\n\r\n");
    let answer = ask(near(listen), &question).context("no answer")?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = end
        .and_then(|end| answer.split_at_checked(end + 4))
        .context("no whole answer")?;
    // Whoever reads it may have read enough.
    out.write_all(body)
        .and_then(|()| out.flush())
        .context("cannot print")?;
    if head.starts_with(b"HTTP/1.1 200 ") {
        Ok(())
    } else {
        bail!("the service does not say that all is well")
    }
}

/// How a service that listens there is reached from its own machine.
pub(crate) fn near(listen: SocketAddr) -> SocketAddr {
    let ip = if listen.ip().is_unspecified() {
        Ipv4Addr::LOCALHOST.into()
    } else {
        listen.ip()
    };
    SocketAddr::new(ip, listen.port())
}

/// Reads an answer to its end.
fn ask(address: SocketAddr, question: &str) -> std::io::Result<Vec<u8>> {
    let deadline = Instant::now() + TIMEOUT;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.write_all(question.as_bytes())?;
    let (mut answer, mut piece) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // No time at all would mean for ever.
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        let length = stream.read(&mut piece)?;
        answer.extend(piece.iter().take(length));
        let too_long = u64::try_from(answer.len()).unwrap_or(u64::MAX) > MAX_PAGE;
        if length == 0 {
            return Ok(answer);
        }
        if too_long || left.is_zero() {
            return Err(std::io::ErrorKind::TimedOut.into());
        }
    }
}
