//! Pushes: what arrives, what does not, and what the client is told.

use std::fs::{self, File};
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};

use super::world::{OWN_VALUE, World, made_up_token, wait_for};

#[test]
fn a_clean_push_arrives_with_the_same_id() {
    let world = World::new();
    let folder = world.seeded();
    let commit = world.commit(&folder, "a", "a\n");
    world.git(&folder, &["tag", "light"]);
    world.git(
        &folder,
        &[
            "push",
            "--quiet",
            "origin",
            "HEAD:refs/heads/main",
            "light",
            "HEAD:refs/heads/feature/x",
        ],
    );
    for name in ["refs/heads/main", "refs/tags/light", "refs/heads/feature/x"] {
        assert_eq!(world.upstream_ref(name).as_ref(), Some(&commit), "{name}");
    }
    world.upstream(&["fsck", "--strict"]);
    world.git(
        &folder,
        &["push", "--quiet", "origin", ":refs/heads/feature/x"],
    );
    assert_eq!(world.upstream_ref("refs/heads/feature/x"), None);
    // The mirror has followed by itself.
    let mirrored = world.git(&world.mirror(), &["for-each-ref", "--format=%(refname)"]);
    assert_eq!(mirrored, "refs/heads/main\nrefs/tags/light");
    let line = world.decision(|line| line["refs"][0]["name"] == "refs/heads/feature/x");
    assert_eq!(
        (&line["verdict"], &line["identity"]),
        (&"allow".into(), &"tester-abc12".into())
    );
}

#[test]
fn a_push_with_a_secret_never_reaches_the_upstream() {
    let world = World::new();
    let folder = world.seeded();
    let before = world.pushes_upstream();
    for secret in [made_up_token(), OWN_VALUE.to_owned()] {
        let leaking = world.commit(
            &folder,
            "conf",
            &format!("# ignore this\nx = \"{secret}\"\n"),
        );
        // Taken out again, it is still in what would leave.
        world.commit(&folder, "conf", "x\n");
        let said = world.git_fails(
            &folder,
            &[
                "push",
                "origin",
                "HEAD:refs/heads/main",
                "HEAD:refs/heads/other",
            ],
        );
        assert!(
            said.contains("git.secret") && said.contains("conf:2"),
            "{said}"
        );
        assert!(
            said.contains(&leaking[..12]) && said.contains("remote: "),
            "{said}"
        );
        assert!(said.contains("bottle git allow tester-abc12 "), "{said}");
        assert!(!said.contains(&secret), "{said}");
        world.no_quarantine();
        world.git(&folder, &["reset", "--quiet", "--hard", "origin/main"]);
        let (there, _) = world.try_git(&world.path("app.git"), &["cat-file", "-e", &leaking]);
        let (mirrored, _) = world.try_git(&world.mirror(), &["cat-file", "-e", &leaking]);
        assert!(!there && !mirrored);
    }
    assert_eq!(world.pushes_upstream(), before);
    let line = world.decision(|line| line["code"] == "git.secret");
    assert_eq!(
        (&line["verdict"], &line["findings"][0]["path"]),
        (&"deny".into(), &"conf".into())
    );
    // The same clone pushes again once it is clean.
    world.commit(&folder, "conf", "clean\n");
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
}

#[test]
fn what_the_operator_let_pass_passes() {
    let world = World::new();
    let folder = world.seeded();
    world.commit(&folder, "conf", &format!("x = \"{}\"\n", made_up_token()));
    world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    let line = world.decision(|line| line["code"] == "git.secret");
    let finding = &line["findings"][0];
    let release = |object: &str| {
        format!(
            "version: 1\nreleases:\n- {{remote: app, object: {object}, rule: {}, reason: made up}}\n",
            finding["rule"]
        )
    };
    fs::write(world.path("config/releases.yaml"), release(&"0".repeat(40))).unwrap();
    world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    fs::write(world.path("config/releases.yaml"), "nonsense").unwrap();
    let said = world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    assert!(said.contains("internal.fail_closed"), "{said}");
    fs::write(
        world.path("config/releases.yaml"),
        release(finding["object"].as_str().unwrap()),
    )
    .unwrap();
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    let line = world.decision(|line| line["released"][0]["rule"] == finding["rule"]);
    assert_eq!(line["verdict"], "allow");
}

