//! Egress on its own, as `bottle-sidecar egress --config DIR --listen ADDR` runs it, before a modern origin.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::modern::ModernOrigin;
use super::{Issuer, PATIENCE, Process, Protocols};

/// The token of `auth.test`.
pub(crate) const ALONE_TOKEN: &str = "sentinel-alone-9d3f6b1c77";

/// One egress service, its folder, and the origin behind it.
pub(crate) struct Alone {
    pub(crate) folder: TempDir,
    pub(crate) egress: Process,
    pub(crate) origin: ModernOrigin,
    /// The authority of the pretend web.
    pub(crate) web: Issuer,
    /// The authority that the service made for itself.
    pub(crate) ca: String,
}

impl Alone {
    /// Egress before an origin that speaks the given versions of HTTP.
    pub(crate) fn start(protocols: Protocols) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let web = Issuer::new("the web");
        let origin = ModernOrigin::start(&web, protocols);
        fs::write(folder.path().join("web.pem"), &web.certificate).unwrap();
        write_routes(folder.path(), origin.port, |text| text);
        let egress = Process::alone(folder.path(), "egress");
        let ca = fs::read_to_string(folder.path().join("ca.pem")).unwrap();
        let alone = Self {
            folder,
            egress,
            origin,
            web,
            ca,
        };
        alone.put_secret(ALONE_TOKEN);
        alone
    }

    /// Hands over another value for the one slot.
    pub(crate) fn put_secret(&self, token: &str) {
        let document = format!(r#"{{"version":1,"slots":{{"EGRESS_TOKEN_0":"{token}"}}}}"#);
        let mut put = Command::new(env!("CARGO_BIN_EXE_bottle-sidecar"))
            .args(["secrets", "put", "--run"])
            .arg(self.folder.path().join("run"))
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = put.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, document.as_bytes()).unwrap();
        drop(input);
        assert!(put.wait().unwrap().success());
    }

    /// Replaces `routes.yaml` in one step.
    pub(crate) fn replace_routes(&self, change: impl FnOnce(String) -> String) {
        write_routes(self.folder.path(), self.origin.port, change);
    }

    /// Replaces `routes.yaml` and waits until the service took it.
    #[track_caller]
    pub(crate) fn reload(&self, change: impl FnOnce(String) -> String) {
        let taken = || {
            let lines = self.decisions();
            let reloads = lines.iter().filter(|line| line["event"] == "reload");
            reloads.filter(|line| line["ok"] == true).count()
        };
        let (before, start) = (taken(), Instant::now());
        self.replace_routes(change);
        while taken() == before {
            assert!(start.elapsed() < PATIENCE, "the new rules are not taken");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `name` with the origin's port.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{name}:{}", self.origin.port)
    }

    /// The decision log so far.
    pub(crate) fn decisions(&self) -> Vec<serde_json::Value> {
        let text = self.egress.output("out");
        // The last line may be on its way still.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Waits until the decision log has a line about this path.
    #[track_caller]
    pub(crate) fn decision(&self, path: &str) -> serde_json::Value {
        let start = Instant::now();
        loop {
            let mut lines = self.decisions().into_iter();
            if let Some(line) = lines.find(|line| line["path"] == path) {
                return line;
            }
            assert!(start.elapsed() < PATIENCE, "{:#?}", self.decisions());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn write_routes(folder: &Path, port: u16, change: impl FnOnce(String) -> String) {
    let text = format!(
        "version: 1
routes:
- {{host: ok.test, ports: [{port}], path_allowlist: [/v1], methods: []}}
- {{host: two.test, ports: [{port}], path_allowlist: [], methods: []}}
- {{host: auth.test, ports: [{port}], path_allowlist: [], methods: [], websocket: true, auth: {{scheme: Bearer, slot: EGRESS_TOKEN_0}}}}
- {{host: chat.test, ports: [{port}], path_allowlist: [], methods: [], websocket: true}}
- {{host: unmapped.test, ports: [{port}], path_allowlist: [], methods: []}}
- {{host: private.test, ports: [{port}], path_allowlist: [], methods: []}}
- {{host: meta.test, ports: [{port}], path_allowlist: [], methods: []}}
upstream:
  ca_file: web.pem
  hosts: {{ok.test: 127.0.0.1, two.test: 127.0.0.1, auth.test: 127.0.0.1, chat.test: 127.0.0.1, private.test: 10.9.8.7, meta.test: 169.254.169.254}}
  allow_cidrs: [127.0.0.0/8, 169.254.0.0/16]
"
    );
    let fresh = folder.join("routes.new");
    fs::write(&fresh, change(text)).unwrap();
    fs::rename(fresh, folder.join("routes.yaml")).unwrap();
}
