//! The demo is the whole system in one command.

use std::process::Output;

use super::support::{Cli, left_of};
use serde_json::Value;

fn assert_all_right(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{text}\n{words}");
    let table: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(table["ok"], true, "{text}");
    let rows = table["rows"].as_array().unwrap();
    assert!(rows.len() >= 24, "{text}");
    // With the images of scripts/setup nothing is left out, least of all what git does.
    assert!(rows.iter().all(|row| row["ok"] == true), "{text}");
    let git = |what: &str| {
        let mut tried = rows.iter().filter_map(|row| row["tried"].as_str());
        tried.any(|tried| tried.starts_with("git ") && tried.contains(what))
    };
    for what in ["clone", "push of a commit", "AWS-style key"] {
        assert!(git(what), "{what}: {text}");
    }
}

fn demo_folders() -> usize {
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    entries
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("bottle-demo-")
        })
        .count()
}

#[test]
fn two_at_once_are_right_and_leave_nothing() {
    let cli = Cli::new();
    let first = cli
        .command(&["demo", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    assert_all_right(&cli.output(&["demo", "--json"]));
    assert_all_right(&first.wait_with_output().unwrap());
    let left: Vec<String> = left_of("bottle.identity")
        .into_iter()
        .filter(|name| name.contains("bottle-demo-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(demo_folders(), 0);
}

#[test]
fn without_an_engine_it_says_so_shows_the_rest_and_fails() {
    let output = Cli::new()
        .command(&["demo"])
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(125));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(err.contains("/nonexistent/docker.sock"), "{err}");
    assert!(
        out.contains("host.not_allowed") && out.contains("docker-compose.yml"),
        "{out}"
    );
}
