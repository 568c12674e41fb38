//! The engine, asked by Docker's own program: an independent witness.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The engine that the suite is run on, when it is not the one at Docker's own socket.
pub(crate) fn host() -> Option<String> {
    env::var("DOCKER_HOST").ok()
}

/// The socket of that engine.
pub(crate) fn socket() -> PathBuf {
    let host = host().unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned());
    PathBuf::from(host.strip_prefix("unix://").unwrap())
}

/// What `docker` prints; its failure is the test's.
pub(crate) fn docker(args: &[&str]) -> String {
    let output = Command::new("docker").args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "docker {args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// The only document of what `docker inspect` prints.
pub(crate) fn docker_json(args: &[&str]) -> Value {
    let documents: Value = serde_json::from_str(&docker(args)).unwrap();
    documents[0].clone()
}

/// Names of containers and networks with a label.
pub(crate) fn left_of(label: &str) -> Vec<String> {
    let filter = format!("label={label}");
    let containers = docker(&["ps", "--all", "--filter", &filter, "--format", "{{.Names}}"]);
    let networks = docker(&[
        "network",
        "ls",
        "--filter",
        &filter,
        "--format",
        "{{.Name}}",
    ]);
    containers
        .lines()
        .chain(networks.lines())
        .map(str::to_owned)
        .collect()
}
