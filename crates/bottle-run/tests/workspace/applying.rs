//! What comes back to the operator.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use bottle_run::workspace::{Applied, GuardedPaths, LeftOutBecause, Source};

use crate::bench::{Bench, git, write};

fn apply(bench: &Bench) -> Applied {
    bench
        .changes()
        .apply(&bench.source(), GuardedPaths::LeaveOut)
        .unwrap()
}

fn shown<T: ToString>(things: &[T]) -> Vec<String> {
    things.iter().map(ToString::to_string).collect()
}

#[test]
fn it_is_there_and_not_committed() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    bench.agent("README", "one\nTWO\nthree\n");
    bench.agent("new folder/ü", "x\n");
    bench.agent("program", "#!/bin/sh\n");
    fs::set_permissions(workspace.join("program"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(workspace.join("binary"), [0, 255, 1, 254]).unwrap();
    fs::remove_file(workspace.join("src/main.rs")).unwrap();
    symlink("README", workspace.join("link")).unwrap();
    let head = git(&bench.repository(), &["rev-parse", "HEAD"]);
    let applied = apply(&bench);
    assert_eq!(applied.applied.len(), 6);
    assert!(applied.already.is_empty() && applied.left_out.is_empty());
    assert_eq!(bench.operator("README").unwrap(), "one\nTWO\nthree\n");
    assert_eq!(bench.operator("new folder/ü").unwrap(), "x\n");
    assert_eq!(
        fs::read(bench.repository().join("binary")).unwrap(),
        [0, 255, 1, 254]
    );
    assert_eq!(bench.operator("src/main.rs"), None);
    assert_eq!(
        fs::read_link(bench.repository().join("link"))
            .unwrap()
            .to_str(),
        Some("README")
    );
    let mode = fs::metadata(bench.repository().join("program"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111);
    assert_eq!(git(&bench.repository(), &["rev-parse", "HEAD"]), head);
    assert_eq!(
        git(&bench.repository(), &["diff", "--cached", "--name-only"]),
        ""
    );
}

#[test]
fn a_second_time_does_no_harm() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    bench.agent("README", "x\n");
    bench.agent("new", "x\n");
    fs::remove_file(workspace.join("src/main.rs")).unwrap();
    assert_eq!(apply(&bench).applied.len(), 3);
    let again = apply(&bench);
    assert!(again.applied.is_empty());
    assert_eq!(shown(&again.already), ["README", "new", "src/main.rs"]);
    // The agent goes on with another file: that alone is brought.
    bench.agent("another", "x\n");
    let third = apply(&bench);
    assert_eq!(shown(&third.applied), ["A another"]);
    // Also after the operator committed it.
    bench.commit("agent's");
    assert!(apply(&bench).applied.is_empty());
}

#[test]
fn nothing_to_apply() {
    let bench = Bench::new();
    bench.check_out();
    let applied = apply(&bench);
    assert!(applied.applied.is_empty() && applied.already.is_empty());
}

#[test]
fn guarded_paths_are_left_out_and_named() {
    let bench = Bench::new();
    write(&bench.repository().join(".envrc"), "old\n");
    bench.commit("envrc");
    let workspace = bench.check_out().workspace;
    bench.agent(".envrc", "evil\n");
    bench.agent("sub/.vscode/tasks.json", "{}\n");
    // Renamed to.
    fs::create_dir(workspace.join(".husky")).unwrap();
    fs::rename(
        workspace.join("src/main.rs"),
        workspace.join(".husky/pre-commit"),
    )
    .unwrap();
    bench.agent("new", "x\n");
    let applied = apply(&bench);
    assert_eq!(shown(&applied.applied), ["A new", "D src/main.rs"]);
    let left_out = shown(&applied.left_out);
    let why = "is run or obeyed on this machine later";
    assert_eq!(
        left_out,
        [
            format!(".envrc {why}"),
            format!(".husky/pre-commit {why}"),
            format!("sub/.vscode/tasks.json {why}")
        ]
    );
    assert_eq!(bench.operator(".envrc").unwrap(), "old\n");
    assert!(
        !bench.repository().join(".husky").exists() && !bench.repository().join("sub").exists()
    );
    // Asked for.
    let applied = bench
        .changes()
        .apply(&bench.source(), GuardedPaths::Apply)
        .unwrap();
    assert_eq!(applied.applied.len(), 3);
    assert_eq!(bench.operator(".envrc").unwrap(), "evil\n");
}

#[test]
fn links_that_stay_inside_are_brought_and_others_not() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    for (name, target) in [
        ("inside", "src/main.rs"),
        ("git", ".git/config"),
        ("up", "../x"),
        ("root", "/etc"),
    ] {
        symlink(target, workspace.join(name)).unwrap();
    }
    let applied = apply(&bench);
    assert_eq!(shown(&applied.applied), ["A inside"]);
    assert!(
        applied
            .left_out
            .iter()
            .all(|each| each.why == LeftOutBecause::LeadsOut)
    );
    assert_eq!(applied.left_out.len(), 3);
}

