//! What the operator has is never overwritten, and what does not fit as a whole is not applied at all.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use bottle_run::workspace::{ConflictKind, GuardedPaths, WorkspaceError};

use crate::bench::{Bench, git, write};

/// Every file of the operator's, `.git` left out.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap_or_default());
        }
    }
    found
}

/// The files in the way of changes of which one would fit; nothing is touched.
fn conflicts(bench: &Bench) -> Vec<(String, ConflictKind)> {
    bench.agent("a fitting one", "x\n");
    let before = files(&bench.repository());
    let error = bench
        .changes()
        .apply(&bench.source(), GuardedPaths::LeaveOut)
        .unwrap_err();
    assert_eq!(files(&bench.repository()), before);
    let WorkspaceError::Conflict(conflicts) = error else {
        panic!("{error}");
    };
    conflicts
        .iter()
        .map(|each| (each.path.to_string(), each.why))
        .collect()
}

#[test]
fn uncommitted_changes() {
    for staged in [true, false] {
        let bench = Bench::new();
        bench.check_out();
        bench.agent("README", "agent\n");
        write(
            &bench.repository().join("README"),
            "one\ntwo\nthree\noperator\n",
        );
        if staged {
            git(&bench.repository(), &["add", "README"]);
        }
        assert_eq!(
            conflicts(&bench),
            [("README".to_owned(), ConflictKind::Uncommitted)]
        );
    }
}

#[test]
fn a_file_that_the_operator_removed() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("README", "agent\n");
    fs::remove_file(bench.repository().join("README")).unwrap();
    assert_eq!(
        conflicts(&bench),
        [("README".to_owned(), ConflictKind::Uncommitted)]
    );
    bench.commit("removed");
    assert_eq!(
        conflicts(&bench),
        [("README".to_owned(), ConflictKind::Diverged)]
    );
}

#[test]
fn new_files_of_both() {
    let bench = Bench::new();
    write(&bench.repository().join(".git/info/exclude"), "ignored\n");
    bench.check_out();
    for name in ["new", "ignored"] {
        bench.agent(name, "agent\n");
        write(&bench.repository().join(name), "operator\n");
    }
    assert_eq!(
        conflicts(&bench),
        [
            ("ignored".to_owned(), ConflictKind::Exists),
            ("new".to_owned(), ConflictKind::Uncommitted)
        ]
    );
}

#[test]
fn the_same_lines_in_commits_of_the_operator() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("README", "one\nagent\nthree\n");
    write(&bench.repository().join("README"), "one\noperator\nthree\n");
    bench.commit("operator's");
    assert_eq!(
        conflicts(&bench),
        [("README".to_owned(), ConflictKind::Diverged)]
    );
}

#[test]
fn a_folder_that_is_a_link() {
    let bench = Bench::new();
    let outside = bench.path("outside");
    fs::create_dir(&outside).unwrap();
    bench.check_out();
    bench.agent("out/new", "agent\n");
    symlink(&outside, bench.repository().join("out")).unwrap();
    assert_eq!(
        conflicts(&bench),
        [("out/new".to_owned(), ConflictKind::Blocked)]
    );
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn a_folder_where_a_file_comes() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("thing", "agent\n");
    write(&bench.repository().join("thing/mine"), "operator\n");
    assert_eq!(
        conflicts(&bench),
        [("thing".to_owned(), ConflictKind::Exists)]
    );
}

#[test]
fn other_uncommitted_files_do_not_matter() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("README", "agent\n");
    write(&bench.repository().join("src/main.rs"), "operator\n");
    let applied = bench
        .changes()
        .apply(&bench.source(), GuardedPaths::LeaveOut)
        .unwrap();
    assert_eq!(applied.applied.len(), 1);
    assert_eq!(bench.operator("src/main.rs").unwrap(), "operator\n");
}
