//! Values that are asked for, taken from the host and read from a file, searched for in everything that a run leaves
//! behind or shows.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::support::{Cli, docker, wait_until};

const ASKED: &str = "sentinel-asked-5b1fd07c";
const TAKEN: &str = "sentinel-taken-91c04e2a";
const FILED: &str = "sentinel-filed-c77e3b18";
/// Not a secret: what must be found, or the search would prove nothing.
const LITERAL: &str = "literal-4d2a9f60";

const BOTTLE: &str = "\
---
provider: command
env:
  ASKED: ?Say it
  TAKEN: ${HOST_TAKEN}
  PLAIN: literal-4d2a9f60
egress:
  routes:
    - host: api.example.com
      auth: {scheme: Bearer, token_ref: HOST_FILED}
---
";

/// Every file below a folder, with its name.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        } else if let Ok(bytes) = fs::read(&path) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

/// The arguments of every process of this machine, the containers' too.
fn arguments() -> String {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " ") + "\n")
        .collect()
}

/// A session on a terminal of its own, and what that terminal showed so far.
struct Session {
    child: Child,
    screen: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Session {
    fn start(cli: &Cli, file: &Path) -> Self {
        let inner = "printf %s \"$ASKED$TAKEN$PLAIN\" | sha256sum; echo ready; sleep 4; exit 3";
        let bottle = env!("CARGO_BIN_EXE_bottle");
        let typed = format!("exec {bottle} start dev --yes -- sh -c '{inner}'");
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &typed, "/dev/null"])
            .env("BOTTLE_HOME", cli.home())
            .env("HOST_TAKEN", TAKEN)
            .env("HOST_FILED_FILE", file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let mut stdout = child.stdout.take().unwrap();
        let shown = Arc::clone(&screen);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = stdout.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..length]);
                shown.lock().unwrap().push_str(&text);
            }
        });
        Self {
            child,
            screen,
            reader,
        }
    }

    fn wait_for(&self, text: &str) {
        wait_until(text, || self.screen.lock().unwrap().contains(text));
    }

    /// Types the answer when it is asked for: before that, the terminal would show it.
    fn answer(&mut self, question: &str, answer: &str) {
        self.wait_for(question);
        let keyboard = self.child.stdin.as_mut().unwrap();
        keyboard
            .write_all(format!("{answer}\n").as_bytes())
            .unwrap();
    }

    /// The exit code, and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        let keyboard = self.child.stdin.take();
        let code = self.child.wait().unwrap().code();
        drop(keyboard);
        self.reader.join().unwrap();
        (code, self.screen.lock().unwrap().clone())
    }
}

/// What the engine and the machine can tell while the bottle runs.
fn while_it_runs(identity: &str) -> Vec<(String, String)> {
    let mut found = vec![("arguments".to_owned(), arguments())];
    for service in ["agent", "egress", "pipelock"] {
        let container = format!("bottle-{identity}-{service}");
        for verb in ["inspect", "logs"] {
            found.push((format!("{verb} {service}"), docker(&[verb, &container])));
        }
    }
    found
}

/// What the session printed to prove that it had all three values.
fn digest() -> String {
    let all = format!("{ASKED}{TAKEN}{LITERAL}");
    let script = ["-c", "printf %s \"$1\" | sha256sum", "sh", &all];
    let output = Command::new("sh").args(script).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(' ').next().unwrap().to_owned()
}

#[test]
fn no_artefact_of_a_full_run_holds_a_secret() {
    let cli = Cli::new();
    fs::write(cli.home().join("bottles/dev.md"), BOTTLE).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("token");
    fs::write(&file, format!("{FILED}\n")).unwrap();
    let mut session = Session::start(&cli, &file);
    session.answer("Say it: ", ASKED);
    session.wait_for("ready");
    let identity = cli.identities().pop().unwrap();
    let mut found = while_it_runs(&identity);
    files(cli.home(), &mut found);
    let (code, screen) = session.end();
    assert_eq!(code, Some(3));
    assert!(screen.contains(&digest()), "{screen}");
    files(cli.home(), &mut found);
    found.push(("the terminal".to_owned(), screen));
    for args in [
        &["list", "--json"][..],
        &["info", "dev"],
        &["info", "dev", "--json"],
    ] {
        let output = cli.output(args);
        found.push((args.join(" "), String::from_utf8(output.stdout).unwrap()));
    }
    for (place, text) in &found {
        for secret in [ASKED, TAKEN, FILED] {
            assert!(!text.contains(secret), "{place} holds {secret}");
        }
    }
    // The search finds what is there.
    for place in ["docker-compose.yml", "inspect agent", "info dev"] {
        let holds =
            |(name, text): &(String, String)| name.ends_with(place) && text.contains(LITERAL);
        assert!(found.iter().any(holds), "{place}");
    }
    assert!(cli.is_gone());
}

#[test]
fn a_missing_value_is_named_before_anything_starts() {
    let cli = Cli::new();
    fs::write(cli.home().join("bottles/dev.md"), BOTTLE).unwrap();
    let output = cli.output(&["run", "dev", "--", "true"]);
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(125), "{words}");
    assert!(
        words.contains("no value for HOST_FILED, HOST_TAKEN"),
        "{words}"
    );
    assert!(!cli.home().join("state").exists());
    assert!(cli.left().is_empty());
}