#[test]
fn the_operators_commits_since_then_are_kept() {
    let bench = Bench::new();
    let many: Vec<String> = (0..=40).map(|number| number.to_string()).collect();
    let many = many.join("\n") + "\n";
    write(&bench.repository().join("many"), &many);
    bench.commit("many");
    bench.check_out();
    bench.agent("many", &many.replace("30\n", "agent\n"));
    write(
        &bench.repository().join("many"),
        &many.replace("3\n", "operator\n"),
    );
    bench.commit("operator's");
    assert!(
        bench
            .changes()
            .apply(&bench.source(), GuardedPaths::LeaveOut)
            .is_err(),
        "33 differs, too"
    );
    let theirs = many.replacen("3\n", "operator\n", 1);
    write(&bench.repository().join("many"), &theirs);
    bench.commit("operator's");
    assert_eq!(apply(&bench).applied.len(), 1);
    assert_eq!(
        bench.operator("many").unwrap(),
        theirs.replace("30\n", "agent\n")
    );
}

#[test]
fn it_begins_at_the_top_wherever_the_operator_is() {
    let bench = Bench::new();
    bench.check_out();
    bench.agent("README", "x\n");
    let source = Source::of(&bench.repository().join("src")).unwrap();
    bench
        .changes()
        .apply(&source, GuardedPaths::LeaveOut)
        .unwrap();
    assert_eq!(bench.operator("README").unwrap(), "x\n");
}

#[test]
fn a_file_becomes_a_folder() {
    let bench = Bench::new();
    let workspace = bench.check_out().workspace;
    fs::remove_file(workspace.join("README")).unwrap();
    bench.agent("README/inner", "x\n");
    assert_eq!(apply(&bench).applied.len(), 2);
    assert_eq!(bench.operator("README/inner").unwrap(), "x\n");
    assert!(apply(&bench).applied.is_empty());
}

#[test]
fn line_ends_as_the_operator_has_them() {
    let bench = Bench::new();
    write(
        &bench.repository().join(".gitattributes"),
        "*.txt text eol=crlf\n",
    );
    write(&bench.repository().join("a.txt"), "one\r\ntwo\r\n");
    bench.commit("crlf");
    bench.check_out();
    bench.agent("a.txt", "one\r\nTWO\r\n");
    assert_eq!(apply(&bench).applied.len(), 1);
    assert_eq!(bench.operator("a.txt").unwrap(), "one\r\nTWO\r\n");
    assert!(apply(&bench).applied.is_empty());
}

#[test]
fn hooks_of_the_operator_are_not_run() {
    let bench = Bench::new();
    bench.check_out();
    let marker = bench.marker();
    for hook in ["post-index-change", "applypatch-msg", "pre-commit"] {
        fs::create_dir_all(bench.repository().join(".git/hooks")).unwrap();
        symlink(&marker, bench.repository().join(".git/hooks").join(hook)).unwrap();
    }
    git(&bench.repository(), &["config", "core.fsmonitor", &marker]);
    bench.agent("README", "x\n");
    let _ = fs::remove_file(bench.mark());
    apply(&bench);
    assert!(!bench.mark().exists());
}
