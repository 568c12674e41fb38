//! What gets into a bottle.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bottle_run::workspace::{Source, WorkspaceError, Worktree};
use bottle_state::Owner;

use crate::bench::{Bench, git, identity, try_git, write};

#[test]
fn the_current_commit_on_a_branch_of_its_own() {
    let bench = Bench::new();
    git(&bench.repository(), &["tag", "v1"]);
    let checkout = bench.check_out();
    let workspace = &checkout.workspace;
    assert_eq!(checkout.branch, "bottle/dev-4x0kz");
    assert_eq!(
        git(workspace, &["symbolic-ref", "HEAD"]),
        "refs/heads/bottle/dev-4x0kz"
    );
    assert_eq!(git(workspace, &["rev-parse", "HEAD"]), checkout.base);
    assert_eq!(
        git(&bench.repository(), &["rev-parse", "HEAD"]),
        checkout.base
    );
    assert_eq!(git(workspace, &["tag"]), "v1");
    assert_eq!(git(workspace, &["status", "--porcelain"]), "");
    assert_eq!(
        fs::read_to_string(workspace.join("src/main.rs")).unwrap(),
        "fn main() {}\n"
    );
    // An agent can work in it.
    bench.agent("new", "x");
    git(workspace, &["add", "--all"]);
    git(workspace, &["commit", "--quiet", "-m", "agent"]);
    git(workspace, &["fsck", "--strict"]);
}

