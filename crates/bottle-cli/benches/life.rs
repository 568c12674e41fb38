//! From `bottle run … -- true` to its exit, split by phase, beside `docker compose` on the same file and a bare
//! `docker run` of the agent's image, in turns. Needs what `scripts/setup` makes, and `docker compose`.
//!
//!     cargo bench -p bottle-cli --bench life [-- --rounds N]
#![expect(
    clippy::expect_used,
    reason = "a bench ends with the first thing that goes wrong"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often each is done, unless said otherwise.
const ROUNDS: usize = 7;
/// How many kept bottles are listed.
const KEPT: usize = 100;
/// How long networks that go later have to be gone before the next turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// The steps of `--timings` that are the way to the session, and those that are the way back.
const START: [&str; 7] = [
    "reading and checking",
    "preparing the sidecar image",
    "creating the networks",
    "writing the compose file",
    "starting the containers",
    "waiting for the sidecars",
    "installing the certificate authority",
];
const END: [&str; 3] = [
    "collecting the logs",
    "removing containers and networks",
    "settling the state folder",
];

type Table = BTreeMap<String, Vec<f64>>;

fn main() {
    let rounds = rounds();
    let home = tempfile::tempdir().expect("a temporary folder");
    for (folder, text) in [
        ("agents", "---\nbottle: dev\n---\n"),
        ("bottles", "---\nprovider: command\n---\n"),
    ] {
        fs::create_dir(home.path().join(folder)).expect("a folder");
        fs::write(home.path().join(folder).join("dev.md"), text).expect("a manifest");
    }
    let file = ByHand::of(home.path());
    let mut table = Table::new();
    for round in 0..=rounds {
        let mut turn = Table::new();
        bottle(home.path(), &mut turn);
        file.turn(&mut turn);
        let bare = ["docker", "run", "--rm", "bottle-agent:latest", "true"];
        note(&mut turn, "docker run --rm of the agent", time(&bare));
        // The first one fills caches.
        if round > 0 {
            for (name, times) in turn {
                table.entry(name).or_default().extend(times);
            }
        }
    }
    lists(home.path(), rounds, &mut table);
    show(&table);
}

fn rounds() -> usize {
    let mut args = std::env::args().skip_while(|arg| arg != "--rounds").skip(1);
    args.next()
        .map_or(ROUNDS, |count| count.parse().expect("--rounds N"))
}

fn note(table: &mut Table, name: &str, milliseconds: f64) {
    table.entry(name.to_owned()).or_default().push(milliseconds);
}

