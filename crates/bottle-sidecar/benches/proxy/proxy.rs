//! What is to be known about a proxy to measure it.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::origin::Origin;
use crate::process::Process;

/// A proxy that can be started.
pub(crate) trait Proxy {
    /// Its column.
    fn name(&self) -> &'static str;

    /// What is missing on this machine to measure it, and how it is had.
    fn missing(&self) -> Option<&'static str>;

    /// Whether it speaks HTTP/2 with clients.
    fn speaks_http2(&self) -> bool;

    /// Writes what it needs into its folder.
    fn prepare(&self, folder: &Path, origin: &Origin) -> Result<()>;

    /// Starts it, and says where it is going to listen.
    fn launch(&self, folder: &Path) -> Result<(Process, SocketAddr)>;

    /// The certificate that its clients must trust; there from its first start on.
    fn authority(&self, folder: &Path) -> PathBuf;
}

/// Where a program is, if it is installed.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
