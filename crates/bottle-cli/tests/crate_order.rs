//! Arrows between our crates point one way (see `ARCHITECTURE.md`).
#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which of our crates each of them may import.
const ALLOWED: &[(&str, &[&str])] = &[
    ("bottle-core", &[]),
    ("bottle-ca", &["core"]),
    ("bottle-egress", &["core"]),
    ("bottle-pipelock", &["core", "egress"]),
    ("bottle-git", &["core"]),
    ("bottle-compose", &["core"]),
    ("bottle-state", &["core"]),
    (
        "bottle-run",
        &[
            "ca", "compose", "core", "egress", "git", "pipelock", "state",
        ],
    ),
    ("bottle-docker", &["compose", "core", "run"]),
    ("bottle-proxy", &["ca", "core", "egress", "pipelock"]),
    ("bottle-demo", &["ca", "core"]),
    ("bottle-git-gate", &["core", "git", "pipelock"]),
    ("bottle-supervise", &["core", "state"]),
    (
        "bottle-sidecar",
        &["core", "demo", "git-gate", "proxy", "supervise"],
    ),
    (
        "bottle-cli",
        &[
            "compose", "core", "demo", "docker", "egress", "git", "pipelock", "run", "sidecar",
            "state",
        ],
    ),
];

/// What must stay out of crates that promise not to have it.
const NEVER: &[(&str, &[&str])] = &[
    ("bottle-core", &["tokio", "hyper", "bollard", "rustls"]),
    ("bottle-ca", &["tokio", "hyper", "bollard", "getrandom"]),
    ("bottle-egress", &["tokio", "hyper", "bollard"]),
    ("bottle-pipelock", &["tokio", "hyper", "bollard"]),
    ("bottle-git", &["tokio", "hyper", "bollard"]),
    ("bottle-compose", &["tokio", "hyper", "bollard"]),
    ("bottle-state", &["tokio", "bollard"]),
    ("bottle-run", &["bollard", "clap", "tokio"]),
    (
        "bottle-git-gate",
        &["hyper", "bollard", "bottle-proxy", "bottle-state"],
    ),
    ("bottle-proxy", &["bollard", "bottle-state"]),
    ("bottle-supervise", &["bollard", "rustls"]),
    ("bottle-cli", &["hyper", "rustls", "bollard"]),
];

fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let packages = metadata.workspace_packages().into_iter();
    packages
        .map(|package| {
            let normal = package
                .dependencies
                .iter()
                .filter(|each| each.kind == DependencyKind::Normal);
            (
                package.name.to_string(),
                normal.map(|each| each.name.clone()).collect(),
            )
        })
        .collect()
}

#[test]
fn only_allowed_edges() {
    let imports = imports();
    let named: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let there: BTreeSet<&str> = imports.keys().map(String::as_str).collect();
    assert_eq!(there, named, "every crate has a line in the table");
    for (name, allowed) in ALLOWED {
        let ours = imports[*name]
            .iter()
            .filter_map(|import| import.strip_prefix("bottle-"));
        let ours: BTreeSet<&str> = ours.collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert_eq!(ours, allowed, "{name}");
    }
}

#[test]
fn what_a_crate_must_never_import() {
    let imports = imports();
    for (name, never) in NEVER {
        for each in *never {
            assert!(!imports[*name].contains(*each), "{name} imports {each}");
        }
    }
}
