//! An agent that wants something to be run, read or written on the host, or to have its work overlooked.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use bottle_run::workspace::{GuardedPaths, LeftOutBecause, WorkspaceError};

use crate::bench::{Bench, git, identity, try_git, write};

/// Everything that reads the checkout.
fn look(bench: &Bench) -> Vec<(String, LeftOutBecause)> {
    let changes = bench.changes();
    changes.patch().unwrap();
    changes.stat().unwrap();
    bench.worktree().has_changes(&identity()).unwrap();
    changes.apply(&bench.source(), GuardedPaths::Apply).unwrap();
    let left_out = changes.left_out.iter();
    left_out
        .map(|each| (each.path.to_string(), each.why))
        .collect()
}

fn nothing_ran(bench: &Bench) {
    let mark = fs::read_to_string(bench.mark()).unwrap_or_default();
    assert!(mark.is_empty(), "{mark}");
}

/// Lets plain git run what was prepared, to show that it would.
fn it_would_have(bench: &Bench, args: &[&str]) {
    nothing_ran(bench);
    try_git(&bench.workspace(), args);
    assert!(
        bench.mark().exists(),
        "git {args:?} does not run the program: the test shows nothing"
    );
}

#[test]
fn a_monitor() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    git(&workspace, &["config", "core.fsmonitor", &bench.marker()]);
    bench.agent("README", "x\n");
    look(&bench);
    it_would_have(&bench, &["status"]);
}

#[test]
fn a_program_for_differences() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    git(&workspace, &["config", "diff.external", &bench.marker()]);
    bench.agent("README", "x\n");
    look(&bench);
    it_would_have(&bench, &["diff"]);
}

#[test]
fn a_program_that_makes_text() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    git(
        &workspace,
        &["config", "diff.evil.textconv", &bench.marker()],
    );
    git(
        &workspace,
        &["config", "diff.evil.command", &bench.marker()],
    );
    bench.agent(".gitattributes", "* diff=evil\n");
    bench.agent("README", "x\n");
    look(&bench);
    it_would_have(&bench, &["diff"]);
}

#[test]
fn filters() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    for key in [
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
    ] {
        git(&workspace, &["config", key, &bench.marker()]);
    }
    bench.agent(".gitattributes", "* filter=evil\n");
    bench.agent("README", "x\n");
    look(&bench);
    assert_eq!(bench.operator("README").as_deref(), Some("x\n"));
    it_would_have(&bench, &["add", "--all"]);
}

#[test]
fn hooks() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let marker = bench.marker();
    fs::create_dir_all(workspace.join(".git/hooks")).unwrap();
    for hook in [
        "pre-commit",
        "post-index-change",
        "reference-transaction",
        "post-checkout",
    ] {
        symlink(&marker, workspace.join(".git/hooks").join(hook)).unwrap();
    }
    bench.agent("README", "x\n");
    look(&bench);
    it_would_have(&bench, &["commit", "--all", "-m", "x"]);
}

#[test]
fn hooks_and_a_configuration_from_elsewhere() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    // All of git's folder but the head is taken from another one.
    fs::create_dir(workspace.join("evil")).unwrap();
    for each in ["config", "objects", "refs"] {
        fs::rename(
            workspace.join(".git").join(each),
            workspace.join("evil").join(each),
        )
        .unwrap();
    }
    write(&workspace.join(".git/commondir"), "../evil\n");
    let config = workspace.join("evil/config");
    let text = fs::read_to_string(&config).unwrap();
    write(
        &config,
        &format!("{text}\tfsmonitor = {}\n", bench.marker()),
    );
    bench.agent("README", "x\n");
    look(&bench);
    it_would_have(&bench, &["status"]);
}

