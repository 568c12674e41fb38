//! What lies in the operator's folder while a bottle has it mounted.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};

use bottle_run::workspace::{
    Listing, MountError, Placeholder, agent_user, make_placeholders, protect, remove_placeholders,
    write_git_info,
};

use crate::bench::{Bench, git, write};

fn made(bench: &Bench) -> Vec<Placeholder> {
    let protection = protect(&Listing::read(&bench.repository()).unwrap()).unwrap();
    make_placeholders(&bench.repository(), &protection.placeholders).unwrap()
}

#[test]
fn placeholders_come_and_go() {
    let bench = Bench::new();
    write(&bench.repository().join(".vscode/settings.json"), "{}\n");
    let before = names(&bench);
    let made = made(&bench);
    let listing = Listing::read(&bench.repository()).unwrap();
    let protection = protect(&listing).unwrap();
    assert!(protection.placeholders.is_empty());
    for mount in &protection.mounts {
        assert!(
            fs::symlink_metadata(bench.repository().join(&mount.path)).is_ok(),
            "{}",
            mount.path
        );
    }
    // Twice is once.
    assert!(
        make_placeholders(&bench.repository(), &made)
            .unwrap()
            .is_empty()
    );
    for _ in 0..2 {
        remove_placeholders(&bench.repository(), &made).unwrap();
        assert_eq!(names(&bench), before);
    }
}

fn names(bench: &Bench) -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["", ".git", ".vscode"] {
        let entries = fs::read_dir(bench.repository().join(folder)).unwrap();
        names.extend(entries.map(|entry| entry.unwrap().path().display().to_string()));
    }
    names.sort();
    names
}

#[test]
fn what_the_operator_had_or_put_there_stays() {
    let bench = Bench::new();
    write(&bench.repository().join(".envrc"), "");
    let made = made(&bench);
    assert!(made.iter().all(|each| each.path != ".envrc"));
    write(&bench.repository().join(".npmrc"), "registry=x\n");
    write(&bench.repository().join(".idea/workspace.xml"), "x\n");
    fs::remove_file(bench.repository().join(".gitmodules")).unwrap();
    symlink("README", bench.repository().join(".gitmodules")).unwrap();
    fs::remove_dir(bench.repository().join(".zed")).unwrap();
    remove_placeholders(&bench.repository(), &made).unwrap();
    for stays in [
        ".envrc",
        ".npmrc",
        ".idea/workspace.xml",
        ".gitmodules",
        "README",
    ] {
        assert!(
            fs::symlink_metadata(bench.repository().join(stays)).is_ok(),
            "{stays}"
        );
    }
    assert!(!bench.repository().join(".mcp.json").exists());
}

#[test]
fn a_cleanup_knows_paths_alone() {
    let bench = Bench::new();
    let made = made(&bench);
    let named: Vec<Placeholder> = made
        .iter()
        .map(|each| Placeholder::named(&each.path).unwrap())
        .collect();
    assert_eq!(named, made);
    for other in [
        "README",
        ".git/HEAD",
        "../.envrc",
        "hooks",
        ".git/.envrc",
        "/etc/passwd",
        "",
        ".git/",
    ] {
        assert_eq!(Placeholder::named(other), None, "{other}");
    }
}

#[test]
fn git_works_beside_the_placeholders() {
    let bench = Bench::new();
    fs::remove_dir_all(bench.repository().join(".git/hooks")).unwrap();
    let made = made(&bench);
    assert!(made.iter().any(|each| each.path == ".git/commondir"));
    let repository = bench.repository();
    write(&repository.join("README"), "x\n");
    assert!(git(&repository, &["status", "--porcelain"]).contains(" M README"));
    git(&repository, &["commit", "--quiet", "-m", "x", "README"]);
    git(&repository, &["checkout", "--quiet", "-b", "other"]);
    git(
        &repository,
        &["commit", "--quiet", "--allow-empty", "-m", "y"],
    );
    git(&repository, &["rebase", "--quiet", "main"]);
    git(&repository, &["merge", "--quiet", "main"]);
    git(&repository, &["stash", "--include-untracked", "--quiet"]);
    git(&repository, &["gc", "--quiet"]);
    git(&repository, &["fsck", "--strict"]);
    assert_eq!(git(&repository, &["rev-parse", "--git-dir"]), ".git");
    assert_eq!(git(&repository, &["worktree", "list"]).lines().count(), 1);
    remove_placeholders(&repository, &made).unwrap();
    assert_eq!(git(&repository, &["log", "--format=%s"]), "y\nx\nfirst");
    assert!(!repository.join(".git/commondir").exists());
}