fn command(argv: &[&str]) -> Command {
    let mut command = Command::new(argv.first().expect("a program"));
    command
        .args(argv.get(1..).unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// How long a command takes, in milliseconds.
fn time(argv: &[&str]) -> f64 {
    let begun = Instant::now();
    let status = command(argv).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{argv:?}");
    begun.elapsed().as_secs_f64() * 1000.0
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_bottle")
}

/// One run of ours, by its own account.
fn bottle(home: &Path, table: &mut Table) {
    let begun = Instant::now();
    let output = command(&[program(), "run", "dev", "--timings", "--", "true"])
        .env("BOTTLE_HOME", home)
        .output()
        .expect("bottle");
    let whole = begun.elapsed().as_secs_f64() * 1000.0;
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
    note(table, "bottle run: all of it, from outside", whole);
    let mut steps = BTreeMap::new();
    for line in words.lines() {
        let figure = line
            .strip_suffix(" ms")
            .and_then(|line| line.trim_end().rsplit_once(' '));
        if let Some((name, figure)) = figure {
            let figure: f64 = figure.parse().expect("milliseconds");
            note(table, &format!("bottle run: {}", name.trim()), figure);
            steps.insert(name.trim().to_owned(), figure);
        }
    }
    let sum = |names: &[&str]| names.iter().filter_map(|name| steps.get(*name)).sum();
    note(table, "bottle run: START, to the session", sum(&START));
    note(table, "bottle run: END, after the session", sum(&END));
    let until = Instant::now() + PATIENCE;
    while !left(home).is_empty() {
        assert!(Instant::now() < until, "networks are left");
        sleep(Duration::from_millis(20));
    }
}

fn left(home: &Path) -> String {
    let home = home.canonicalize().expect("a home");
    let filter = format!("label=bottle.home={}", home.display());
    let output = Command::new("docker")
        .args(["network", "ls", "--quiet", "--filter", &filter])
        .output()
        .expect("docker");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The compose file of a bottle, and its networks, as somebody would make them by hand.
struct ByHand {
    file: String,
    networks: Vec<Vec<String>>,
    _folder: tempfile::TempDir,
}

impl ByHand {
    /// Starts a bottle, kills its process, which leaves everything, and takes its containers and networks away.
    fn of(home: &Path) -> Self {
        let mut child = command(&[program(), "run", "dev", "--", "sleep", "600"])
            .env("BOTTLE_HOME", home)
            .spawn()
            .expect("bottle");
        let state = home.join("state");
        let folder = wait_for(|| fs::read_dir(&state).ok()?.next()?.ok());
        let identity = folder.file_name().to_string_lossy().into_owned();
        wait_for(|| {
            let agent = format!("bottle-{identity}-agent");
            let output = Command::new("docker").args(["top", &agent]).output();
            let text = String::from_utf8(output.ok()?.stdout).ok()?;
            text.contains("sleep 600").then_some(())
        });
        child.kill().expect("its process");
        child.wait().expect("its end");
        let kept = tempfile::tempdir().expect("a temporary folder");
        let status = Command::new("cp")
            .arg("-a")
            .arg(folder.path())
            .arg(kept.path())
            .status();
        assert!(status.is_ok_and(|status| status.success()));
        let metadata = fs::read(folder.path().join("metadata.json")).expect("metadata");
        let metadata: serde_json::Value = serde_json::from_slice(&metadata).expect("JSON");
        let networks = ["egress", "internal"].map(|role| {
            let subnet = metadata.pointer(&format!("/networks/{role}"));
            let subnet = subnet
                .and_then(serde_json::Value::as_str)
                .expect("a subnet");
            let name = format!("bottle-{identity}-{role}");
            let mut argv = vec!["docker", "network", "create", "--subnet", subnet];
            if role == "internal" {
                let inhibit = "com.docker.network.bridge.inhibit_ipv4=true";
                argv.extend(["--internal", "--opt", inhibit]);
            }
            argv.push(&name);
            argv.into_iter().map(str::to_owned).collect()
        });
        let cleanup = command(&[program(), "cleanup", "--yes", &identity])
            .env("BOTTLE_HOME", home)
            .stderr(Stdio::null())
            .status();
        assert!(cleanup.is_ok_and(|status| status.success()));
        // What is mounted lies elsewhere now.
        let path = kept.path().join(&identity);
        let file = path.join("docker-compose.yml");
        let text = fs::read_to_string(&file).expect("the file");
        let old = folder
            .path()
            .canonicalize()
            .unwrap_or_else(|_| folder.path());
        let text = text.replace(&*old.to_string_lossy(), &path.to_string_lossy());
        fs::write(&file, text).expect("the file");
        Self {
            file: file.to_string_lossy().into_owned(),
            networks: networks.into(),
            _folder: kept,
        }
    }

    fn turn(&self, table: &mut Table) {
        let compose = ["docker", "compose", "--file", &self.file];
        let with = |rest: &[&str]| time(&[&compose[..], rest].concat());
        let mut start = 0.0;
        for network in &self.networks {
            let argv: Vec<&str> = network.iter().map(String::as_str).collect();
            start += time(&argv);
        }
        let up = with(&["up", "--detach", "--pull", "never"]);
        note(table, "compose: up --detach alone", up);
        note(
            table,
            "compose: START, with both networks by hand",
            start + up,
        );
        let down = with(&["down", "--timeout", "1"]);
        let names = self.networks.iter().filter_map(|argv| argv.last());
        let mut remove = vec!["docker", "network", "rm"];
        remove.extend(names.map(String::as_str));
        let networks = time(&remove);
        note(table, "compose: down alone", down);
        note(
            table,
            "compose: END, with both networks by hand",
            down + networks,
        );
    }
}

fn wait_for<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "it took too long");
        sleep(Duration::from_millis(20));
    }
}

/// `bottle list` with many kept states.
fn lists(home: &Path, rounds: usize, table: &mut Table) {
    for number in 0..KEPT {
        let identity = format!("dev-{number:05}");
        let folder = home.join("state").join(&identity);
        fs::create_dir_all(&folder).expect("a folder");
        let metadata = serde_json::json!({
            "version": 1, "identity": identity, "agent": "dev", "bottle": "dev", "cwd": "/srv/project",
            "started_at": "2026-01-01T00:00:00Z", "compose_project": format!("bottle-{identity}"),
            "networks": { "internal": "10.213.0.0/28", "egress": "10.213.0.16/28" },
            "images": { "agent": "sha256:00", "sidecar": "sha256:00" },
        });
        fs::write(folder.join("metadata.json"), metadata.to_string()).expect("a file");
        fs::write(folder.join(".preserve"), "automatic\n").expect("a file");
    }
    for _ in 0..rounds {
        let begun = Instant::now();
        let output = command(&[program(), "list"])
            .env("BOTTLE_HOME", home)
            .stdout(Stdio::piped())
            .output()
            .expect("bottle");
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        let lines = String::from_utf8_lossy(&output.stdout);
        assert!(lines.lines().filter(|line| line.contains("kept")).count() == KEPT);
        note(table, "bottle list, with 100 kept states", took);
    }
    let bare = ["docker", "ps", "--all"];
    for _ in 0..rounds {
        note(table, "docker ps --all", time(&bare));
    }
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn show(table: &Table) {
    println!("medians, in milliseconds (least and most behind them)\n");
    for (name, times) in table {
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        let most = times.iter().copied().fold(0.0, f64::max);
        println!(
            "{name:<62}{:>9.1}   ({least:.1} to {most:.1})",
            median(times)
        );
    }
    let of = |name: &str| table.get(name).map_or(f64::NAN, |times| median(times));
    let ratio = |ours: &str, theirs: &str| of(ours) / of(theirs);
    println!(
        "\nstart    {:.2} x compose\nteardown {:.2} x compose",
        ratio(
            "bottle run: START, to the session",
            "compose: START, with both networks by hand"
        ),
        ratio(
            "bottle run: END, after the session",
            "compose: END, with both networks by hand"
        ),
    );
}
