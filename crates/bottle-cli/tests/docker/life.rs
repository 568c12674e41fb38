//! A bottle goes, however it ends; its neighbours stay.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::support::{Cli, Screen, docker, docker_json, left_of, signal};

#[test]
fn the_code_and_all_streams_pass_through() {
    let cli = Cli::new();
    let script = "cat; echo out-$GREETING; echo err >&2; exit 7";
    let mut command = cli.command(&["run", "dev", "--", "sh", "-c", script]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"in\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "in\nout-hello\n");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("err\n"));
    let kept = cli.identities().pop().unwrap();
    assert!(cli.state(&kept).join("compose.log").exists());
    assert!(!cli.state(&kept).join("egress/ca-key.pem").exists());
    assert!(cli.is_gone());
    assert_eq!(
        cli.output(&["run", "dev", "--", "true"]).status.code(),
        Some(0)
    );
    assert_eq!(cli.identities(), [kept]);
}

#[test]
fn signals_end_it_with_130_and_nothing_is_left() {
    for name in ["INT", "TERM", "HUP"] {
        let cli = Cli::new();
        let mut running = cli.background("sleep 60");
        running.signal(name);
        assert_eq!(running.child.wait().unwrap().code(), Some(130), "{name}");
        assert!(cli.is_gone(), "{name}");
    }
}

#[test]
fn a_signal_while_it_starts_leaves_nothing_either() {
    for wait in [50, 300, 700, 1200] {
        let cli = Cli::new();
        let mut child = cli
            .command(&["run", "dev", "--", "sleep", "60"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        // Where this runs in the background of a script, interrupts are ignored until somebody listens to them.
        let code = loop {
            signal(child.id(), "INT");
            std::thread::sleep(std::time::Duration::from_secs(1));
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
        };
        // Before it listens to signals, one ends it at once: then there is nothing to take down.
        assert!(matches!(code, Some(130) | None), "{code:?}");
        assert!(cli.is_gone(), "after {wait} ms");
    }
}

#[test]
fn after_a_kill_the_walls_stand_until_cleanup_and_neighbours_stay() {
    let cli = Cli::new();
    let mut killed = cli.background("sleep 60");
    let mut neighbour = cli.background("sleep 60");
    let other = Cli::new();
    let mut stranger = other.background("sleep 60");
    docker(&[
        "network",
        "create",
        "--internal",
        "--label",
        "bottle.identity=not-ours",
        "bottle-decoy",
    ]);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    assert!(!left_of(&format!("bottle.identity={}", killed.identity)).is_empty());
    let dry = cli.output(&["cleanup", "--dry-run"]);
    assert!(String::from_utf8_lossy(&dry.stdout).contains(&killed.identity));
    let refused = cli.output(&["cleanup"]);
    assert_eq!(refused.status.code(), Some(2), "there is nobody to ask");
    let cleaned = cli.output(&["cleanup", "--yes"]);
    assert_eq!(
        cleaned.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&cleaned.stderr)
    );
    assert!(left_of(&format!("bottle.identity={}", killed.identity)).is_empty());
    assert!(!cli.state(&killed.identity).exists());
    assert_eq!(
        left_of(&format!("bottle.identity={}", neighbour.identity)).len(),
        5
    );
    assert_eq!(
        left_of(&format!("bottle.identity={}", stranger.identity)).len(),
        5
    );
    docker(&["network", "rm", "bottle-decoy"]);
    for running in [&mut neighbour, &mut stranger] {
        running.signal("TERM");
        assert_eq!(running.child.wait().unwrap().code(), Some(130));
    }
    assert!(cli.is_gone() && other.is_gone());
}

#[test]
fn limits_and_runtime_reach_the_container() {
    let cli = Cli::new();
    let bottle = |runtime: &str| {
        let text = format!(
            "---\nprovider: command\nlimits: {{cpus: 1.5, memory: 512m, pids: 64}}\nruntime: {runtime}\n---\n"
        );
        std::fs::write(cli.home().join("bottles/dev.md"), text).unwrap();
    };
    bottle("runc");
    let running = cli.background("sleep 60");
    let agent = format!("bottle-{}-agent", running.identity);
    let host = docker_json(&["inspect", &agent])["HostConfig"].clone();
    assert_eq!(host["NanoCpus"], 1_500_000_000);
    assert_eq!(host["Memory"], 512 * 1024 * 1024);
    assert_eq!(host["PidsLimit"], 64);
    assert_eq!(host["Runtime"], "runc");
    drop(running);
    bottle("no-such-runtime");
    let output = cli.output(&["run", "dev", "--", "true"]);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(125), "{words}");
    assert!(
        words.contains("no runtime `no-such-runtime`; it has: "),
        "{words}"
    );
    assert!(cli.is_gone());
}

#[test]
fn a_bad_manifest_starts_nothing() {
    let cli = Cli::new();
    std::fs::write(
        cli.home().join("bottles/dev.md"),
        "---\negress:\n  rotues: []\n---\n",
    )
    .unwrap();
    for args in [
        &["run", "dev", "--", "true"][..],
        &["start", "dev", "--yes"],
        &["render", "dev", "--out", "out"],
    ] {
        let output = cli.command(args).current_dir(cli.home()).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(
            words.contains("dev.md:3") && words.contains('^') && words.contains("routes"),
            "{words}"
        );
        assert!(!cli.home().join("state").exists() && !cli.home().join("out").exists());
        assert!(cli.is_gone());
    }
}

#[test]
fn a_session_has_the_operators_terminal() {
    let cli = Cli::new();
    let bottle = env!("CARGO_BIN_EXE_bottle");
    let inner = "test -t 0 && test -t 1 && sleep 1 && stty size && echo term=$TERM && exit 3";
    let typed = format!("stty rows 40 cols 90; exec {bottle} start dev --yes -- sh -c '{inner}'");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &typed, "/dev/null"])
        .env("BOTTLE_HOME", cli.home())
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(
        shown.contains("40 90") && shown.contains("term=xterm-256color"),
        "{shown}"
    );
    let without = cli.output(&["start", "dev", "--yes"]);
    assert_eq!(without.status.code(), Some(2));
    let dry = cli.output(&["start", "dev", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&dry.stdout).contains("bottle-agent:latest"));
    assert!(cli.is_gone());
}