#[test]
fn a_repository_inside() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    for nested in ["nested", "src"] {
        let path = workspace.join(nested);
        fs::create_dir_all(&path).unwrap();
        git(&path, &["init", "--quiet"]);
        write(&path.join("x"), "x\n");
        git(&path, &["add", "x"]);
        git(&path, &["commit", "--quiet", "-m", "x"]);
        git(&path, &["config", "core.fsmonitor", &bench.marker()]);
    }
    let left_out = look(&bench);
    assert_eq!(
        left_out,
        [("nested".to_owned(), LeftOutBecause::Repository)]
    );
    // One that was put around files of the base commit hides none of them.
    assert_eq!(bench.changed(), ["A src/x"]);
    it_would_have(&bench, &["-C", "nested", "status"]);
    assert!(!bench.repository().join("nested").exists());
}

#[test]
fn a_repository_elsewhere() {
    for link in [true, false] {
        let bench = Bench::new();
        let workspace = bench.check_out().workspace;
        let evil = bench.path("evil");
        git(
            &bench.path("."),
            &["init", "--quiet", evil.to_str().unwrap()],
        );
        git(&evil, &["config", "core.fsmonitor", &bench.marker()]);
        fs::remove_dir_all(workspace.join(".git")).unwrap();
        if link {
            symlink(evil.join(".git"), workspace.join(".git")).unwrap();
        } else {
            write(
                &workspace.join(".git"),
                &format!("gitdir: {}\n", evil.join(".git").display()),
            );
        }
        bench.agent("README", "x\n");
        look(&bench);
        assert_eq!(bench.changed(), ["M README"]);
        it_would_have(&bench, &["status"]);
    }
}

#[test]
fn no_repository_any_more() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    fs::remove_dir_all(workspace.join(".git")).unwrap();
    bench.agent("README", "x\n");
    look(&bench);
    assert_eq!(bench.changed(), ["M README"]);
}

#[test]
fn links_out_of_the_tree_are_links() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let outside = bench.path("outside");
    write(&outside.join("main.rs"), "secret of the operator\n");
    write(&outside.join("new"), "secret of the operator\n");
    fs::remove_file(workspace.join("README")).unwrap();
    symlink(outside.join("new"), workspace.join("README")).unwrap();
    fs::remove_dir_all(workspace.join("src")).unwrap();
    symlink(&outside, workspace.join("src")).unwrap();
    assert_eq!(bench.changed(), ["T README", "A src", "D src/main.rs"]);
    let changes = bench.changes();
    let patch = String::from_utf8(changes.patch().unwrap()).unwrap();
    assert!(!patch.contains("secret of the operator"), "{patch}");
    // Neither reaches the operator's files; the file that went with one does.
    let applied = changes.apply(&bench.source(), GuardedPaths::Apply).unwrap();
    let left_out: Vec<_> = applied
        .left_out
        .iter()
        .map(|each| (each.path.to_string(), each.why))
        .collect();
    assert_eq!(
        left_out,
        [
            ("README".to_owned(), LeftOutBecause::LeadsOut),
            ("src".to_owned(), LeftOutBecause::LeadsOut)
        ]
    );
    assert_eq!(
        bench.operator("README").as_deref(),
        Some("one\ntwo\nthree\n")
    );
    assert!(outside.join("main.rs").exists());
}

#[test]
fn an_ignore_file_that_is_a_link_is_not_read() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let everything = bench.path("everything");
    write(&everything, "*\n");
    symlink(&everything, workspace.join(".gitignore")).unwrap();
    bench.agent("new", "x\n");
    assert!(bench.changed().contains(&"A new".to_owned()));
}

#[test]
fn exclusions_of_the_agents_repository_hide_nothing() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    write(&workspace.join(".git/info/exclude"), "*\n");
    git(
        &workspace,
        &["update-index", "--assume-unchanged", "README"],
    );
    bench.agent("README", "x\n");
    bench.agent("new", "x\n");
    assert_eq!(bench.changed(), ["M README", "A new"]);
}

#[test]
fn a_text_that_is_declared_binary_is_shown() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent(".gitattributes", "* -diff\n");
    bench.agent("README", "visible\n");
    let patch = String::from_utf8(bench.changes().patch().unwrap()).unwrap();
    assert!(patch.contains("+visible"), "{patch}");
}

