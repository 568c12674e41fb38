//! Both services of one bottle as real processes, with everything around them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bottle_core::{
    AuthScheme, AuthSpec, BottlePlan, PipelockSpec, Provider, ResponseAction, RouteSpec, WebSocket,
};
use bottle_egress::{UpstreamPart, fold};
use bottle_pipelock::{Overrides, RouteDlp};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{Answer, Client, Issuer, Names, Origin, PATIENCE, trusting};

/// The token of `auth.test`.
pub(crate) const TOKEN: &str = "sentinel-token-4f1c9a7e2b";

const SIDECAR: &str = env!("CARGO_BIN_EXE_bottle-sidecar");

/// What differs between tests.
pub(crate) struct Setup {
    pub(crate) secrets: Option<String>,
    pub(crate) with_pipelock: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            secrets: Some(secrets(TOKEN)),
            with_pipelock: true,
        }
    }
}

/// The document of `secrets put` for one token.
pub(crate) fn secrets(token: &str) -> String {
    format!(
        r#"{{"version":1,"slots":{{"EGRESS_TOKEN_0":"{token}"}},
           "known":[{{"name":"EGRESS_TOKEN_0","value":"{token}","hosts":["auth.test"],"header":"authorization"}}]}}"#
    )
}

pub(crate) struct Bottle {
    pub(crate) folder: TempDir,
    pub(crate) egress: Process,
    pub(crate) pipelock: Option<Process>,
    pub(crate) names: Names,
    pub(crate) origin: Origin,
    /// Speaks plain http.
    pub(crate) plain_origin: Origin,
    /// The authority that the agent trusts.
    pub(crate) ca: Issuer,
    /// The authority of the pretend web.
    pub(crate) web: Issuer,
}

impl Bottle {
    pub(crate) fn start() -> Self {
        Self::with(Setup::default())
    }

