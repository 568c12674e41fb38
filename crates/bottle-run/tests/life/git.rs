//! Bottles with remotes: keys go to git-gate alone, and nothing begins without them.

use std::collections::BTreeMap;
use std::path::Path;

use bottle_core::{GitRemote, GitUser, PushPolicy};
use bottle_git::GateFile;
use bottle_run::{Fate, GitKeys, PrepareError, PrepareRequest};
use serde_json::Value;

use crate::bench::{Bench, secret};
use crate::fake::{Call, Fake};

const HOST_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A key in an older form, made up: its body is a sentinel.
fn key() -> String {
    let label = ["RSA PRIVATE", "KEY"].join(" ");
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        secret("KEY")
    )
}

fn remote(identity_file: &Path) -> GitRemote {
    GitRemote {
        name: "app".parse().unwrap(),
        upstream: "ssh://git@git.example.com:2222/team/app.git"
            .parse()
            .unwrap(),
        identity_file: identity_file.to_str().unwrap().parse().unwrap(),
        known_host_key: Some(HOST_KEY.parse().unwrap()),
        extra_hosts: BTreeMap::new(),
        push: PushPolicy::default(),
    }
}

/// A bottle with one remote. Its key lies where nobody looks for leaks: it is the operator's.
fn with_remote(bench: &Bench, keys: &Path) -> PrepareRequest {
    let path = keys.join("key");
    std::fs::write(&path, key()).unwrap();
    let mut request = bench.request();
    request.plan.git = vec![remote(&path)];
    request.plan.git_user = GitUser {
        name: Some("Agent".parse().unwrap()),
        email: None,
    };
    request.git_keys = GitKeys::read(&request.plan, None).unwrap();
    assert!(!format!("{request:?}").contains(&secret("KEY")));
    request
}

#[tokio::test]
async fn the_gate_gets_the_keys_and_nobody_else() {
    let bench = Bench::new(&[]);
    let keys = tempfile::tempdir().unwrap();
    let outcome = bench
        .run_as(with_remote(&bench, keys.path()), 0)
        .await
        .unwrap();
    bench.assert_gone(&outcome, "a good run");
    let (handed, calls) = bench
        .fake
        .look(|engine| (engine.handed.clone(), engine.calls.clone()));
    for (service, document) in &handed {
        let document: Value = serde_json::from_str(document).unwrap();
        if service == "git-gate" {
            assert_eq!(document["git_keys"]["app"], key());
            assert_eq!(document["known"][0]["value"], secret("TOKEN"));
            assert_eq!(document["slots"], serde_json::json!({}));
        } else {
            assert!(document.get("git_keys").is_none(), "{service}");
        }
    }
    let services: Vec<&str> = handed.iter().map(|(service, _)| service.as_str()).collect();
    assert_eq!(services, ["pipelock", "git-gate", "egress"]);
    let told = |wanted: Call| {
        let details = calls.iter().filter(move |(call, _)| *call == wanted);
        details
            .map(|(_, detail)| detail.clone())
            .collect::<String>()
    };
    assert!(told(Call::GitGateImage).contains("bottle-git-gate-base:latest"));
    assert!(told(Call::WaitReady).contains("git-gate"));
    let configured = told(Call::AppendFiles);
    for part in [
        "/etc/gitconfig",
        "[url \"git://git-gate/app\"]",
        "insteadOf = \"ssh://git@git.example.com:2222/team/app.git\"",
        "name = \"Agent\"",
    ] {
        assert!(configured.contains(part), "{part}: {configured}");
    }
}

#[tokio::test]
async fn what_the_gate_reads_stays_with_a_bottle_that_is_kept() {
    let bench = Bench::new(&[]);
    let keys = tempfile::tempdir().unwrap();
    let prepared = bench
        .prepare_as(with_remote(&bench, keys.path()))
        .await
        .unwrap();
    let state = prepared.state().path().to_owned();
    let text = std::fs::read_to_string(state.join("git-gate/git-gate.yaml")).unwrap();
    let file = GateFile::from_yaml(&text, "git-gate.yaml").unwrap();
    assert_eq!(file.remotes[0].host_key, Some(HOST_KEY.parse().unwrap()));
    let mirror = state.join("git-gate-data/app.git");
    std::fs::create_dir(&mirror).unwrap();
    let work = async |running: &bottle_run::Running<'_, Fake>| {
        let (code, _) = crate::bench::session(running, 3).await?;
        Ok((code, Fate::of_exit_code(code)))
    };
    let outcome = bench.finish(prepared, bench.conduct(), work).await;
    bench.assert_gone(&outcome, "a failed session");
    assert!(mirror.is_dir());
    let request = PrepareRequest {
        resume: Some(outcome.identity.clone()),
        ..with_remote(&bench, keys.path())
    };
    let resumed = bench.run_as(request, 0).await.unwrap();
    assert!(resumed.ended.unwrap().result.is_ok());
    assert!(!state.exists(), "it ended well, so all of it goes");
}

#[tokio::test]
async fn a_missing_base_is_said_with_the_command_that_makes_it() {
    let mut bench = Bench::new(&[]);
    let keys = tempfile::tempdir().unwrap();
    bench.fake.lacks = Some("bottle-git-gate-base:latest");
    let request = with_remote(&bench, keys.path());
    let error = bench.prepare_as(request).await.unwrap_err();
    assert!(matches!(error, PrepareError::NoGitGate { .. }));
    assert_eq!(
        error.to_string(),
        "the engine has no image `bottle-git-gate-base:latest`, which git-gate runs in: `bottle image build git-gate` makes it"
    );
    assert!(!bench.fake.names().contains(&Call::CreateNetwork));
}

#[tokio::test]
async fn a_key_that_was_not_read_is_not_looked_for_later() {
    let bench = Bench::new(&[]);
    let keys = tempfile::tempdir().unwrap();
    let request = PrepareRequest {
        git_keys: GitKeys::default(),
        ..with_remote(&bench, keys.path())
    };
    let error = bench.prepare_as(request).await.unwrap_err();
    assert!(matches!(error, PrepareError::GitKeys(_)), "{error}");
    assert!(bench.fake.names().is_empty());
}

#[test]
fn everything_that_is_wrong_with_keys_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let locked = key().replace("-----\nsent", "-----\nProc-Type: 4,ENCRYPTED\n\nsent");
    let paths = [
        ("missing", folder.path().join("nothing")),
        ("folder", folder.path().to_owned()),
        ("public", write("public", "ssh-ed25519 AAAA me")),
        ("locked", write("locked", &locked)),
        ("large", write("large", &"x".repeat(70_000))),
        ("fine", write("fine", &key())),
    ];
    let mut plan = Bench::new(&[]).request().plan;
    plan.git = paths
        .iter()
        .map(|(name, path)| GitRemote {
            name: name.parse().unwrap(),
            ..remote(path)
        })
        .collect();
    plan.git.push(GitRemote {
        name: "home".parse().unwrap(),
        known_host_key: None,
        ..remote(Path::new("~/fine"))
    });
    let error = GitKeys::read(&plan, None).unwrap_err().to_string();
    let error = error.replace(folder.path().to_str().unwrap(), "FOLDER");
    assert!(!error.contains(&secret("KEY")));
    insta::assert_snapshot!(error);
    plan.git.retain(|remote| remote.name.as_str() == "home");
    plan.git[0].known_host_key = Some(HOST_KEY.parse().unwrap());
    let keys = GitKeys::read(&plan, Some(folder.path())).unwrap();
    assert_eq!(format!("{keys:?}"), "{RemoteName(\"home\")}");
}
