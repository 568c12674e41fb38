//! The files of the gate: what is written is read back, by us and by another reader; nothing else is taken.
#![cfg(test)]

use bottle_core::PushPolicy;
use bottle_git::{GateFile, GateRemote, Release, Releases};
use proptest::prelude::*;
use serde_yaml::Value;

fn patterns() -> impl Strategy<Value = Vec<bottle_core::RefPattern>> {
    prop::collection::vec(
        "refs/(heads|tags)/[a-z]{1,4}\\*?".prop_map(|text| text.parse().unwrap()),
        0..3,
    )
}

fn remote() -> impl Strategy<Value = GateRemote> {
    let policy = (
        patterns(),
        patterns(),
        patterns(),
        1_u32..,
        1_u64..1 << 40,
        1_u64..1 << 40,
    )
        .prop_map(
            |(refs, force, delete, max_refs, max_objects, max_bytes)| PushPolicy {
                refs,
                force,
                delete,
                max_refs,
                max_objects,
                max_bytes,
            },
        );
    let key = prop::option::of("(ssh-ed25519|ssh-rsa) AAAA[A-Za-z0-9+/]{8}");
    let upstream = "ssh://(git@)?[a-z]{1,3}\\.example(:2222)?/[a-z~]{1,6}";
    ("[a-zA-Z0-9][a-z0-9_-]{0,6}", upstream, key, policy).prop_map(|(name, upstream, key, push)| {
        GateRemote {
            name: name.parse().unwrap(),
            upstream: upstream.parse().unwrap(),
            host_key: key.map(|key| key.parse().unwrap()),
            push,
        }
    })
}

fn release() -> impl Strategy<Value = Release> {
    ("[a-z]{1,4}", "[0-9a-f]{40}", "[a-z-]{1,12}", ".{0,30}").prop_map(
        |(remote, object, rule, reason)| Release {
            remote: remote.parse().unwrap(),
            object,
            rule,
            reason,
        },
    )
}

proptest! {
    #[test]
    fn a_gate_file_is_read_back(remotes in prop::collection::vec(remote(), 0..4)) {
        let file = GateFile { remotes };
        let text = file.to_yaml().unwrap();
        prop_assert_eq!(GateFile::from_yaml(&text, "git-gate.yaml"), Ok(file.clone()));
        let other: Value = serde_yaml::from_str(&text).unwrap();
        prop_assert_eq!(other["version"].as_u64(), Some(1));
        for (number, remote) in file.remotes.iter().enumerate() {
            let read = &other["remotes"][number];
            prop_assert_eq!(read["name"].as_str(), Some(remote.name.as_str()));
            prop_assert_eq!(read["upstream"].as_str().map(str::to_owned), Some(remote.upstream.to_string()));
            prop_assert_eq!(read["host_key"].as_str(), remote.host_key.as_ref().map(bottle_core::HostKey::as_str));
            prop_assert_eq!(read["push"]["max_bytes"].as_u64(), Some(remote.push.max_bytes));
            let refs: Vec<&str> = read["push"]["refs"].as_sequence().unwrap().iter().map(|each| each.as_str().unwrap()).collect();
            let ours: Vec<&str> = remote.push.refs.iter().map(bottle_core::RefPattern::as_str).collect();
            prop_assert_eq!(refs, ours);
        }
    }

    #[test]
    fn releases_are_read_back(releases in prop::collection::vec(release(), 0..4)) {
        let file = Releases(releases);
        let text = file.to_yaml().unwrap();
        prop_assert_eq!(Releases::from_yaml(&text, "releases.yaml"), Ok(file.clone()));
        let other: Value = serde_yaml::from_str(&text).unwrap();
        for (number, release) in file.0.iter().enumerate() {
            prop_assert_eq!(other["releases"][number]["reason"].as_str(), Some(release.reason.as_str()));
            prop_assert!(file.covers(&release.remote, &release.object, &release.rule));
        }
    }

    #[test]
    fn any_text_is_survived(text in ".{0,200}") {
        let _ = GateFile::from_yaml(&text, "git-gate.yaml");
        let _ = Releases::from_yaml(&text, "releases.yaml");
    }
}

#[test]
fn nothing_but_a_complete_file_of_this_version_is_taken() {
    for text in [
        "",
        "remotes: []",
        "version: 2\nremotes: []",
        "version: 1",
        "version: 1\nremotes: []\nkeys: []",
        "version: 1\nremotes:\n  - name: app",
        "version: 1\nremotes:\n  - {name: app, upstream: 'https://a.example/app'}",
        "version: 1\nremotes:\n  - {name: app, upstream: 'ssh://a.example/app', host_key: x}",
        "version: 1\nremotes:\n  - {name: app, upstream: 'ssh://a.example/app', push: {refs: [main]}}",
        "version: 1\nremotes:\n  - {name: app, upstream: 'ssh://a.example/app', push: {reefs: []}}",
        "version: 1\nremotes:\n  - {name: ../app, upstream: 'ssh://a.example/app'}",
    ] {
        assert!(
            GateFile::from_yaml(text, "git-gate.yaml").is_err(),
            "{text}"
        );
    }
    assert!(GateFile::from_yaml("version: 1\nremotes: []", "git-gate.yaml").is_ok());
    for text in [
        "version: 1\nreleases:\n  - {remote: app, object: aa, rule: x}",
        "version: 1\nreleases:\n  - {remote: app, object: aa, rule: x, reason: y, until: z}",
        "version: 1",
    ] {
        assert!(
            Releases::from_yaml(text, "releases.yaml").is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_release_is_for_one_rule_in_one_object_towards_one_remote() {
    let release = Release {
        remote: "app".parse().unwrap(),
        object: "a".repeat(40),
        rule: "private-key".to_owned(),
        reason: "a test key".to_owned(),
    };
    let releases = Releases(vec![release]);
    let (app, docs) = ("app".parse().unwrap(), "docs".parse().unwrap());
    let (object, other) = ("a".repeat(40), "b".repeat(40));
    assert!(releases.covers(&app, &object, "private-key"));
    assert!(!releases.covers(&docs, &object, "private-key"));
    assert!(!releases.covers(&app, &other, "private-key"));
    assert!(!releases.covers(&app, &object, "private-keys"));
    assert!(!releases.covers(&app, &object[..39], "private-key"));
}
