//! Upstreams that change while a push is under way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use rustix::fs::{FlockOperation, flock};

use super::world::{World, made_up_token, wait_for};

const PUSH: [&str; 3] = ["push", "origin", "HEAD:refs/heads/topic"];

/// A clone with a commit of its own, on top of a secret that is in the upstream's branch `leak`.
fn on_a_leak(world: &World) -> (PathBuf, String) {
    let folder = world.seeded();
    let leak = world.commit(&folder, "conf", &format!("x = \"{}\"\n", made_up_token()));
    push_past_the_gate(world, &folder, "leak");
    // The gate sees it first with the next fetch.
    world.git(&folder, &["fetch", "--quiet"]);
    world.commit(&folder, "conf", "x\n");
    (folder, leak)
}

fn push_past_the_gate(world: &World, folder: &Path, branch: &str) {
    let upstream = world.path("app.git");
    let to = format!("HEAD:refs/heads/{branch}");
    world.git(
        folder,
        &["push", "--quiet", upstream.to_str().unwrap(), &to],
    );
}

/// Lets the client of a clone do this between what the gate tells it and what it sends.
fn meanwhile(world: &World, folder: &Path, script: &str) {
    let hook = folder.join(".git/hooks/pre-push");
    let upstream = world.path("app.git");
    let git = format!("env -u GIT_DIR git --git-dir={}", upstream.display());
    fs::write(&hook, format!("#!/bin/sh\nset -e\n{git} {script}\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
}

fn no_more(folder: &Path) {
    fs::remove_file(folder.join(".git/hooks/pre-push")).unwrap();
}

#[track_caller]
fn is_refused_as_changed(world: &World, said: &str) {
    assert!(
        said.contains("git.upstream") && said.contains("fetch first, then push again"),
        "{said}"
    );
    assert_eq!(world.upstream_ref("refs/heads/topic"), None);
    world.decision(|line| {
        line["code"] == "git.upstream" && line["refs"][0]["result"] == "git.upstream"
    });
}

#[test]
fn what_was_taken_away_during_a_push_does_not_come_back_with_it() {
    let world = World::new();
    let (folder, leak) = on_a_leak(&world);
    let before = world.pushes_upstream();
    meanwhile(&world, &folder, "update-ref -d refs/heads/leak");
    let said = world.git_fails(&folder, &PUSH);
    is_refused_as_changed(&world, &said);
    assert_eq!(world.pushes_upstream(), before);
    no_more(&folder);
    // What the upstream has no more is new, and looked at.
    world.git(&folder, &["fetch", "--quiet", "--prune"]);
    let said = world.git_fails(&folder, &PUSH);
    assert!(
        said.contains("git.secret") && said.contains("conf:1") && said.contains(&leak[..12]),
        "{said}"
    );
    assert_eq!(world.pushes_upstream(), before);
}

#[test]
fn what_is_taken_away_from_the_mirror_too_does_not_come_back_either() {
    let world = World::new();
    let (folder, _) = on_a_leak(&world);
    let before = (world.contacts().len(), world.pushes_upstream());
    let lock = fs::File::open(world.path("data/app.lock")).unwrap();
    let mut command = world.command(&folder, &PUSH);
    let push = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("the refresh", || {
        (world.contacts().len() > before.0).then_some(())
    });
    // While this is locked, nothing is forwarded.
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    wait_for("the scan", || {
        fs::read_dir(world.path("run/git-gate/reports"))
            .unwrap()
            .next()
    })
    .unwrap();
    // As somebody else's refresh does it.
    for repository in [world.path("app.git"), world.mirror()] {
        world.git(&repository, &["update-ref", "-d", "refs/heads/leak"]);
    }
    drop(lock);
    let Output { stderr, .. } = push.wait_with_output().unwrap();
    is_refused_as_changed(&world, &String::from_utf8_lossy(&stderr));
    assert_eq!(world.pushes_upstream(), before.1);
}

#[test]
fn what_takes_nothing_away_is_in_nobodys_way() {
    let world = World::new();
    let folder = world.seeded();
    // Commits that the mirror has, and one that it has not.
    let main = world.upstream_ref("refs/heads/main").unwrap();
    for name in ["refs/heads/merged", "refs/heads/old-name"] {
        world.upstream(&["update-ref", name, &main]);
    }
    world.upstream(&["tag", "-a", "-m", "one", "v1", &main]);
    let unseen = world.upstream(&["commit-tree", "-m", "unseen", "main^{tree}"]);
    world.git(&folder, &["fetch", "--quiet"]);
    for (number, script) in [
        format!("update-ref refs/heads/new {unseen}"),
        "update-ref -d refs/heads/merged".to_owned(),
        "branch -m old-name new-name".to_owned(),
        "branch -f other main".to_owned(),
        "update-ref refs/tags/again refs/tags/v1".to_owned(),
        "tag -d v1".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        meanwhile(&world, &folder, script);
        let commit = world.commit(&folder, "a", &number.to_string());
        world.git(&folder, &PUSH);
        assert_eq!(
            world.upstream_ref("refs/heads/topic"),
            Some(commit),
            "{script}"
        );
    }
}

#[test]
fn what_cannot_be_told_is_refused_until_the_next_look() {
    let world = World::new();
    let folder = world.seeded();
    let main = world.upstream_ref("refs/heads/main").unwrap();
    // The mirror does not know the commit to which `other` goes forward, nor has it the tag in any other place.
    world.upstream(&["update-ref", "refs/heads/other", &main]);
    let other = world.upstream(&["commit-tree", "-m", "other", "-p", &main, "main^{tree}"]);
    world.upstream(&["update-ref", "refs/heads/other", &other]);
    world.upstream(&["tag", "-a", "-m", "one", "v1", &main]);
    world.git(&folder, &["fetch", "--quiet"]);
    let unseen = world.upstream(&["commit-tree", "-m", "unseen", "-p", &other, "main^{tree}"]);
    world.commit(&folder, "a", "a\n");
    for script in [
        format!("update-ref refs/heads/other {unseen}"),
        format!("update-ref refs/heads/other {main}"),
        "tag -d v1".to_owned(),
    ] {
        meanwhile(&world, &folder, &script);
        let said = world.git_fails(&folder, &PUSH);
        is_refused_as_changed(&world, &said);
    }
    no_more(&folder);
    world.git(&folder, &PUSH);
}

#[test]
fn two_branches_are_pushed_at_once() {
    let world = World::new();
    let folder = world.seeded();
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:one", "HEAD:two"],
    );
    world.upstream_hook("pre-receive", "sleep 1");
    let pushes = ["one", "two"].map(|name| {
        let folder = world.clone_app(name);
        let commit = world.commit(&folder, "a", name);
        let mut command = world.command(&folder, &["push", "origin", &format!("HEAD:{name}")]);
        let push = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        (name, commit, push.unwrap())
    });
    for (name, commit, push) in pushes {
        let output = push.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            world.upstream_ref(&format!("refs/heads/{name}")),
            Some(commit)
        );
    }
}
