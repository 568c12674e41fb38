//! The yardstick that everybody knows: mitmproxy without a user interface.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::origin::Origin;
use crate::process::{Process, free_address};
use crate::proxy::{Proxy, program};

/// Its column, as it comes.
pub(crate) const NAME: &str = "mitmproxy";

/// The program.
const PROGRAM: &str = "mitmdump";

/// mitmproxy, in one of two ways of handling bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mitmproxy {
    /// As it comes: a body is held until it is whole.
    Holding,
    /// Bodies are passed on as they arrive, and none of its addons sees them.
    Streaming,
}

impl Proxy for Mitmproxy {
    fn name(&self) -> &'static str {
        match self {
            Self::Holding => NAME,
            Self::Streaming => "mitmproxy-stream",
        }
    }

    fn missing(&self) -> Option<&'static str> {
        let missing = "no `mitmdump` on PATH (pip install mitmproxy)";
        program(PROGRAM).is_none().then_some(missing)
    }

    fn speaks_http2(&self) -> bool {
        true
    }

    fn prepare(&self, folder: &Path, origin: &Origin) -> Result<()> {
        std::fs::copy(&origin.authority, folder.join("origin-ca.pem"))?;
        Ok(())
    }

    fn launch(&self, folder: &Path) -> Result<(Process, SocketAddr)> {
        let address = free_address()?;
        let trusted = folder.join("origin-ca.pem");
        let mut command = Command::new(PROGRAM);
        command
            .args(["--quiet", "--listen-host", "127.0.0.1", "--listen-port"])
            .arg(address.port().to_string())
            .args(["--set", &format!("confdir={}", folder.display())])
            .arg("--set")
            .arg(format!(
                "ssl_verify_upstream_trusted_ca={}",
                trusted.display()
            ));
        if *self == Self::Streaming {
            command.args(["--set", "stream_large_bodies=1"]);
        }
        Ok((Process::spawn(command, folder)?, address))
    }

    fn authority(&self, folder: &Path) -> PathBuf {
        folder.join("mitmproxy-ca-cert.pem")
    }
}
