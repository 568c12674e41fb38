//! The program itself, with a home of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::left_of;

/// How long a bottle may take to come up or to go.
const PATIENCE: Duration = Duration::from_mins(1);

/// A home with the agent `dev`.
pub(crate) struct Cli {
    home: TempDir,
}

/// A bottle whose program runs in the background.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) identity: String,
}

impl Running {
    /// Sends a signal to the program.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }
}

/// A test that failed must not leave a bottle for the next one to find.
impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("TERM");
            let _ = self.child.wait();
        }
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

impl Cli {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for (folder, text) in [
            ("agents", "---\nbottle: dev\n---\nBe careful.\n"),
            (
                "bottles",
                "---\nprovider: command\nenv:\n  GREETING: hello\n---\n",
            ),
        ] {
            fs::create_dir(home.path().join(folder)).unwrap();
            fs::write(home.path().join(folder).join("dev.md"), text).unwrap();
        }
        Self { home }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bottle"));
        command
            .args(args)
            .env("BOTTLE_HOME", self.home())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Starts a command in a bottle and waits until it runs.
    pub(crate) fn background(&self, script: &str) -> Running {
        self.backgrounds(1, script).remove(0)
    }

    /// Starts a command in several bottles at once and waits until it runs in all of them.
    pub(crate) fn backgrounds(&self, count: usize, script: &str) -> Vec<Running> {
        let said = tempfile::tempdir().unwrap();
        let script = format!("echo $BOTTLE_IDENTITY; {script}");
        let starts = (0..count).map(|number| {
            let out = said.path().join(number.to_string());
            let mut command = self.command(&["run", "dev", "--", "sh", "-c", &script]);
            let file = fs::File::create(&out).unwrap();
            let child = command.stdout(file).stderr(Stdio::piped()).spawn();
            (child.unwrap(), out)
        });
        let starts: Vec<(Child, PathBuf)> = starts.collect();
        let running = starts.into_iter().map(|(child, out)| {
            let identity = || fs::read_to_string(&out).unwrap();
            wait_until("the session", || identity().ends_with('\n'));
            Running {
                child,
                identity: identity().trim_end().to_owned(),
            }
        });
        running.collect()
    }

    /// The names of the runs that there is something of.
    pub(crate) fn identities(&self) -> Vec<String> {
        let output = self.output(&["list", "--json"]);
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let runs = list["runs"].as_array().unwrap().iter();
        runs.map(|run| run["identity"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn state(&self, identity: &str) -> PathBuf {
        self.home().join("state").join(identity)
    }

    /// What the engine has of this home.
    pub(crate) fn left(&self) -> Vec<String> {
        let home = fs::canonicalize(self.home()).unwrap();
        left_of(&format!("bottle.home={}", home.display()))
    }
}

impl Cli {
    /// Whether the engine has nothing of this home any more; networks may take a moment longer than the prompt.
    pub(crate) fn is_gone(&self) -> bool {
        wait_until("the end of its networks", || self.left().is_empty());
        true
    }
}

/// Waits, with a bound.
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < until, "{what} took too long");
        sleep(Duration::from_millis(50));
    }
}