#[test]
fn an_encoding_that_the_file_has_not() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent(".gitattributes", "* working-tree-encoding=UTF-16\n");
    bench.agent("README", "visible\n");
    let patch = String::from_utf8(bench.changes().patch().unwrap()).unwrap();
    assert!(patch.contains("+visible"), "{patch}");
}

#[test]
fn other_spellings_of_the_git_folder_are_left_out() {
    let bench = Bench::new();
    bench.check_out();
    for folder in [
        ".GIT",
        "git~1",
        "sub/.Git",
        ".g\u{200c}it",
        ".git ",
        "a\\.git",
    ] {
        bench.agent(&format!("{folder}/hooks/pre-commit"), "#!/bin/sh\n");
    }
    bench.agent("new", "x\n");
    let left_out = look(&bench);
    assert_eq!(left_out.len(), 6);
    assert!(
        left_out
            .iter()
            .all(|(_, why)| *why == LeftOutBecause::GitFolder)
    );
    assert_eq!(bench.changed(), ["A new"]);
}

#[test]
fn a_link_that_git_refuses_does_not_stop_the_rest() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    symlink("README", workspace.join(".gitmodules")).unwrap();
    bench.agent("new", "x\n");
    assert_eq!(
        look(&bench),
        [(".gitmodules".to_owned(), LeftOutBecause::GitFolder)]
    );
    assert_eq!(bench.changed(), ["A new"]);
}

#[test]
fn a_huge_file_is_an_error_that_names_it() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let huge = |path: &Path| fs::File::create(path).unwrap().set_len(1 << 40).unwrap();
    huge(&workspace.join("huge"));
    let error = bench.worktree().changes().unwrap_err();
    assert!(matches!(error, WorkspaceError::TooLarge { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("huge has 1099511627776 bytes"),
        "{error}"
    );
    // It is kept; and one that is ignored is fine.
    assert!(bench.worktree().has_changes(&identity()).is_err());
    bench.agent(".gitignore", "huge\n");
    assert_eq!(bench.changed(), ["A .gitignore"]);
}

#[test]
fn many_middling_files_are_too_much_together() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    // Holes are copied as what they read as, so nine of 64 MiB are over the whole.
    for number in 0..9 {
        let file = fs::File::create(workspace.join(format!("{number}"))).unwrap();
        file.set_len(64 * 1024 * 1024).unwrap();
    }
    let error = bench.worktree().changes().unwrap_err();
    assert!(matches!(error, WorkspaceError::TooLarge { .. }), "{error}");
}

#[test]
fn pipes_do_not_hold_anybody_up() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    fs::remove_file(workspace.join("README")).unwrap();
    pipe(&workspace.join("README"));
    pipe(&workspace.join("new"));
    assert_eq!(
        look(&bench),
        [("README".to_owned(), LeftOutBecause::Special)]
    );
}

fn pipe(path: &Path) {
    let status = std::process::Command::new("mkfifo").arg(path).status();
    assert!(status.unwrap().success());
}

#[test]
fn files_that_git_opens_are_no_traps() {
    for name in [".gitignore", "src/.gitattributes"] {
        for huge in [true, false] {
            let bench = Bench::new();
            let path = bench.check_out().workspace.join(name);
            if huge {
                fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
            } else {
                pipe(&path);
            }
            let error = bench.worktree().changes().unwrap_err();
            assert!(matches!(error, WorkspaceError::Trap { .. }), "{error}");
            assert!(error.to_string().starts_with(name), "{error}");
            fs::remove_file(&path).unwrap();
            fs::write(&path, "x\n").unwrap();
            assert_eq!(bench.changed(), [format!("A {name}")]);
        }
    }
}

#[test]
fn a_deep_tree_has_an_end() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let mut folder = workspace;
    for _ in 0..1500 {
        folder.push("d");
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("x"), "x").unwrap();
    assert_eq!(bench.changed().len(), 1);
}

#[test]
fn programs_in_the_checkout_are_not_found_as_git() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    let marker = bench.marker();
    for name in ["git", "git-diff-files", "cat"] {
        symlink(&marker, workspace.join(name)).unwrap();
    }
    look(&bench);
    nothing_ran(&bench);
}
