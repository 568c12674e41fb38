//! Upstreams that are not there, are not who they should be, or go away; clients that go away; a gate that was killed.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use super::world::{World, pkt, wait_for};

#[test]
fn without_a_key_nothing_is_reached() {
    let mut world = World::bare();
    world.configure(&world.host_key("host"), "", &[]);
    world.start_gate();
    assert!(world.is_healthy());
    let said = world.git_fails(Path::new("/"), &["ls-remote", &world.url("app")]);
    assert!(said.contains("git.no_key"), "{said}");
    world.hand_over("other-key");
    let said = world.git_fails(Path::new("/"), &["ls-remote", &world.url("app")]);
    assert!(
        said.contains("git.upstream") && said.contains("identity_file"),
        "{said}"
    );
    assert_eq!(world.contacts(), Vec::<String>::new());
    // A new key counts at once.
    world.hand_over("key");
    world.git(Path::new("/"), &["ls-remote", &world.url("app")]);
    for file in ["keys/app", "hosts/app"] {
        use std::os::unix::fs::PermissionsExt;
        let metadata = fs::metadata(world.path("run/git-gate").join(file)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_host_is_who_it_should_be_or_nothing_is_sent() {
    let mut world = World::new();
    let folder = world.seeded();
    let before = world.contacts().len();
    world.commit(&folder, "a", "a\n");
    for (host_key, words) in [
        (world.host_key("other-host"), "pinned"),
        (String::new(), "no `host_key`"),
    ] {
        world.configure(&host_key, "", &[]);
        world.stop_gate();
        world.start_gate();
        let url = world.url("app");
        for arguments in [
            &["fetch", &url][..],
            &["push", &url, "HEAD:refs/heads/main"],
        ] {
            let said = world.git_fails(&folder, arguments);
            assert!(
                said.contains("remote error: git.host_key") && said.contains(words),
                "{said}"
            );
        }
    }
    assert_eq!(world.contacts().len(), before);
    world.decision(|line| line["code"] == "git.host_key" && line["request"] == "receive-pack");
}

#[test]
fn an_upstream_that_is_not_there_fails_fetch_and_push() {
    let mut world = World::new();
    let folder = world.seeded();
    world.commit(&folder, "a", "a\n");
    world.stop_sshd();
    for arguments in [
        &["fetch", "origin"][..],
        &["push", "origin", "HEAD:refs/heads/main"],
    ] {
        let said = world.git_fails(&folder, arguments);
        assert!(
            said.contains("git.upstream") && said.contains("refused"),
            "{said}"
        );
    }
    world.start_sshd();
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    fs::rename(world.path("app.git"), world.path("gone.git")).unwrap();
    let said = world.git_fails(&folder, &["fetch", "origin"]);
    assert!(
        said.contains("git.upstream") && said.contains("does not appear to be a git repository"),
        "{said}"
    );
}

#[test]
fn an_upstream_that_dies_half_way_leaves_nothing_half() {
    let world = World::new();
    let folder = world.seeded();
    let old = world.upstream_ref("refs/heads/main").unwrap();
    let commit = world.commit(&folder, "a", "a\n");
    world.upstream_hook(
        "pre-receive",
        "p=$PPID\nwhile [ \"$(cat /proc/$p/comm)\" != sshd ]; do p=$(cut -d' ' -f4 /proc/$p/stat); done\nkill -9 $p\nsleep 1\nexit 1",
    );
    let said = world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    assert!(said.contains("git.upstream"), "{said}");
    assert_eq!(world.upstream_ref("refs/heads/main").unwrap(), old);
    assert_eq!(
        world.git(&world.mirror(), &["rev-parse", "refs/heads/main"]),
        old
    );
    fs::remove_file(world.path("app.git/hooks/pre-receive")).unwrap();
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    assert_eq!(world.upstream_ref("refs/heads/main").unwrap(), commit);
}

#[test]
fn a_push_that_is_broken_off_leaves_nothing() {
    let world = World::new();
    let folder = world.seeded();
    let before = world.pushes_upstream();
    let mut stream = world.connect();
    stream
        .write_all(&pkt("git-receive-pack /app\0host=h\0"))
        .unwrap();
    let mut some = [0; 64];
    stream.read_exact(&mut some).unwrap();
    let command = format!(
        "{} {} refs/heads/broken\0report-status",
        "0".repeat(40),
        "1".repeat(40)
    );
    stream.write_all(&pkt(&command)).unwrap();
    stream.write_all(b"0000PACK\0\0\0\x02\0\0\0\x05").unwrap();
    wait_for("the quarantine", || {
        (!world.quarantines().is_empty()).then_some(())
    });
    drop(stream);
    world.no_quarantine();
    world.decision(|line| line["request"] == "receive-pack" && line["verdict"] == "deny");
    assert_eq!(world.pushes_upstream(), before);
    world.commit(&folder, "a", "a\n");
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
}

#[test]
fn a_gate_that_was_killed_begins_clean() {
    let mut world = World::new();
    let folder = world.seeded();
    let open = world.connect();
    assert!(world.stop_gate() < Duration::from_secs(2));
    drop(open);
    for left in ["refs/heads/main.lock", "packed-refs.lock", "HEAD.lock"] {
        fs::write(world.mirror().join(left), "").unwrap();
    }
    fs::create_dir_all(world.mirror().join("objects/tmp_objdir-incoming-x/pack")).unwrap();
    world.start_gate();
    assert_eq!(world.quarantines(), Vec::<String>::new());
    world.git(&folder, &["remote", "set-url", "origin", &world.url("app")]);
    world.commit(&folder, "a", "a\n");
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    world.git(&folder, &["fetch", "--quiet"]);
}

#[test]
fn a_mirror_of_many_packs_is_packed_anew_at_the_start() {
    let mut world = World::new();
    let folder = world.seeded();
    world.stop_gate();
    let mirror = world.mirror();
    for number in 0..21 {
        let message = number.to_string();
        let commit = world.git(&mirror, &["commit-tree", "-m", &message, "main^{tree}"]);
        let name = format!("refs/heads/b{number}");
        world.git(&mirror, &["update-ref", &name, &commit]);
        world.git(&mirror, &["repack", "-q", "-d"]);
    }
    let packs = || {
        let files = fs::read_dir(mirror.join("objects/pack")).unwrap();
        let names = files.map(|file| file.unwrap().path());
        let packs = names.filter(|name| name.extension().is_some_and(|end| end == "pack"));
        packs.count()
    };
    assert!(packs() > 20);
    world.start_gate();
    wait_for("one pack", || (packs() == 1).then_some(()));
    world.git(&folder, &["remote", "set-url", "origin", &world.url("app")]);
    let commit = world.commit(&folder, "a", "a\n");
    let push = ["push", "--quiet", "origin", "HEAD:refs/heads/main"];
    world.git(&folder, &push);
    assert_eq!(world.upstream_ref("refs/heads/main"), Some(commit));
}
