//! Whether anything would be lost with a checkout.

use std::fs;

use crate::bench::{Bench, git, identity};

fn has_changes(bench: &Bench) -> bool {
    bench.worktree().has_changes(&identity()).unwrap()
}

#[test]
fn nothing_was_done() {
    let bench = Bench::new();
    bench.check_out();
    assert!(!has_changes(&bench));
    // Looking around changes nothing.
    git(&bench.workspace(), &["status"]);
    git(&bench.workspace(), &["log"]);
    assert!(!has_changes(&bench));
}

#[test]
fn a_file_was_changed_or_made() {
    for file in ["README", "new"] {
        let bench = Bench::new();
        bench.check_out();
        bench.agent(file, "x");
        assert!(has_changes(&bench), "{file}");
    }
}

#[test]
fn commits_were_made() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    git(
        &workspace,
        &["commit", "--quiet", "--allow-empty", "-m", "x"],
    );
    assert!(has_changes(&bench));
    git(&workspace, &["reset", "--quiet", "--hard", "HEAD^"]);
    assert!(!has_changes(&bench));
}

#[test]
fn commits_were_made_elsewhere() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    git(&workspace, &["branch", "other"]);
    assert!(has_changes(&bench));
    git(&workspace, &["branch", "-D", "other"]);
    assert!(!has_changes(&bench));
    bench.agent("README", "x");
    git(&workspace, &["stash", "--quiet"]);
    assert!(has_changes(&bench));
}

#[test]
fn a_repository_that_is_not_as_it_was_counts() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    fs::remove_dir_all(workspace.join(".git")).unwrap();
    assert!(has_changes(&bench));
}

#[test]
fn a_repository_inside_counts() {
    let bench = Bench::new();
    let nested = bench.check_out().workspace.join("nested");
    fs::create_dir(&nested).unwrap();
    git(&nested, &["init", "--quiet"]);
    assert!(has_changes(&bench));
}
