//! What an agent did is seen, however it left it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::bench::{Bench, git, write};

#[test]
fn committed_uncommitted_and_new_files() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    assert!(bench.changes().is_empty());
    bench.agent("committed", "a\n");
    git(&workspace, &["add", "committed"]);
    git(&workspace, &["commit", "--quiet", "-m", "agent"]);
    bench.agent("staged", "b\n");
    git(&workspace, &["add", "staged"]);
    bench.agent("README", "one\nTWO\nthree\n");
    bench.agent("new file", "c\n");
    fs::remove_file(workspace.join("src/main.rs")).unwrap();
    assert_eq!(
        bench.changed(),
        [
            "M README",
            "A committed",
            "A new file",
            "D src/main.rs",
            "A staged"
        ]
    );
    let patch = String::from_utf8(bench.changes().patch().unwrap()).unwrap();
    assert!(patch.contains("-two\n+TWO\n"), "{patch}");
    let stat = bench.changes().stat().unwrap();
    assert!(
        stat.contains("README") && stat.contains("5 files changed"),
        "{stat}"
    );
}

#[test]
fn ignored_files_are_not_looked_at() {
    let bench = Bench::new();
    write(&bench.repository().join(".gitignore"), "target/\n*.log\n");
    write(&bench.repository().join("kept.log"), "a\n");
    git(&bench.repository(), &["add", "--force", "kept.log"]);
    bench.commit("ignore");
    bench.check_out();
    bench.agent("target/x", "x");
    bench.agent("y.log", "y");
    assert!(bench.changes().is_empty());
    // One that is in the base commit is none of them.
    bench.agent("kept.log", "b\n");
    assert_eq!(bench.changed(), ["M kept.log"]);
}

#[test]
fn links_modes_and_kinds() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    fs::set_permissions(workspace.join("README"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::remove_file(workspace.join("src/main.rs")).unwrap();
    symlink("../README", workspace.join("src/main.rs")).unwrap();
    assert_eq!(bench.changed(), ["M README", "T src/main.rs"]);
    let patch = String::from_utf8(bench.changes().patch().unwrap()).unwrap();
    assert!(
        patch.contains("new mode 100755") && patch.contains("new file mode 120000"),
        "{patch}"
    );
}

#[test]
fn a_folder_for_a_file_and_a_file_for_a_folder() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    fs::remove_file(workspace.join("README")).unwrap();
    bench.agent("README/inner", "x\n");
    fs::remove_dir_all(workspace.join("src")).unwrap();
    bench.agent("src", "x\n");
    assert_eq!(
        bench.changed(),
        ["D README", "A README/inner", "A src", "D src/main.rs"]
    );
}

#[test]
fn a_file_that_was_touched_and_is_the_same() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("README", "one\ntwo\nthree\n");
    assert!(bench.changes().is_empty());
}

#[test]
fn a_change_that_hides_in_size_and_time_is_seen() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let path = workspace.join("README");
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "ONE\ntwo\nthree\n").unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(before)
        .unwrap();
    assert_eq!(bench.changed(), ["M README"]);
}

#[test]
fn names_are_quoted() {
    let bench = Bench::new();
    bench.check_out();
    for name in [
        "-rf",
        "--output=x",
        "a\nb",
        "\u{1b}[2J",
        "ü",
        "a b",
        "*",
        ":(exclude)*",
        "\"q\"",
    ] {
        bench.agent(name, "x\n");
    }
    let changes = bench.changes();
    assert_eq!(changes.iter().count(), 9);
    assert!(
        changes
            .iter()
            .any(|change| change.to_string() == "A \\u{1b}[2J")
    );
    assert!(!changes.stat().unwrap().contains('\u{1b}'));
    let patch = String::from_utf8(changes.patch().unwrap()).unwrap();
    assert!(
        patch.contains("\"b/\\033[2J\"") && patch.contains("b/--output=x"),
        "{patch}"
    );
}

#[test]
fn line_ends_as_the_repository_wants_them() {
    let bench = Bench::new();
    write(
        &bench.repository().join(".gitattributes"),
        "*.txt text eol=crlf\n",
    );
    write(&bench.repository().join("a.txt"), "one\r\ntwo\r\n");
    bench.commit("crlf");
    let workspace = bench.check_out().workspace;
    assert_eq!(
        fs::read(workspace.join("a.txt")).unwrap(),
        b"one\r\ntwo\r\n"
    );
    bench.agent("a.txt", "one\r\nTWO\r\n");
    let patch = String::from_utf8(bench.changes().patch().unwrap()).unwrap();
    assert!(patch.contains(" one\n-two\n+TWO\n"), "{patch}");
}

#[test]
fn nothing_is_left_beside_the_checkout() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("new", "x");
    bench.changes().patch().unwrap();
    let mut names: Vec<_> = fs::read_dir(bench.state())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["base.git", "workspace"]);
}