#[test]
fn history_is_rewritten_where_that_is_granted() {
    let world = World::new();
    let folder = world.seeded();
    let first = world.commit(&folder, "a", "a\n");
    world.git(&folder, &["tag", "v1"]);
    world.git(
        &folder,
        &[
            "push",
            "--quiet",
            "origin",
            "HEAD:refs/heads/topic",
            "HEAD:refs/heads/main",
            "v1",
        ],
    );
    world.git(&folder, &["reset", "--quiet", "--hard", "HEAD~1"]);
    let second = world.commit(&folder, "a", "b\n");
    world.git(
        &folder,
        &[
            "push",
            "--quiet",
            "--force",
            "origin",
            "HEAD:refs/heads/topic",
        ],
    );
    assert_eq!(world.upstream_ref("refs/heads/topic").unwrap(), second);
    for name in ["refs/heads/main", "refs/tags/v1"] {
        let said = world.git_fails(
            &folder,
            &["push", "--force", "origin", &format!("HEAD:{name}")],
        );
        assert!(
            said.contains("git.ref_policy") && said.contains("push.force"),
            "{said}"
        );
        assert_eq!(world.upstream_ref(name).unwrap(), first);
    }
    let said = world.git_fails(&folder, &["push", "origin", ":refs/heads/main"]);
    assert!(
        said.contains("git.ref_policy") && said.contains("push.delete"),
        "{said}"
    );
    for name in [
        "refs/pull/1/head",
        "refs/heads/TOPIC",
        "refs/replace/x",
        "refs/heads/a~b",
    ] {
        let said = world.git_fails(&folder, &["push", "origin", &format!("HEAD:{name}")]);
        assert!(
            said.contains("git.ref_policy") || said.contains("invalid"),
            "{said}"
        );
    }
    assert_eq!(world.upstream_ref("refs/pull/1/head"), None);
}

#[test]
fn limits_of_a_push() {
    let world = World::with("  push: {max_refs: 2, max_bytes: 100000}\n", &[]);
    let folder = world.seeded();
    let said = world.git_fails(
        &folder,
        &[
            "push",
            "origin",
            "HEAD:refs/heads/a",
            "HEAD:refs/heads/b",
            "HEAD:refs/heads/c",
        ],
    );
    assert!(
        said.contains("git.limits") && said.contains("push.max_refs"),
        "{said}"
    );
    let mut noise = vec![0; 200_000];
    getrandom::fill(&mut noise).unwrap();
    fs::write(folder.join("noise"), noise).unwrap();
    world.commit(&folder, "a", "a\n");
    let said = world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    assert!(said.contains("maximum allowed size"), "{said}");
    world.no_quarantine();
    assert_eq!(world.pushes_upstream(), 1);
}

#[test]
fn the_upstreams_own_answer_reaches_the_client() {
    let world = World::new();
    let folder = world.seeded();
    let old = world.upstream_ref("refs/heads/main").unwrap();
    world.commit(&folder, "a", "a\n");
    world.upstream_hook("pre-receive", "echo 'Ticket number missing' >&2; exit 1");
    let said = world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    assert!(said.contains("remote: Ticket number missing"), "{said}");
    assert!(
        said.contains("git.upstream: pre-receive hook declined"),
        "{said}"
    );
    fs::remove_file(world.path("app.git/hooks/pre-receive")).unwrap();
    // One of two.
    world.upstream_hook("update", "test \"$1\" != refs/heads/main");
    let refs = [
        "push",
        "origin",
        "HEAD:refs/heads/main",
        "HEAD:refs/heads/topic",
    ];
    let atomic = [&["push", "--atomic"][..], &refs[1..]].concat();
    world.git_fails(&folder, &atomic);
    assert_eq!(world.upstream_ref("refs/heads/topic"), None);
    let said = world.git_fails(&folder, &refs);
    assert!(
        said.contains("HEAD -> topic") && said.contains("git.upstream: hook declined"),
        "{said}"
    );
    assert_eq!(world.upstream_ref("refs/heads/main").unwrap(), old);
    assert!(world.upstream_ref("refs/heads/topic").is_some());
    let mirrored = world.git(&world.mirror(), &["rev-parse", "refs/heads/main"]);
    assert_eq!(mirrored, old);
}

