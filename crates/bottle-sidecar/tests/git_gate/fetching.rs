//! Clones and fetches: what the upstream has, and nothing older.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};

use super::world::World;

#[test]
fn clone_fetch_and_pull_follow_the_upstream() {
    let world = World::new();
    let first = world.seeded();
    world.git(&first, &["tag", "-a", "v1", "-m", "first"]);
    world.git(
        &first,
        &[
            "push",
            "--quiet",
            "origin",
            "v1",
            "HEAD:refs/heads/topic",
            "HEAD:refs/notes/x",
        ],
    );
    let second = world.clone_app("second");
    assert_eq!(
        world.git(&second, &["rev-parse", "v1^{commit}"]),
        world.upstream_ref("refs/heads/main").unwrap()
    );
    // The upstream moves by itself.
    let theirs = world.upstream(&["commit-tree", "-p", "main", "-m", "theirs", "main^{tree}"]);
    world.upstream(&["update-ref", "refs/heads/main", &theirs]);
    world.upstream(&["update-ref", "-d", "refs/heads/topic"]);
    world.upstream(&["update-ref", "refs/pull/1/head", &theirs]);
    world.git(&second, &["pull", "--quiet", "--prune"]);
    assert_eq!(world.git(&second, &["rev-parse", "HEAD"]), theirs);
    let listing = world.git(&second, &["ls-remote", "--symref", "origin"]);
    assert!(listing.contains("ref: refs/heads/main\tHEAD"), "{listing}");
    assert!(
        listing.contains("refs/notes/x")
            && !listing.contains("topic")
            && !listing.contains("refs/pull"),
        "{listing}"
    );
    // So does its default branch.
    world.upstream(&["branch", "trunk", "main"]);
    world.upstream(&["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    let listing = world.git(&second, &["ls-remote", "--symref", "origin", "HEAD"]);
    assert!(listing.contains("ref: refs/heads/trunk\tHEAD"), "{listing}");
}

#[test]
fn an_upstream_that_becomes_empty_is_empty() {
    let world = World::new();
    let first = world.seeded();
    world.upstream(&["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(world.git(&first, &["ls-remote", "origin"]), "");
}

#[test]
fn shallow_and_partial_clones() {
    let world = World::new();
    let first = world.seeded();
    world.commit(&first, "a", "one\n");
    world.commit(&first, "a", "two\n");
    world.git(
        &first,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    let (shallow, partial) = (world.path("clones/shallow"), world.path("clones/partial"));
    let url = world.url("app.git");
    let root = Path::new("/");
    world.git(
        root,
        &[
            "clone",
            "--quiet",
            "--depth=1",
            &url,
            shallow.to_str().unwrap(),
        ],
    );
    assert_eq!(world.git(&shallow, &["rev-list", "--count", "HEAD"]), "1");
    world.git(&shallow, &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(world.git(&shallow, &["rev-list", "--count", "HEAD"]), "3");
    world.git(
        root,
        &[
            "clone",
            "--quiet",
            "--filter=blob:none",
            &url,
            partial.to_str().unwrap(),
        ],
    );
    let missing = world.git(
        &partial,
        &["rev-list", "--objects", "--missing=print", "HEAD"],
    );
    assert!(missing.contains("\n?"), "{missing}");
    world.git(&partial, &["checkout", "--quiet", "HEAD~1"]);
    assert_eq!(std::fs::read_to_string(partial.join("a")).unwrap(), "one\n");
    // A shallow clone pushes like any other.
    world.git(
        root,
        &[
            "clone",
            "--quiet",
            "--depth=1",
            &url,
            world.path("clones/s2").to_str().unwrap(),
        ],
    );
    let commit = world.commit(&world.path("clones/s2"), "b", "b\n");
    world.git(
        &world.path("clones/s2"),
        &["push", "--quiet", "origin", "HEAD:refs/heads/shallow"],
    );
    assert_eq!(world.upstream_ref("refs/heads/shallow").unwrap(), commit);
}

#[test]
fn concurrent_fetches_share_a_refresh() {
    let world = World::new();
    world.seeded();
    let before = world.contacts().len();
    let lock = File::open(world.path("data/app.lock")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let url = world.url("app");
    let clients: Vec<_> = (0..10)
        .map(|_| {
            let mut command = world.command(Path::new("/"), &["ls-remote", &url]);
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    std::thread::sleep(std::time::Duration::from_secs(2));
    drop(lock);
    for client in clients {
        let output = client.wait_with_output().unwrap();
        assert!(
            output.status.success()
                && String::from_utf8(output.stdout)
                    .unwrap()
                    .contains("refs/heads/main")
        );
    }
    // The one that was under way, and one for all who came meanwhile. A slow machine may need a third.
    let refreshes = world.contacts().len() - before;
    assert!((2..=3).contains(&refreshes), "{refreshes}");
}

#[test]
fn a_hundred_thousand_objects() {
    const COMMITS: usize = 33_400;
    let world = World::new();
    let mut command = world.command(&world.path("app.git"), &["fast-import", "--quiet"]);
    let mut import = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = std::io::BufWriter::new(import.stdin.take().unwrap());
    for number in 0..COMMITS {
        let content = format!("line {number}\n");
        write!(
            input,
            "commit refs/heads/main\ncommitter T <t@example.test> {number} +0000\ndata 1\nx\nM 644 inline f{}\ndata {}\n{content}",
            number % 50,
            content.len()
        )
        .unwrap();
    }
    drop(input);
    assert!(import.wait().unwrap().success());
    let folder = world.clone_app("big");
    assert_eq!(
        world.git(&folder, &["rev-list", "--count", "HEAD"]),
        COMMITS.to_string()
    );
    let objects = world.git(&folder, &["count-objects", "-v"]);
    let packed = objects
        .lines()
        .find_map(|line| line.strip_prefix("in-pack: "))
        .unwrap();
    assert!(packed.parse::<usize>().unwrap() >= 3 * COMMITS, "{objects}");
    let commit = world.commit(&folder, "new", "new\n");
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    assert_eq!(world.upstream_ref("refs/heads/main").unwrap(), commit);
    let line = world.decision(|line| line["request"] == "receive-pack");
    // The commit, its tree, its file, and what the upstream has already is not looked at again.
    assert_eq!(line["objects"], 3);
}
