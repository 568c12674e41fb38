//! Values that are asked for, taken from the host and read from a file, searched for in everything that a run leaves
//! behind or shows.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

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

#[test]
fn no_artefact_of_a_full_run_holds_a_secret() {
    let cli = Cli::new();
    fs::write(cli.home().join("bottles/dev.md"), BOTTLE).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("token");
    fs::write(&file, format!("{FILED}\n")).unwrap();
    let inner = "printf %s \"$ASKED$TAKEN$PLAIN\" | sha256sum; echo ready; sleep 4; exit 3";
    let bottle = env!("CARGO_BIN_EXE_bottle");
    let typed = format!("exec {bottle} start dev --yes -- sh -c '{inner}'");
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &typed, "/dev/null"])
        .env("BOTTLE_HOME", cli.home())
        .env("HOST_TAKEN", TAKEN)
        .env("HOST_FILED_FILE", &file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let shown = Arc::new(Mutex::new(String::new()));
    let mut stdout = child.stdout.take().unwrap();
    let screen = Arc::clone(&shown);
    let reader = thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length) = stdout.read(&mut bytes) {
            if length == 0 {
                break;
            }
            screen
                .lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    });
    let shows = |text: &str| shown.lock().unwrap().contains(text);
    wait_until("the question", || shows("Say it: "));
    let mut keyboard = child.stdin.take().unwrap();
    keyboard.write_all(format!("{ASKED}\n").as_bytes()).unwrap();
    wait_until("the session", || shows("ready"));

    let mut found = vec![("arguments".to_owned(), arguments())];
    let identity = cli.identities().pop().unwrap();
    for service in ["agent", "egress", "pipelock"] {
        let container = format!("bottle-{identity}-{service}");
        found.push((
            format!("inspect {service}"),
            docker(&["inspect", &container]),
        ));
        found.push((format!("logs {service}"), docker(&["logs", &container])));
    }
    files(cli.home(), &mut found);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    drop(keyboard);
    reader.join().unwrap();
    files(cli.home(), &mut found);
    found.push(("the terminal".to_owned(), shown.lock().unwrap().clone()));
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
    let holds = |place: &str| {
        found
            .iter()
            .any(|(name, text)| name.ends_with(place) && text.contains(LITERAL))
    };
    for place in ["docker-compose.yml", "inspect agent", "info dev"] {
        assert!(holds(place), "{place}");
    }
    // The session had all three.
    let digest = Command::new("sh")
        .args([
            "-c",
            "printf %s \"$1\" | sha256sum",
            "sh",
            &format!("{ASKED}{TAKEN}{LITERAL}"),
        ])
        .output()
        .unwrap();
    let digest = String::from_utf8(digest.stdout).unwrap();
    assert!(
        shows(digest.split(' ').next().unwrap()),
        "{}",
        shown.lock().unwrap()
    );
    assert!(cli.left().is_empty());
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