#[test]
fn of_two_pushes_at_once_one_wins() {
    let world = World::new();
    world.seeded();
    world.upstream_hook("pre-receive", "sleep 1");
    let folders = ["one", "two"].map(|name| world.clone_app(name));
    let commits =
        ["one", "two"].map(|name| world.commit(&world.path("clones").join(name), "a", name));
    let pushes: Vec<_> = folders
        .iter()
        .map(|folder| {
            let mut command = world.command(folder, &["push", "origin", "HEAD:refs/heads/main"]);
            command
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let outputs: Vec<_> = pushes
        .into_iter()
        .map(|push| push.wait_with_output().unwrap())
        .collect();
    let won: Vec<bool> = outputs
        .iter()
        .map(|output| output.status.success())
        .collect();
    assert!(won[0] != won[1], "{outputs:?}");
    let (winner, loser) = if won[0] { (0, 1) } else { (1, 0) };
    assert_eq!(
        world.upstream_ref("refs/heads/main").as_ref(),
        Some(&commits[winner])
    );
    let said = String::from_utf8_lossy(&outputs[loser].stderr).into_owned();
    assert!(said.contains("fetch first"), "{said}");
    world.git(&folders[loser], &["fetch", "--quiet"]);
    world.git(
        &folders[loser],
        &["rebase", "--quiet", "-Xtheirs", "origin/main"],
    );
    world.git(
        &folders[loser],
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    world.upstream(&["merge-base", "--is-ancestor", &commits[winner], "main"]);
}

#[test]
fn nothing_changes_between_scan_and_forward() {
    let world = World::new();
    let folder = world.seeded();
    let old = world.upstream_ref("refs/heads/main").unwrap();
    // An object in the mirror that no push brought.
    let smuggled = world.git(
        &world.mirror(),
        &[
            "commit-tree",
            "-p",
            &old,
            "-m",
            "smuggled",
            &format!("{old}^{{tree}}"),
        ],
    );
    world.commit(&folder, "a", "a\n");
    // While this is locked, nothing is forwarded.
    let lock = File::open(world.path("data/app.lock")).unwrap();
    let before = world.contacts().len();
    let mut command = world.command(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    // The refresh of the push comes first.
    let push = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("the refresh", || {
        (world.contacts().len() > before).then_some(())
    });
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let _ = wait_for("the scan", || {
        let mut reports = fs::read_dir(world.path("run/git-gate/reports")).unwrap();
        reports.next()
    });
    world.git(
        &world.mirror(),
        &["update-ref", "refs/heads/main", &smuggled],
    );
    drop(lock);
    let output = push.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("has changed"),
        "{said}"
    );
    assert_eq!(world.upstream_ref("refs/heads/main").unwrap(), old);
    let (there, _) = world.try_git(&world.path("app.git"), &["cat-file", "-e", &smuggled]);
    assert!(!there);
    // The next look at the upstream mends the mirror.
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    assert_ne!(world.upstream_ref("refs/heads/main").unwrap(), old);
}

#[test]
fn a_push_logs_in_once_and_its_login_ends_with_it() {
    let world = World::new();
    let folder = world.seeded();
    // The refresh has something to fetch, too.
    let theirs = world.upstream(&["commit-tree", "-m", "theirs", "main^{tree}"]);
    world.upstream(&["update-ref", "refs/heads/other", &theirs]);
    world.commit(&folder, "a", "a\n");
    let (contacts, logins) = (world.contacts().len(), world.logins());
    let push = ["push", "--quiet", "origin", "HEAD:refs/heads/main"];
    world.git(&folder, &push);
    assert_eq!(world.contacts().len(), contacts + 4);
    assert_eq!(world.logins(), logins + 1);
    wait_for("the login has ended", || {
        let mut sockets = fs::read_dir(world.path("run/git-gate/logins")).unwrap();
        sockets.next().is_none().then_some(())
    });
    // A key that is no good any more is not used by a push that comes next.
    world.hand_over("other-key");
    world.commit(&folder, "a", "b\n");
    let said = world.git_fails(&folder, &push);
    assert!(
        said.contains("git.upstream") && said.contains("identity_file"),
        "{said}"
    );
    assert_eq!(world.contacts().len(), contacts + 4);
}

#[test]
fn where_no_login_is_to_be_had_each_git_logs_in_by_itself() {
    let world = World::new();
    let folder = world.seeded();
    // No socket can be made here, once that of the push before is gone.
    wait_for("an empty folder", || {
        fs::remove_dir(world.path("run/git-gate/logins")).ok()
    });
    let commit = world.commit(&folder, "a", "a\n");
    let logins = world.logins();
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    assert_eq!(world.upstream_ref("refs/heads/main"), Some(commit));
    assert!(world.logins() >= logins + 2);
}
