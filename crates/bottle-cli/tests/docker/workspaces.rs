//! The operator's folder in a real bottle: what an agent can do there, and what comes back.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::support::Cli;

fn git(folder: &Path, args: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "safe.directory=*", "-c", "init.defaultBranch=main"])
        .args(identity)
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A repository with one commit, and a home whose bottle gets it in this way.
fn project(workspace: &str) -> (Cli, tempfile::TempDir) {
    let cli = Cli::new();
    let manifest = format!("---\nprovider: command\nworkspace: {workspace}\n---\n");
    fs::write(cli.home().join("bottles/dev.md"), manifest).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for name in ["notes.txt", "sub/deep.txt"] {
        fs::write(folder.path().join(name), "one\n").unwrap();
    }
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "one"]);
    (cli, folder)
}

fn run(cli: &Cli, folder: &Path, args: &[&str]) -> Output {
    cli.command(args).current_dir(folder).output().unwrap()
}

/// Gives a folder to whom an agent can run as.
fn give(folder: &Path) {
    let status = Command::new("chown")
        .args(["-R", "1000:1000"])
        .arg(folder)
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_clone_is_changed_shown_applied_and_removed() {
    let (cli, folder) = project("worktree");
    let sub = folder.path().join("sub");
    let script = "pwd; git log --oneline | wc -l; git branch --show-current | cut -d/ -f1; git remote; \
        echo two >> deep.txt; echo new > ../new.txt; echo evil > ../.envrc; \
        git config core.fsmonitor 'touch /tmp/mark; true'; git add -A; git -c user.name=a -c user.email=a@a commit -qm two";
    let ran = run(&cli, &sub, &["run", "dev", "--", "sh", "-c", script]);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    assert_eq!(text(&ran.stdout), "/workspace/sub\n1\nbottle\n");
    assert!(
        text(&ran.stderr).contains("its clone has changes"),
        "{}",
        text(&ran.stderr)
    );
    let identity = cli.identities().pop().unwrap();
    assert!(cli.is_gone());
    // What a crash leaves is removed, what has changes is not.
    assert!(text(&run(&cli, &sub, &["cleanup", "--yes"]).stdout).contains("nothing is left"));

    let diff = run(&cli, &sub, &["diff", &identity]);
    assert!(text(&diff.stdout).contains("+two") && text(&diff.stdout).contains("+new"));
    assert_eq!(git(folder.path(), &["status", "--short"]), "");
    let applied = run(&cli, &sub, &["apply", &identity]);
    assert_eq!(applied.status.code(), Some(0), "{}", text(&applied.stderr));
    assert!(text(&applied.stderr).contains(".envrc"));
    let status = git(folder.path(), &["status", "--short"]);
    assert_eq!(status, " M sub/deep.txt\n?? new.txt\n");
    let again = run(&cli, &sub, &["apply", &identity]);
    assert!(
        text(&again.stderr).contains("nothing to apply"),
        "{}",
        text(&again.stderr)
    );

    let resumed = run(
        &cli,
        &sub,
        &[
            "resume",
            &identity,
            "--yes",
            "--",
            "sh",
            "-c",
            "pwd; cat deep.txt",
        ],
    );
    assert_eq!(
        text(&resumed.stdout),
        "/workspace/sub\none\ntwo\n",
        "{}",
        text(&resumed.stderr)
    );
    let removed = run(&cli, &sub, &["cleanup", "--yes", &identity]);
    assert_eq!(removed.status.code(), Some(0), "{}", text(&removed.stderr));
    let clean = run(&cli, &sub, &["run", "dev", "--", "true"]);
    assert_eq!(clean.status.code(), Some(0));
    assert!(cli.identities().is_empty(), "a clone without changes goes");
    assert!(cli.is_gone());
}

#[test]
fn what_runs_later_on_the_host_cannot_be_written_through_a_mount() {
    let (cli, folder) = project("mount");
    let refused = run(&cli, Path::new("/"), &["run", "dev", "--", "true"]);
    assert!(text(&refused.stderr).contains("would show the agent"));
    give(folder.path());
    let before = listing(folder.path());
    let script = "id -u; echo two >> notes.txt; \
        for path in .git/hooks/pre-commit .git/config .git/config.worktree .git/info/exclude .envrc .vscode/tasks.json .mcp.json; do \
            (echo evil >> $path) 2>/dev/null && echo \"wrote $path\"; done; \
        mv .git other 2>/dev/null && echo moved; rm -rf .envrc .vscode .git/hooks 2>/dev/null && echo removed; \
        ln -s /tmp .git/hooks/x 2>/dev/null && echo linked; \
        git -c user.name=a -c user.email=a@a commit -qam two && git status --short; git log --oneline | wc -l";
    let ran = run(
        &cli,
        folder.path(),
        &["run", "dev", "--", "sh", "-c", script],
    );
    assert_eq!(text(&ran.stdout), "1000\n2\n", "{}", text(&ran.stderr));
    assert!(
        !text(&ran.stderr).contains("replaced"),
        "{}",
        text(&ran.stderr)
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("notes.txt")).unwrap(),
        "one\ntwo\n"
    );
    assert_eq!(git(folder.path(), &["log", "--oneline"]).lines().count(), 2);
    assert_eq!(listing(folder.path()), before, "placeholders are left");
    assert!(cli.identities().is_empty() && cli.is_gone());
}

#[test]
fn one_folder_has_one_agent_and_a_crash_leaves_no_placeholder() {
    let (cli, folder) = project("mount");
    give(folder.path());
    let before = listing(folder.path());
    let mut command = cli.command(&["run", "dev", "--", "sh", "-c", "echo ready; sleep 300"]);
    let said = tempfile::NamedTempFile::new().unwrap();
    let mut first = command
        .current_dir(folder.path())
        .stdout(said.reopen().unwrap())
        .spawn()
        .unwrap();
    super::support::wait_until("the session", || {
        fs::read_to_string(said.path()).unwrap().contains("ready")
    });
    let second = run(
        &cli,
        &folder.path().join("sub"),
        &["run", "dev", "--", "true"],
    );
    assert_eq!(second.status.code(), Some(125));
    assert!(
        text(&second.stderr).contains("is mounted in dev-"),
        "{}",
        text(&second.stderr)
    );
    assert_ne!(listing(folder.path()), before);
    first.kill().unwrap();
    first.wait().unwrap();
    let cleaned = run(&cli, folder.path(), &["cleanup", "--yes"]);
    assert_eq!(cleaned.status.code(), Some(0), "{}", text(&cleaned.stderr));
    assert_eq!(listing(folder.path()), before);
    assert!(cli.is_gone());
}

/// Every name in a folder and in its `.git`, but for what a commit makes.
fn listing(folder: &Path) -> Vec<String> {
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().path().display().to_string())
            .filter(|name| !name.ends_with("COMMIT_EDITMSG"))
            .collect();
        names.sort();
        names
    };
    [names(folder), names(&folder.join(".git"))].concat()
}
