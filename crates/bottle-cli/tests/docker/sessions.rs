//! A bottle that runs is looked at, entered and ended from outside; one that was kept goes on.

use std::time::Duration;

use serde_json::Value;

use super::support::{Cli, docker, left_of};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_running_bottle_is_entered_read_and_ended() {
    let cli = Cli::new();
    let mut running = cli.background("sleep 300");
    let identity = running.identity.clone();

    let inside = cli.output(&[
        "attach",
        &identity,
        "--",
        "sh",
        "-c",
        "hostname -I; echo $GREETING; exit 4",
    ]);
    assert_eq!(inside.status.code(), Some(4), "{}", text(&inside.stderr));
    assert!(text(&inside.stdout).contains("hello"));

    let info = cli.output(&["info", &identity, "--json"]);
    let info: Value = serde_json::from_slice(&info.stdout).unwrap();
    assert_eq!(info["condition"], "running");
    assert_eq!(info["services"]["egress"], "running");
    let address = info["metadata"]["networks"]["internal"].as_str().unwrap();
    let prefix = address.rsplit_once('.').unwrap().0;
    assert!(text(&inside.stdout).contains(prefix), "{address}");

    let logs = cli.output(&["logs", &identity, "--service", "egress", "--json"]);
    let first = text(&logs.stdout);
    let first: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    assert_eq!(first["service"], "egress");

    let stopped = cli.output(&["stop", &identity]);
    assert_eq!(stopped.status.code(), Some(0), "{}", text(&stopped.stderr));
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    assert!(cli.is_gone());
    let again = cli.output(&["stop", &identity]);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stderr));
    let attach = cli.output(&["attach", &identity, "--", "true"]);
    assert_eq!(attach.status.code(), Some(2));
    assert!(text(&attach.stderr).contains("does not run"));

    let saved = cli.output(&["logs", &identity, "--tail", "1"]);
    assert_eq!(text(&saved.stdout).lines().count(), 1);
    let unknown = cli.output(&["logs", "dev-zzzzz"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn logs_are_followed_until_the_bottle_ends() {
    let cli = Cli::new();
    let mut running = cli.background("curl -sS -m 5 https://refused.example/ ; sleep 300");
    let mut follow = cli.command(&["logs", "--follow", &running.identity]);
    let follow = follow.stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    cli.output(&[
        "attach",
        &running.identity,
        "--",
        "curl",
        "-sS",
        "https://later.example/",
    ]);
    running.signal("TERM");
    running.child.wait().unwrap();
    let shown = text(&follow.wait_with_output().unwrap().stdout);
    assert!(
        shown.contains("refused.example") && shown.contains("later.example"),
        "{shown}"
    );
}

#[test]
fn what_a_bottle_was_refused_is_suggested_while_it_runs_and_afterwards() {
    let cli = Cli::new();
    std::fs::write(
        cli.home().join("bottles/dev.md"),
        "---\nprovider: command\negress:\n  allowlist: [never.example]\n---\n",
    )
    .unwrap();
    let mut running = cli.background("sleep 300");
    let identity = running.identity.clone();
    for path in ["/v1/users/17", "/v1/users/18?key=1"] {
        let url = format!("https://refused.example{path}");
        cli.output(&["attach", &identity, "--", "curl", "-sS", &url]);
    }
    let advice = || -> Value {
        let output = cli.output(&["suggest", &identity, "--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let live = advice();
    let first = &live["suggestions"][0];
    assert_eq!(first["route"]["host"], "refused.example");
    assert_eq!(first["route"]["path_allowlist"][0], "/v1/users");
    assert_eq!(first["route"]["methods"], serde_json::json!(["GET"]));
    assert_eq!(first["requests"], 2);
    assert_eq!(first["codes"][0], "host.not_allowed");
    assert_eq!(live["unused"][0]["host"], "never.example");
    assert_eq!(live["unused"][0]["origin"]["line"], 4);

    cli.output(&["stop", &identity]);
    running.child.wait().unwrap();
    assert_eq!(advice(), live);
}

#[test]
fn what_a_copy_held_comes_back_and_the_operators_folder_stays_as_it_is() {
    let cli = Cli::new();
    std::fs::write(
        cli.home().join("bottles/dev.md"),
        "---\nprovider: command\nworkspace: copy\n---\n",
    )
    .unwrap();
    let project = tempfile::tempdir().unwrap();
    std::fs::write(project.path().join("notes.txt"), "one\n").unwrap();
    let run = |args: &[&str]| {
        let output = cli.command(args).current_dir(project.path()).output();
        output.unwrap()
    };
    let script =
        "cd /workspace && echo two >> notes.txt && ln -s /etc/shadow link && id -u && exit 3";
    let first = run(&["run", "dev", "--", "sh", "-c", script]);
    assert_eq!(first.status.code(), Some(3), "{}", text(&first.stderr));
    assert_eq!(text(&first.stdout), "1000\n");
    assert!(text(&first.stderr).contains("bottle resume "));
    let identity = cli.identities().pop().unwrap();
    let second = run(&[
        "resume",
        &identity,
        "--yes",
        "--",
        "sh",
        "-c",
        "pwd; cat notes.txt; readlink link",
    ]);
    assert_eq!(
        text(&second.stdout),
        "/workspace\none\ntwo\n/etc/shadow\n",
        "{}",
        text(&second.stderr)
    );
    assert_eq!(second.status.code(), Some(0));
    assert!(cli.identities().is_empty());
    let notes = std::fs::read_to_string(project.path().join("notes.txt")).unwrap();
    assert_eq!(notes, "one\n");
    let exposed = cli
        .command(&["run", "dev", "--", "true"])
        .current_dir("/")
        .output();
    let exposed = exposed.unwrap();
    assert_eq!(exposed.status.code(), Some(125));
    assert!(
        text(&exposed.stderr).contains("would show the agent"),
        "{}",
        text(&exposed.stderr)
    );
    assert!(cli.is_gone());
}

#[test]
fn an_orphan_is_ended_resumed_and_removed_by_name() {
    let cli = Cli::new();
    let mut running = cli.background("sleep 300");
    let identity = running.identity.clone();
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let locked = cli.output(&["resume", &identity, "--yes", "--", "true"]);
    assert_eq!(locked.status.code(), Some(125));
    assert!(
        text(&locked.stderr).contains("was not taken down"),
        "{}",
        text(&locked.stderr)
    );
    let stopped = cli.output(&["stop", &identity]);
    assert_eq!(stopped.status.code(), Some(0), "{}", text(&stopped.stderr));
    assert!(cli.is_gone());
    let resumed = cli.output(&["resume", &identity, "--yes", "--", "sh", "-c", "exit 6"]);
    assert_eq!(resumed.status.code(), Some(6), "{}", text(&resumed.stderr));
    assert!(cli.is_gone());
    let crashed = cli.output(&["cleanup", "--yes"]);
    assert!(text(&crashed.stdout).contains("nothing is left behind"));
    assert!(cli.state(&identity).exists());
    let named = cli.output(&["cleanup", "--yes", &identity]);
    assert_eq!(named.status.code(), Some(0), "{}", text(&named.stderr));
    assert!(!cli.state(&identity).exists());
}

#[test]
fn a_container_that_was_removed_meanwhile_does_not_stop_the_teardown() {
    let cli = Cli::new();
    let mut running = cli.background("sleep 300");
    for service in ["pipelock", "agent"] {
        docker(&[
            "rm",
            "--force",
            &format!("bottle-{}-{service}", running.identity),
        ]);
    }
    let ended = running.child.wait().unwrap().code();
    assert!(ended.is_some_and(|code| code != 0), "{ended:?}");
    assert!(cli.is_gone());
    assert!(left_of(&format!("bottle.identity={}", running.identity)).is_empty());
}

#[test]
fn another_image_and_the_same_conversation() {
    let cli = Cli::new();
    let manifest = "---\nprovider: claude\nimage: bottle-agent:latest\n---\n";
    std::fs::write(cli.home().join("bottles/dev.md"), manifest).unwrap();
    let talk = "mkdir -p ~/.claude/projects/-workspace && echo '{\"said\":\"hello\"}' > ~/.claude/projects/-workspace/1.jsonl; \
        ln -s /etc/shadow ~/.claude/projects/link; sleep 300";
    let mut running = cli.background(talk);
    let identity = running.identity.clone();
    let missing = cli.home().join("missing.Dockerfile");
    std::fs::write(&missing, "FROM no-such-image:1\n").unwrap();
    let refused = cli.output(&[
        "rebuild",
        &identity,
        "--dockerfile",
        missing.to_str().unwrap(),
    ]);
    assert_eq!(refused.status.code(), Some(125));
    assert!(
        matches!(running.child.try_wait(), Ok(None)),
        "it goes on as it is"
    );
    let wanted = cli.home().join("wanted.Dockerfile");
    std::fs::write(&wanted, "FROM bottle-agent:latest\nENV CAPABILITY=new\n").unwrap();
    let rebuilt = cli.output(&[
        "rebuild",
        &identity,
        "--dockerfile",
        wanted.to_str().unwrap(),
    ]);
    assert_eq!(rebuilt.status.code(), Some(0), "{}", text(&rebuilt.stderr));
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    let script =
        "echo $CAPABILITY; cat ~/.claude/projects/-workspace/1.jsonl; ls ~/.claude/projects";
    let resumed = cli.output(&["resume", &identity, "--yes", "--", "sh", "-c", script]);
    assert_eq!(
        text(&resumed.stdout),
        "new\n{\"said\":\"hello\"}\n-workspace\n",
        "{}",
        text(&resumed.stderr)
    );
    assert!(cli.is_gone() && cli.identities().is_empty());
    for image in docker(&["images", "--quiet", "bottle-image-dev"]).lines() {
        docker(&["image", "rm", "--force", image]);
    }
}