#[test]
fn it_shares_nothing_with_the_operators_repository() {
    let bench = Bench::new();
    write(
        &bench.repository().join(".git/hooks/post-checkout"),
        "#!/bin/sh\n",
    );
    let workspace = bench.check_out().workspace;
    assert_eq!(git(&workspace, &["remote"]), "");
    let git_dir = workspace.join(".git");
    for absent in [
        "hooks",
        "objects/info/alternates",
        "commondir",
        "FETCH_HEAD",
        "worktrees",
    ] {
        assert!(!git_dir.join(absent).exists(), "{absent}");
    }
    let config = fs::read_to_string(git_dir.join("config")).unwrap();
    assert!(
        !config.contains("my repository") && !config.contains("worktree ="),
        "{config}"
    );
    for path in files(&git_dir) {
        let facts = fs::symlink_metadata(&path).unwrap();
        assert!(facts.is_file() && facts.nlink() == 1, "{}", path.display());
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let inner = |path: PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    entries.flat_map(inner).collect()
}

#[test]
fn other_branches_stay_outside() {
    let bench = Bench::new();
    git(
        &bench.repository(),
        &["checkout", "--quiet", "-b", "secret"],
    );
    write(&bench.repository().join("secret"), "secret\n");
    bench.commit("secret");
    let secret = git(&bench.repository(), &["rev-parse", "HEAD"]);
    git(&bench.repository(), &["tag", "secret-tag"]);
    git(&bench.repository(), &["checkout", "--quiet", "main"]);
    let workspace = bench.check_out().workspace;
    assert!(
        !try_git(&workspace, &["cat-file", "-e", &secret])
            .status
            .success()
    );
    assert_eq!(git(&workspace, &["tag"]), "");
}

#[test]
fn uncommitted_files_are_counted_and_stay_outside() {
    let bench = Bench::new();
    write(&bench.repository().join("README"), "changed\n");
    write(&bench.repository().join("new/a"), "a\n");
    write(&bench.repository().join("new/b"), "b\n");
    assert_eq!(bench.source().uncommitted, 3);
    let workspace = bench.check_out().workspace;
    assert!(!workspace.join("new").exists());
    assert!(
        fs::read_to_string(workspace.join("README"))
            .unwrap()
            .starts_with("one")
    );
}

#[test]
fn a_folder_below_the_top_is_told() {
    let bench = Bench::new();
    let source = Source::of(&bench.repository().join("src")).unwrap();
    assert_eq!(source.relative, Path::new("src/"));
    assert_eq!(source.root, bench.repository());
    assert_eq!(bench.source().relative, Path::new(""));
}

#[test]
fn a_commit_without_a_branch() {
    let bench = Bench::new();
    assert_eq!(bench.source().branch.as_deref(), Some("main"));
    let first = git(&bench.repository(), &["rev-parse", "HEAD"]);
    bench.commit("second");
    git(
        &bench.repository(),
        &["checkout", "--quiet", "--detach", &first],
    );
    assert_eq!(bench.source().branch, None);
    assert_eq!(bench.source().commit, first);
    assert_eq!(bench.check_out().base, first);
}

#[test]
fn a_shallow_clone() {
    let bench = Bench::new();
    bench.commit("second");
    let shallow = bench.path("shallow");
    let from = format!("file://{}", bench.repository().display());
    git(
        &bench.path("."),
        &[
            "clone",
            "--quiet",
            "--depth=1",
            &from,
            shallow.to_str().unwrap(),
        ],
    );
    let source = Source::of(&shallow).unwrap();
    let checkout = source.check_out(&bench.state(), &identity(), None).unwrap();
    assert_eq!(
        git(&checkout.workspace, &["rev-list", "--count", "HEAD"]),
        "1"
    );
    assert!(bench.changed().is_empty());
}

#[test]
fn the_other_hash() {
    let bench = Bench::new();
    let other = bench.path("sha256");
    git(
        &bench.path("."),
        &[
            "init",
            "--quiet",
            "--object-format=sha256",
            other.to_str().unwrap(),
        ],
    );
    write(&other.join("a"), "a\n");
    git(&other, &["add", "a"]);
    git(&other, &["commit", "--quiet", "-m", "a"]);
    let checkout = Source::of(&other)
        .unwrap()
        .check_out(&bench.state(), &identity(), None)
        .unwrap();
    assert_eq!(checkout.base.len(), 64);
    bench.agent("a", "b\n");
    assert_eq!(bench.changed(), ["M a"]);
}

#[test]
fn submodules_are_counted_and_stay_empty() {
    let bench = Bench::new();
    let other = Bench::new();
    let url = other.repository().to_str().unwrap().to_owned();
    git(
        &bench.repository(),
        &["submodule", "--quiet", "add", &url, "sub"],
    );
    bench.commit("sub");
    assert_eq!(bench.source().submodules, 1);
    let workspace = bench.check_out().workspace;
    assert_eq!(fs::read_dir(workspace.join("sub")).unwrap().count(), 0);
    // Whatever the agent does with it.
    for text in [None, Some("x")] {
        let _ = fs::remove_dir_all(workspace.join("sub"));
        if let Some(text) = text {
            bench.agent("sub/new", text);
        }
        assert!(bench.changed().is_empty());
    }
}

#[test]
fn what_has_nothing_to_check_out() {
    let bench = Bench::empty();
    let refused = |path: &Path| Source::of(path).unwrap_err();
    let unborn = refused(&bench.repository());
    assert!(matches!(unborn, WorkspaceError::Unborn { .. }), "{unborn}");
    let none = refused(&bench.state());
    assert!(
        matches!(none, WorkspaceError::NoRepository { .. }),
        "{none}"
    );
    let inside = refused(&bench.repository().join(".git"));
    assert!(
        matches!(inside, WorkspaceError::NoWorkTree { .. }),
        "{inside}"
    );
    let bare = bench.path("bare");
    git(
        &bench.path("."),
        &["init", "--quiet", "--bare", bare.to_str().unwrap()],
    );
    let bare = refused(&bare);
    assert!(matches!(bare, WorkspaceError::NoWorkTree { .. }), "{bare}");
    let none = Worktree::open(&bench.state()).unwrap_err();
    assert!(matches!(none, WorkspaceError::NoCheckout { .. }), "{none}");
}

#[test]
fn a_folder_that_is_there_is_not_overwritten() {
    let bench = Bench::new();
    write(&bench.workspace().join("mine"), "mine");
    assert!(
        bench
            .source()
            .check_out(&bench.state(), &identity(), None)
            .is_err()
    );
    assert_eq!(
        fs::read_to_string(bench.workspace().join("mine")).unwrap(),
        "mine"
    );
}

#[test]
fn what_was_made_goes_when_it_fails() {
    let bench = Bench::new();
    let mut source = bench.source();
    source.root = bench.path("gone");
    fs::create_dir(&source.root).unwrap();
    assert!(source.check_out(&bench.state(), &identity(), None).is_err());
    assert_eq!(fs::read_dir(bench.state()).unwrap().count(), 0);
}

#[test]
fn nothing_that_the_operator_did_not_configure_is_run() {
    let bench = Bench::new();
    let marker = bench.marker();
    let repository = bench.repository();
    for hook in [
        "post-checkout",
        "reference-transaction",
        "post-index-change",
        "pre-commit",
    ] {
        let path = repository.join(".git/hooks").join(hook);
        write(&path, "");
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&marker, &path).unwrap();
    }
    git(&repository, &["config", "core.fsmonitor", &marker]);
    git(
        &repository,
        &["config", "uploadpack.packObjectsHook", &marker],
    );
    write(&repository.join("README"), "dirty\n");
    let _ = fs::remove_file(bench.mark());
    bench.source();
    bench.check_out();
    assert!(
        !bench.mark().exists(),
        "{}",
        fs::read_to_string(bench.mark()).unwrap()
    );
    // The program works.
    git(&repository, &["status", "--porcelain"]);
    assert!(bench.mark().exists());
}

#[test]
fn it_is_given_to_an_owner_without_following_links() {
    // Only root may give files away.
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let bench = Bench::new();
    let outside = bench.path("outside");
    write(&outside, "mine");
    std::os::unix::fs::symlink(&outside, bench.repository().join("link")).unwrap();
    bench.commit("link");
    let owner = Owner {
        uid: 12345,
        gid: 12346,
    };
    let checkout = bench
        .source()
        .check_out(&bench.state(), &identity(), Some(owner))
        .unwrap();
    for path in [
        "",
        "link",
        "src",
        "src/main.rs",
        ".git",
        ".git/config",
        ".git/objects",
    ] {
        let facts = fs::symlink_metadata(checkout.workspace.join(path)).unwrap();
        assert_eq!((facts.uid(), facts.gid()), (12345, 12346), "{path}");
    }
    assert_eq!(fs::metadata(&outside).unwrap().uid(), 0);
    assert_eq!(
        fs::metadata(bench.state().join("base.git")).unwrap().uid(),
        0
    );
    assert!(!bench.worktree().has_changes(&identity()).unwrap());
}