    pub(crate) fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (ca, inner_ca, web) = (
            Issuer::new("bottle"),
            Issuer::new("pipelock"),
            Issuer::new("the web"),
        );
        let origin = Origin::start("127.0.0.5", Some(web.server(None)));
        let plain_origin = Origin::start("127.0.0.8", None);
        let names = Names::start();
        for name in [
            "ok.test",
            "two.test",
            "auth.test",
            "bare.test",
            "evil.test",
            "wild.test",
            "a.wild.test",
            "chat.test",
            "strict.test",
            "open.test",
            "lenient.test",
        ] {
            names.set(name, &[&["127.0.0.5"]]);
        }
        names.set("plain.test", &[&["127.0.0.8"]]);
        let plan = plan(origin.port(), plain_origin.port());
        write_policy(folder.path(), &plan);
        for (service, issuer) in [("egress", &ca), ("pipelock", &inner_ca)] {
            let config = folder.path().join(service);
            fs::create_dir_all(folder.path().join("run").join(service)).unwrap();
            fs::write(config.join("ca.pem"), &issuer.certificate).unwrap();
            fs::write(config.join("ca-key.pem"), &issuer.key).unwrap();
        }
        fs::write(
            folder.path().join("egress/upstream-ca.pem"),
            &inner_ca.certificate,
        )
        .unwrap();
        fs::write(
            folder.path().join("pipelock/upstream-roots.pem"),
            &web.certificate,
        )
        .unwrap();
        let resolver = names.address.to_string();
        let pipelock = setup.with_pipelock.then(|| {
            Process::start(
                folder.path(),
                "pipelock",
                &[
                    ("BOTTLE_ALLOWED_PEER", "127.0.0.1"),
                    ("BOTTLE_RESOLVER", &resolver),
                ],
            )
        });
        let hop = pipelock.as_ref().map_or_else(
            || "127.0.0.1:1".to_owned(),
            |process| process.address.to_string(),
        );
        let egress = Process::start(
            folder.path(),
            "egress",
            &[
                ("BOTTLE_PIPELOCK", &hop),
                ("BOTTLE_DNS_LISTEN", "127.0.0.1:0"),
            ],
        );
        let bottle = Self {
            folder,
            egress,
            pipelock,
            names,
            origin,
            plain_origin,
            ca,
            web,
        };
        if let Some(secrets) = setup.secrets {
            bottle.put_secrets(&secrets);
        }
        bottle
    }

    /// The outside forgets what it saw.
    pub(crate) fn forget(&self) {
        self.origin.forget();
        self.plain_origin.forget();
    }

    /// Hands secrets to both services, as the host does.
    pub(crate) fn put_secrets(&self, document: &str) {
        for service in ["egress", "pipelock"] {
            let mut put = Command::new(SIDECAR)
                .args(["secrets", "put"])
                .env(
                    "BOTTLE_RUN_DIR",
                    self.folder.path().join("run").join(service),
                )
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            put.stdin
                .take()
                .unwrap()
                .write_all(document.as_bytes())
                .unwrap();
            assert!(put.wait().unwrap().success());
        }
    }

    /// `name` with the port of the https origin.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{name}:{}", self.origin.port())
    }

    /// A tunnel through egress to `name` at the origin's port, with TLS in it.
    pub(crate) fn tunnel(&self, name: &str) -> Client {
        let connected = Client::connect(self.egress.address, &self.at(name));
        connected
            .tls(
                name,
                trusting(&self.ca.certificate, &[b"http/1.1"]),
                usize::MAX,
            )
            .unwrap()
    }

    /// `GET target` from `name` over a fresh tunnel.
    #[track_caller]
    pub(crate) fn get(&self, name: &str, target: &str) -> Answer {
        self.tunnel(name)
            .ask(self.request(("GET", target), name, "", ""))
    }

    /// A request with further header lines (each ended by CRLF) and a body.
    pub(crate) fn request(
        &self,
        (method, target): (&str, &str),
        name: &str,
        lines: &str,
        body: &str,
    ) -> String {
        let host = self.at(name);
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{length}{lines}\r\n{body}")
    }

    /// The decision log of both services so far.
    pub(crate) fn decisions(&self) -> Vec<serde_json::Value> {
        let mut text = self.egress.output("out");
        if let Some(pipelock) = &self.pipelock {
            text.push_str(&pipelock.output("out"));
        }
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Waits until the decision log has such a line.
    #[track_caller]
    pub(crate) fn decision(
        &self,
        wanted: impl Fn(&serde_json::Value) -> bool,
    ) -> serde_json::Value {
        let start = Instant::now();
        loop {
            if let Some(line) = self.decisions().into_iter().find(|line| wanted(line)) {
                return line;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "no such decision in {:#?}",
                self.decisions()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Everything that both processes printed.
    pub(crate) fn all_output(&self) -> String {
        let of = |process: &Process| process.output("out") + &process.output("err");
        of(&self.egress) + &self.pipelock.as_ref().map(of).unwrap_or_default()
    }
}

/// Routes of the test bottle. Loopback is granted as an operator would grant a private network.
fn plan(port: u16, plain_port: u16) -> BottlePlan {
    let route = |host: &str, port: u16, paths: &[&str]| RouteSpec {
        ports: BTreeSet::from([port.to_string().parse().unwrap()]),
        path_allowlist: paths.iter().map(|path| path.parse().unwrap()).collect(),
        cidr: vec!["127.0.0.0/8".parse().unwrap()],
        ..RouteSpec::bare(host.parse().unwrap())
    };
    let mut auth = route("auth.test", port, &["/v1"]);
    auth.auth = Some(AuthSpec {
        scheme: AuthScheme::Bearer,
        token_ref: "HOST_TOKEN".parse().unwrap(),
        header: None,
    });
    let mut reader = route("reader.test", port, &[]);
    reader.methods = std::iter::once("GET".parse().unwrap()).collect();
    let mut routes = vec![
        auth,
        reader,
        route("ok.test", port, &["/v1"]),
        route("plain.test", plain_port, &["/v1"]),
    ];
    routes.extend(
        [
            "two.test",
            "bare.test",
            "*.wild.test",
            "private.test",
            "mixed.test",
            "meta.test",
            "rebind.test",
            "alias.test",
        ]
        .map(|host| route(host, port, &[])),
    );
    let mut chat = route("chat.test", port, &[]);
    chat.websocket = WebSocket::Granted;
    routes.push(chat);
    let mut strict = route("strict.test", port, &[]);
    strict.websocket = WebSocket::Granted;
    strict.dlp.responses = ResponseAction::Block;
    let mut open = route("open.test", port, &[]);
    open.websocket = WebSocket::Granted;
    let mut lenient = route("lenient.test", port, &[]);
    lenient.websocket = WebSocket::Granted;
    lenient.dlp = RouteDlp {
        allow: [
            "aws-access-key-id",
            "instruction-override",
            "host-data-over-time",
            "call-chain-exfiltration",
        ]
        .map(|rule| rule.parse().unwrap())
        .into(),
        responses: ResponseAction::Block,
        ..RouteDlp::default()
    };
    routes.extend([strict, open, lenient, route("*.names.test", port, &[])]);
    routes.extend(
        ["badcert.test", "wrongname.test", "nodns.test", "dead.test"]
            .map(|host| route(host, port, &[])),
    );
    BottlePlan {
        routes,
        pipelock: PipelockSpec {
            passthrough: vec!["open.test".parse().unwrap()],
            ..PipelockSpec::default()
        },
        ..BottlePlan::new(
            "tester".parse().unwrap(),
            "test".parse().unwrap(),
            Provider::Command,
        )
    }
}

fn write_policy(folder: &Path, plan: &BottlePlan) {
    let table = fold(plan).table;
    for service in ["egress", "pipelock"] {
        fs::create_dir_all(folder.join(service)).unwrap();
    }
    fs::write(folder.join("egress/routes.yaml"), table.to_yaml().unwrap()).unwrap();
    let pipelock = bottle_pipelock::render(plan, &table).with_upstream(UpstreamPart {
        ca_file: Some("upstream-roots.pem".to_owned()),
        ..UpstreamPart::default()
    });
    fs::write(
        folder.join("pipelock/pipelock.yaml"),
        pipelock.to_yaml().unwrap(),
    )
    .unwrap();
    let overrides = Overrides::of_plan(plan, &table);
    fs::write(
        folder.join("pipelock/dlp.yaml"),
        overrides.to_yaml().unwrap(),
    )
    .unwrap();
}

/// One running sidecar.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    output: PathBuf,
}

impl Process {
    fn start(folder: &Path, service: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(SIDECAR);
        command
            .arg(service)
            .env("BOTTLE_CONFIG_DIR", folder.join(service))
            .env("BOTTLE_RUN_DIR", folder.join("run").join(service))
            .env("BOTTLE_LISTEN", "127.0.0.1:0")
            .envs(environment.iter().copied());
        Self::spawn(command, folder, service)
    }

    /// A service that is told everything on the command line, as outside a container.
    pub(crate) fn alone(folder: &Path, service: &str) -> Self {
        let mut command = Command::new(SIDECAR);
        command
            .arg(service)
            .arg("--config")
            .arg(folder)
            .args(["--listen", "127.0.0.1:0"]);
        Self::spawn(command, folder, service)
    }

    fn spawn(mut command: Command, folder: &Path, service: &str) -> Self {
        let output = folder.join(service);
        let child = command
            .env("BOTTLE_LOG", "debug")
            .stdin(Stdio::null())
            .stdout(File::create(output.with_extension("out")).unwrap())
            .stderr(File::create(output.with_extension("err")).unwrap())
            .spawn()
            .unwrap();
        let mut process = Self {
            child,
            address: ([0, 0, 0, 0], 0).into(),
            output,
        };
        process.address = process.announced(&format!("{service} listens"));
        process
    }

    /// The address that the process says it listens on.
    pub(crate) fn announced(&self, what: &str) -> SocketAddr {
        let start = Instant::now();
        loop {
            let text = self.output("err");
            let line = text
                .lines()
                .find(|line| line.contains(what) && line.contains("address="));
            if let Some((_, address)) = line.and_then(|line| line.split_once("address=")) {
                return address.trim().parse().unwrap();
            }
            assert!(start.elapsed() < PATIENCE, "never said {what:?}: {text}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn output(&self, kind: &str) -> String {
        fs::read_to_string(self.output.with_extension(kind)).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Asks the process to stop; how it ended and how long that took.
    pub(crate) fn stop(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        self.signal(Signal::TERM);
        (self.child.wait().unwrap(), start.elapsed())
    }

    /// The most memory that the process ever had resident.
    pub(crate) fn peak_memory_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The exit status of the health check for this service.
    pub(crate) fn is_healthy(&self, service: &str) -> bool {
        let mut check = Command::new(SIDECAR);
        check
            .args(["health", service])
            .env("BOTTLE_LISTEN", self.address.to_string())
            .stderr(Stdio::null());
        check.status().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
