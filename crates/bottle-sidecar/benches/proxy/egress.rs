//! The proxy that is measured: the real executable, alone, with a policy as bottles have it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::origin::Origin;
use crate::process::Process;
use crate::proxy::Proxy;

/// Its column.
pub(crate) const NAME: &str = "egress";

/// Routes that nothing is asked of here; the one that is asked for stands among them.
const OTHER_ROUTES: &str = "
- {host: api.example.com, ports: [443], path_allowlist: [/v1/messages], methods: [POST], auth: {scheme: Bearer, slot: EGRESS_TOKEN_0}}
- {host: git.example.com, ports: [443], path_allowlist: [/repos/acme/app, /repos/acme/web], methods: [GET, POST], auth: {scheme: Bearer, slot: EGRESS_TOKEN_1}}
- {host: index.example.com, ports: [443], path_allowlist: [/simple, /packages], methods: [GET, HEAD]}
- {host: files.example.com, ports: [443], path_allowlist: [], methods: [GET, HEAD]}
- {host: '*.cdn.example.com', ports: [443, 8443], path_allowlist: [/static], methods: [GET]}
- {host: '**.mirror.example.com', ports: [443], path_allowlist: [], methods: [GET]}
- {host: chat.example.com, ports: [443], path_allowlist: [/socket], methods: [GET], websocket: true}
- {host: docs.example.com, ports: [443], path_allowlist: [], methods: [GET, HEAD]}";

/// Egress before the origin.
pub(crate) struct Egress;

impl Proxy for Egress {
    fn name(&self) -> &'static str {
        NAME
    }

    fn missing(&self) -> Option<&'static str> {
        None
    }

    fn speaks_http2(&self) -> bool {
        true
    }

    fn prepare(&self, folder: &Path, origin: &Origin) -> Result<()> {
        let Origin { port, authority } = origin;
        fs::copy(authority, folder.join("origin-ca.pem"))?;
        let routes = format!(
            "version: 1
routes:{OTHER_ROUTES}
- {{host: localhost, ports: [{port}], path_allowlist: [/small, /bytes, /sink, /events], methods: [GET, POST]}}
upstream:
  ca_file: origin-ca.pem
  hosts: {{localhost: 127.0.0.1}}
  allow_cidrs: [127.0.0.0/8]
"
        );
        Ok(fs::write(folder.join("routes.yaml"), routes)?)
    }

    fn launch(&self, folder: &Path) -> Result<(Process, SocketAddr)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bottle-sidecar"));
        command
            .env_clear()
            .args(["egress", "--listen", "127.0.0.1:0", "--config"])
            .arg(folder);
        let mut process = Process::spawn(command, folder)?;
        let address = process.announced("address=")?;
        Ok((process, address))
    }

    fn authority(&self, folder: &Path) -> PathBuf {
        folder.join("ca.pem")
    }
}