/// Every file of a home, and every container, network and image of the engine.
fn everything(cli: &Cli) -> Vec<String> {
    let mut all = Vec::new();
    let mut waiting = vec![cli.home().to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let facts = path.symlink_metadata().unwrap();
            all.push(format!(
                "{} {:?}",
                path.display(),
                facts.modified().unwrap()
            ));
            if facts.is_dir() {
                waiting.push(path);
            }
        }
    }
    all.extend(cli.left());
    all
}

#[test]
fn what_does_not_start_leaves_no_trace() {
    let cli = Cli::new();
    let before = everything(&cli);
    let dry = cli.output(&["start", "dev", "--dry-run"]);
    assert_eq!(dry.status.code(), Some(0));
    assert_eq!(everything(&cli), before);
    let bottle = env!("CARGO_BIN_EXE_bottle");
    let mut declined = Screen::start(&[bottle, "start", "dev"], cli.home());
    declined.sees("Start? [y/N]");
    declined.types("n\n");
    assert_eq!(declined.ends(), 1);
    assert_eq!(everything(&cli), before);
    for (manifest, words) in [
        ("image: no-such-image:1", "no-such-image:1"),
        ("runtime: no-such-runtime", "no-such-runtime"),
        ("env: {KEY: '${NO_SUCH_VARIABLE}'}", "NO_SUCH_VARIABLE"),
        ("dockerfile: no.Dockerfile", "no.Dockerfile"),
        ("workspace: worktree", "is not in a git repository"),
    ] {
        let text = format!("---\nprovider: command\n{manifest}\n---\n");
        std::fs::write(cli.home().join("bottles/dev.md"), text).unwrap();
        let before = everything(&cli);
        let outside = tempfile::tempdir().unwrap();
        let failed = cli
            .command(&["run", "dev", "--", "true"])
            .current_dir(outside.path())
            .output();
        let failed = failed.unwrap();
        let said = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert_eq!(failed.status.code(), Some(125), "{said}");
        assert!(said.contains(words), "{said}");
        assert_eq!(everything(&cli), before, "{manifest}");
    }
}

#[test]
fn a_second_signal_does_not_cut_the_teardown_short() {
    let cli = Cli::new();
    let mut running = cli.background("sleep 60");
    running.signal("INT");
    std::thread::sleep(std::time::Duration::from_millis(100));
    running.signal("INT");
    running.signal("TERM");
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    assert!(cli.is_gone());
    assert!(cli.state(&running.identity).join("compose.log").exists());
}

#[test]
fn a_cleanup_while_one_starts_leaves_it_alone() {
    let cli = Cli::new();
    let mut starting = cli
        .command(&["run", "dev", "--", "sh", "-c", "exit 9"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut cleanups = 0;
    while starting.try_wait().unwrap().is_none() {
        let cleaned = cli.output(&["cleanup", "--yes"]);
        let said = String::from_utf8_lossy(&cleaned.stderr).into_owned();
        assert_eq!(cleaned.status.code(), Some(0), "{said}");
        cleanups += 1;
    }
    assert!(cleanups > 1);
    assert_eq!(starting.wait().unwrap().code(), Some(9));
    assert!(cli.is_gone());
}

#[test]
fn a_sidecar_that_is_not_well_is_told_with_its_last_words() {
    let cli = Cli::new();
    // A scanner that is none: it says what it makes of its arguments, and ends.
    let scanner = "bottle-test-scanner:1";
    let mut build = Command::new("docker")
        .args(["build", "--quiet", "--tag", scanner, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let dockerfile =
        "FROM bottle-agent:latest\nENTRYPOINT [\"sh\", \"-c\", \"echo cannot scan; exit 3\"]\n";
    build
        .stdin
        .take()
        .unwrap()
        .write_all(dockerfile.as_bytes())
        .unwrap();
    assert!(build.wait().unwrap().success());
    let manifest = format!("---\nprovider: command\npipelock:\n  image: {scanner}\n---\n");
    std::fs::write(cli.home().join("bottles/dev.md"), manifest).unwrap();
    let failed = cli.output(&["run", "dev", "--", "true"]);
    docker(&["image", "rm", "--force", scanner]);
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert_eq!(failed.status.code(), Some(125), "{said}");
    assert!(
        said.contains("pipelock") && said.contains("cannot scan"),
        "{said}"
    );
    assert!(cli.is_gone());
}