#[test]
fn an_empty_git_folder_is_no_repository() {
    let bench = Bench::new();
    let inner = bench.repository().join("src");
    let protection = protect(&Listing::read(&inner).unwrap()).unwrap();
    let made = make_placeholders(&inner, &protection.placeholders).unwrap();
    assert!(inner.join(".git").is_dir());
    // The one around it is found all the same.
    assert_eq!(git(&inner, &["rev-parse", "--show-prefix"]), "src/");
    remove_placeholders(&inner, &made).unwrap();
    assert!(!inner.join(".git").exists());
}

#[test]
fn a_linked_worktree() {
    let bench = Bench::new();
    let linked = bench.path("linked");
    git(
        &bench.repository(),
        &["worktree", "add", "--quiet", linked.to_str().unwrap()],
    );
    let protection = protect(&Listing::read(&linked).unwrap()).unwrap();
    assert_eq!(protection.mounts[0].path, ".git");
    assert!(
        protection
            .placeholders
            .iter()
            .all(|each| !each.path.starts_with(".git/"))
    );
}

#[test]
fn a_link_is_not_followed() {
    let bench = Bench::new();
    let hooks = bench.repository().join(".git/hooks");
    fs::remove_dir_all(&hooks).unwrap();
    symlink(bench.path("."), &hooks).unwrap();
    let error = protect(&Listing::read(&bench.repository()).unwrap()).unwrap_err();
    assert!(matches!(error, MountError::Link { .. }), "{error}");
}

#[test]
fn what_was_replaced_on_the_host_is_found() {
    let bench = Bench::new();
    let made = made(&bench);
    let before = Listing::read(&bench.repository()).unwrap();
    // What an agent may do is nothing of the kind.
    write(&bench.repository().join("README"), "x\n");
    git(
        &bench.repository(),
        &["commit", "--quiet", "-m", "x", "README"],
    );
    let after = Listing::read(&bench.repository()).unwrap();
    assert_eq!(after.replaced_since(&before).count(), 0);
    // Twice, so that a number could be given again.
    for value in ["1", "2"] {
        git(&bench.repository(), &["config", "some.key", value]);
    }
    fs::remove_dir(bench.repository().join(".vscode")).unwrap();
    let after = Listing::read(&bench.repository()).unwrap();
    let replaced: Vec<&str> = after.replaced_since(&before).collect();
    assert_eq!(replaced, [".git/config", ".vscode"]);
    remove_placeholders(&bench.repository(), &made).unwrap();
}

#[test]
fn the_agent_is_the_owner_of_the_folder_and_never_root() {
    let bench = Bench::new();
    let owner = fs::metadata(bench.repository()).unwrap().uid();
    if owner != 0 {
        assert_eq!(agent_user(&bench.repository()).unwrap().uid, owner);
        return;
    }
    let error = agent_user(&bench.repository()).unwrap_err();
    assert!(error.to_string().contains("belongs to root"), "{error}");
    std::os::unix::fs::chown(bench.repository(), Some(12345), Some(12346)).unwrap();
    let owner = agent_user(&bench.repository()).unwrap();
    assert_eq!((owner.uid, owner.gid), (12345, 12346));
}

#[test]
fn placeholders_are_not_committed_by_the_agent() {
    let bench = Bench::new();
    let repository = bench.repository();
    write(&repository.join(".git/info/exclude"), "*.mine");
    let made = made(&bench);
    // The sibling: without the folder they would be.
    assert!(git(&repository, &["status", "--porcelain"]).contains("?? .envrc"));
    let info = bench.path("git-info");
    write_git_info(&repository, &made, &info).unwrap();
    // As a mount puts it there.
    fs::remove_dir_all(repository.join(".git/info")).unwrap();
    fs::rename(&info, repository.join(".git/info")).unwrap();
    write(&repository.join("x.mine"), "x");
    write(&repository.join("new"), "x");
    assert_eq!(git(&repository, &["status", "--porcelain"]), "?? new");
    assert!(write_git_info(&repository, &made, &bench.path("state")).is_err());
}
