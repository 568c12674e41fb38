//! An sshd with bare repositories, a gate before it, and clients. Everything is blocking.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use bottle_git_gate::{GateLimits, GateSettings, GitGate, HookProgram, Line};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Longer than anything here takes when it works.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

const SIDECAR: &str = env!("CARGO_BIN_EXE_bottle-sidecar");

/// Notes what is asked, then does it.
const NOTING: &str = "#!/bin/sh\nprintf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >>CONTACTS\nexec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\"\n";

/// Everything around one gate.
pub(crate) struct World {
    folder: TempDir,
    sshd: Option<Child>,
    pub(crate) port: u16,
    gate: Option<Child>,
    /// A gate in this process, which has limits of its own.
    own_gate: Option<Runtime>,
    pub(crate) address: SocketAddr,
}

impl World {
    /// A world whose gate has its key.
    pub(crate) fn new() -> Self {
        Self::with("", &[])
    }

    /// A world with further lines below the remote `app`, and further remotes with repositories of the same name.
    pub(crate) fn with(lines: &str, further: &[&str]) -> Self {
        let mut world = Self::bare();
        world.configure(&world.host_key("host"), lines, further);
        world.start_gate();
        world.hand_over("key");
        world
    }

    /// A world whose gate has its key, and these limits.
    pub(crate) fn within(limits: GateLimits) -> Self {
        let mut world = Self::bare();
        world.configure(&world.host_key("host"), "", &[]);
        let settings = GateSettings {
            listen: world.address,
            config_dir: world.path("config"),
            run_dir: world.path("run"),
            data_dir: world.path("data"),
            program: HookProgram {
                path: SIDECAR.into(),
                words: Vec::new(),
            },
            path: std::env::var_os("PATH").unwrap(),
            identity: None,
            limits,
        };
        let out = File::create(world.path("gate.out")).unwrap();
        let log = move |line: &Line| {
            writeln!(&out, "{}", serde_json::to_string(line).unwrap()).unwrap();
        };
        let runtime = Runtime::new().unwrap();
        let gate = runtime.block_on(GitGate::start(settings, Box::new(log)));
        let gate = gate.unwrap();
        world.address = gate.local_addr().unwrap();
        runtime.spawn(gate.run(std::future::pending()));
        world.own_gate = Some(runtime);
        world.hand_over("key");
        world
    }

    /// An sshd with one empty repository, and no gate yet.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for key in ["host", "key", "other-host", "other-key"] {
            let path = folder.path().join(key);
            run(Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(path));
        }
        for each in ["home", "config", "run", "data", "clones"] {
            fs::create_dir(folder.path().join(each)).unwrap();
        }
        let mut world = Self {
            folder,
            sshd: None,
            port: 0,
            gate: None,
            own_gate: None,
            address: ([127, 0, 0, 1], 0).into(),
        };
        world.port = free_port();
        world.start_sshd();
        world.make_upstream("app");
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The public part of a key.
    pub(crate) fn host_key(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        let parts: Vec<&str> = text.split(' ').take(2).collect();
        format!("host_key: {}", parts.join(" "))
    }

    pub(crate) fn configure(&self, host_key: &str, lines: &str, further: &[&str]) {
        let mut text = String::from("version: 1\nremotes:\n");
        for (name, lines) in
            std::iter::once(("app", lines)).chain(further.iter().map(|name| (*name, "")))
        {
            let upstream = self.path(&format!("{name}.git"));
            let _ = writeln!(text, "- name: {name}");
            let path = upstream.display();
            let _ = writeln!(text, "  upstream: ssh://127.0.0.1:{}{path}", self.port);
            let _ = write!(text, "  {host_key}\n{lines}");
        }
        fs::write(self.path("config/git-gate.yaml"), text).unwrap();
    }

    pub(crate) fn make_upstream(&self, name: &str) {
        let path = self.path(&format!("{name}.git"));
        self.git(
            Path::new("/"),
            &[
                "init",
                "--quiet",
                "--bare",
                "-b",
                "main",
                path.to_str().unwrap(),
            ],
        );
    }

    /// Starts sshd on the world's port, which must be free.
    pub(crate) fn start_sshd(&mut self) {
        let sshd = ["/usr/sbin/sshd", "/usr/bin/sshd"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let sshd = sshd.expect("no sshd: install it (Debian: apt-get install openssh-server)");
        // sshd wants this folder when it runs as root.
        let _ = fs::create_dir("/run/sshd");
        let script = self.path("noting");
        let contacts = self.path("contacts");
        fs::write(
            &script,
            NOTING.replace("CONTACTS", contacts.to_str().unwrap()),
        )
        .unwrap();
        let folder = self.folder.path().display().to_string();
        // `SHLVL`: bash does not read what the tester's own shell reads at its start, which can take longer than a push.
        fs::write(
            self.path("sshd_config"),
            format!(
                "Port {}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/key.pub\nPidFile none\n\
                 StrictModes no\nUsePAM no\nPasswordAuthentication no\nMaxStartups 100\nSetEnv SHLVL=2\nForceCommand /bin/sh {folder}/noting\n",
                self.port
            ),
        )
        .unwrap();
        let mut command = Command::new(sshd);
        command
            .args(["-D", "-e", "-f"])
            .arg(self.path("sshd_config"));
        command.stderr(File::create(self.path("sshd.log")).unwrap());
        self.sshd = Some(command.spawn().unwrap());
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = fs::read_to_string(self.path("sshd.log")).unwrap();
            assert!(start.elapsed() < PATIENCE, "sshd does not listen: {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn stop_sshd(&mut self) {
        let mut sshd = self.sshd.take().unwrap();
        sshd.kill().unwrap();
        sshd.wait().unwrap();
    }

    pub(crate) fn start_gate(&mut self) {
        let (out, err) = (self.path("gate.out"), self.path("gate.err"));
        let mut command = Command::new(SIDECAR);
        command.arg("git-gate").args(["--listen", "127.0.0.1:0"]);
        for folder in ["config", "run", "data"] {
            command.arg(format!("--{folder}")).arg(self.path(folder));
        }
        command
            .env("BOTTLE_LOG", "debug")
            .env("BOTTLE_IDENTITY", "tester-abc12")
            .stdin(Stdio::null())
            .stdout(
                File::options()
                    .create(true)
                    .append(true)
                    .open(&out)
                    .unwrap(),
            )
            .stderr(File::create(&err).unwrap());
        self.gate = Some(command.spawn().unwrap());
        let address = wait_for("the gate listens", || {
            let text = fs::read_to_string(&err).unwrap();
            let line = text.lines().find(|line| line.contains("git-gate listens"));
            let (_, address) = line?.split_once("address=")?;
            address.trim().parse().ok()
        });
        self.address = address;
    }

    /// Hands over this key for all remotes there might be.
    pub(crate) fn hand_over(&self, key: &str) {
        let key = fs::read_to_string(self.path(key)).unwrap();
        let document = serde_json::json!({
            "version": 1,
            "slots": {},
            "known": [{ "name": "OWN", "value": OWN_VALUE, "hosts": ["api.test"], "header": "authorization" }],
            "git_keys": { "app": key, "two": key },
        });
        let mut put = Command::new(SIDECAR);
        put.args(["secrets", "put", "--run"])
            .arg(self.path("run"))
            .stdin(Stdio::piped());
        let mut put = put.spawn().unwrap();
        put.stdin
            .take()
            .unwrap()
            .write_all(document.to_string().as_bytes())
            .unwrap();
        assert!(put.wait().unwrap().success());
    }

    pub(crate) fn signal_gate(&self, signal: Signal) {
        kill_process(Pid::from_child(self.gate.as_ref().unwrap()), signal).unwrap();
    }

    /// Asks the gate to stop; how long that took.
    pub(crate) fn stop_gate(&mut self) -> Duration {
        let start = Instant::now();
        self.signal_gate(Signal::TERM);
        assert!(self.gate.take().unwrap().wait().unwrap().success());
        start.elapsed()
    }

    pub(crate) fn is_healthy(&self) -> bool {
        let mut health = Command::new(SIDECAR);
        health
            .args(["health", "git-gate"])
            .env("BOTTLE_LISTEN", self.address.to_string());
        health.stderr(Stdio::null()).status().unwrap().success()
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("git://{}/{name}", self.address)
    }

    /// A git of a client, which has no settings and no key.
    pub(crate) fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args(["-c", "advice.detachedHead=false"])
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "Tester")
                .env(format!("GIT_{who}_EMAIL"), "tester@example.test");
        }
        command
    }

    /// Runs it; what it printed, and whether it was content.
    pub(crate) fn try_git(&self, folder: &Path, arguments: &[&str]) -> (bool, String) {
        let output = self.command(folder, arguments).output().unwrap();
        (output.status.success(), text(&output))
    }

    /// Runs one that must work; its standard output.
    #[track_caller]
    pub(crate) fn git(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.command(folder, arguments).output().unwrap();
        assert!(
            output.status.success(),
            "git {arguments:?}: {}\n{}",
            text(&output),
            self.gate_words()
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Runs one that must fail; all that it printed.
    #[track_caller]
    pub(crate) fn git_fails(&self, folder: &Path, arguments: &[&str]) -> String {
        let (ok, said) = self.try_git(folder, arguments);
        assert!(!ok, "git {arguments:?} worked: {said}");
        said
    }

    fn gate_words(&self) -> String {
        fs::read_to_string(self.path("gate.err")).unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn clone_app(&self, name: &str) -> PathBuf {
        let folder = self.path("clones").join(name);
        self.git(
            Path::new("/"),
            &[
                "clone",
                "--quiet",
                &self.url("app"),
                folder.to_str().unwrap(),
            ],
        );
        folder
    }

    /// A commit with one file; its id.
    pub(crate) fn commit(&self, folder: &Path, file: &str, content: &str) -> String {
        fs::write(folder.join(file), content).unwrap();
        self.git(folder, &["add", "--all"]);
        self.git(
            folder,
            &["commit", "--quiet", "-m", &format!("change {file}")],
        );
        self.git(folder, &["rev-parse", "HEAD"])
    }

    /// A clone with one commit that the upstream has, too.
    pub(crate) fn seeded(&self) -> PathBuf {
        let folder = self.clone_app("first");
        self.commit(&folder, "README", "hello\n");
        self.git(
            &folder,
            &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
        );
        folder
    }

    /// What a ref of the upstream is.
    pub(crate) fn upstream_ref(&self, name: &str) -> Option<String> {
        let path = self.path("app.git");
        let (ok, said) = self.try_git(&path, &["rev-parse", "--verify", "--quiet", name]);
        ok.then(|| said.trim().to_owned())
    }

    /// Does something in the upstream itself.
    #[track_caller]
    pub(crate) fn upstream(&self, arguments: &[&str]) -> String {
        self.git(&self.path("app.git"), arguments)
    }

    /// Puts a hook into the upstream.
    pub(crate) fn upstream_hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path("app.git/hooks").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What the upstream was asked for, so far.
    pub(crate) fn contacts(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("contacts")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How often somebody has logged in at the upstream.
    pub(crate) fn logins(&self) -> usize {
        let log = fs::read_to_string(self.path("sshd.log")).unwrap();
        log.matches("Accepted publickey").count()
    }

    /// How often something was pushed to the upstream.
    pub(crate) fn pushes_upstream(&self) -> usize {
        let contacts = self.contacts();
        contacts
            .iter()
            .filter(|each| each.contains("receive-pack"))
            .count()
    }

    pub(crate) fn mirror(&self) -> PathBuf {
        self.path("data/app.git")
    }

    /// What pushes that are not decided have left in the mirror.
    pub(crate) fn quarantines(&self) -> Vec<String> {
        let entries = fs::read_dir(self.mirror().join("objects")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.len() > 2 && name != "info" && name != "pack")
            .collect()
    }

    /// Waits until nothing is left of pushes: the client has its answer a moment before git has cleaned up.
    #[track_caller]
    pub(crate) fn no_quarantine(&self) {
        wait_for("no quarantine", || {
            self.quarantines().is_empty().then_some(())
        });
    }

    pub(crate) fn decisions(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("gate.out")).unwrap();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Waits for a line of the log.
    #[track_caller]
    pub(crate) fn decision(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_for("a line of the log", || {
            self.decisions().into_iter().find(|line| wanted(line))
        })
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes, half-closes, and reads all that comes.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for child in [&mut self.gate, &mut self.sshd].into_iter().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A value of the bottle itself.
pub(crate) const OWN_VALUE: &str = "sentinel-own-value-83b1c5";

/// A text that looks like a token, made up anew.
pub(crate) fn made_up_token() -> String {
    let mut bytes = [0; 36];
    getrandom::fill(&mut bytes).unwrap();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let tail: String = bytes
        .iter()
        .map(|byte| char::from(letters[usize::from(*byte) % letters.len()]))
        .collect();
    ["gh", "p_", &tail].concat()
}

/// A pkt-line.
pub(crate) fn pkt(content: &str) -> Vec<u8> {
    format!("{:04x}{content}", content.len() + 4).into_bytes()
}

/// Waits until there is something.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn text(output: &Output) -> String {
    let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&all).into_owned()
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
