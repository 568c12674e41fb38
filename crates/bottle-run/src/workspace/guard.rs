//! What is run or obeyed on the host later, without anybody running the project.

use super::TreePath;
use super::tree_path::folded;

/// What lies at a guarded name when there is something: decides what a placeholder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardKind {
    /// A folder.
    Folder,
    /// A file, and a content that its reader takes for nothing.
    File(&'static str),
}

/// A name that is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// The name.
    pub name: &'static str,
    /// What it is.
    pub kind: GuardKind,
}

const fn folder(name: &'static str) -> Guard {
    let kind = GuardKind::Folder;
    Guard { name, kind }
}

const fn file(name: &'static str) -> Guard {
    let kind = GuardKind::File("");
    Guard { name, kind }
}

const fn json(name: &'static str, content: &'static str) -> Guard {
    let kind = GuardKind::File(content);
    Guard { name, kind }
}

/// What a shell, an editor, an agent, git or a package manager on the host reads by itself and takes commands from: on
/// entering or opening the folder, on a commit, on an installation. Not among them is what runs when somebody builds, tests
/// or starts the project (a `Makefile`, `package.json`, `build.rs`): that is the work the agent was asked for.
pub const GUARDS: &[Guard] = &[
    // Shells, and version managers that hook into them.
    folder(".direnv"),
    file(".envrc"),
    folder(".mise"),
    file(".mise.toml"),
    file("mise.toml"),
    file("mise.local.toml"),
    file(".tool-versions"),
    // Editors: tasks, language servers, interpreters.
    folder(".vscode"),
    folder(".idea"),
    folder(".fleet"),
    folder(".zed"),
    folder(".devcontainer"),
    json(".devcontainer.json", "{}\n"),
    // Agents: hooks, servers to start, permissions.
    folder(".claude"),
    folder(".claude-bottle"),
    folder(".codex"),
    folder(".agents"),
    folder(".cursor"),
    folder(".gemini"),
    folder(".kiro"),
    folder(".opencode"),
    folder(".windsurf"),
    json(".mcp.json", "{\"mcpServers\": {}}\n"),
    json("opencode.json", "{}\n"),
    file(".aider.conf.yml"),
    // Git hooks by way of a program that installed itself there.
    folder(".husky"),
    folder(".githooks"),
    file(".pre-commit-config.yaml"),
    file("lefthook.yml"),
    file(".lefthook.yml"),
    // Git: where submodules come from, and how they are updated.
    file(".gitmodules"),
    // Package managers: which program they are, and what it loads.
    file(".npmrc"),
    file(".yarnrc.yml"),
    file(".pnpmfile.cjs"),
];

/// What git obeys in its own folder. What is left out is data: objects, references, the index.
pub const GIT_GUARDS: &[Guard] = &[
    folder("hooks"),
    file("config"),
    file("config.worktree"),
    // Says where the configuration and the hooks are; `.` is where they are anyway. An empty one is an error to git.
    json("commondir", ".\n"),
    folder("info"),
    // Repositories of their own, with a configuration and hooks each.
    folder("modules"),
    folder("worktrees"),
];

/// The end of names of an editor's workspace files, which hold tasks and settings.
const WORKSPACE_FILE: &str = ".code-workspace";

/// Whether a path is guarded, at whatever depth: a folder further down is opened by itself, too. Names are compared as the
/// least careful file system does.
pub fn guarded(path: &TreePath) -> bool {
    let is_guarded = |name: &[u8]| {
        let name = folded(name);
        name.ends_with(WORKSPACE_FILE) || GUARDS.iter().any(|guard| guard.name == name)
    };
    path.names().any(is_guarded)
}

/// Whether a link leads out of the repository, or into a `.git` of it. Judged by the text alone, so what cannot be told is
/// said to lead out: a `..` after a name, which may be another link.
pub(super) fn leads_out(link: &TreePath, target: &[u8]) -> bool {
    if target.is_empty() || target.starts_with(b"/") {
        return true;
    }
    let depth = link.names().count().saturating_sub(1);
    let mut ups: usize = 0;
    let mut down = false;
    for name in target.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." if down => return true,
            b".." => ups = ups.saturating_add(1),
            name if super::tree_path::is_git_folder(name) => return true,
            _ => down = true,
        }
    }
    ups > depth
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> TreePath {
        TreePath::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn guarded_and_not() {
        for text in [
            ".vscode/tasks.json",
            "sub/.envrc",
            ".VSCode/x",
            "a/x.code-workspace",
            ".claude",
            "web/.npmrc",
        ] {
            assert!(guarded(&path(text)), "{text}");
        }
        for text in [
            "vscode/tasks.json",
            ".envrc.example",
            "Makefile",
            "package.json",
            ".github/workflows/ci.yml",
            "claude",
        ] {
            assert!(!guarded(&path(text)), "{text}");
        }
    }

    #[test]
    fn each_name_is_one_step_below_a_mount() {
        // A folder on the way could be moved aside, and another one put in its place.
        for guard in GUARDS.iter().chain(GIT_GUARDS) {
            assert!(!guard.name.contains('/'), "{}", guard.name);
            assert_eq!(folded(guard.name.as_bytes()), guard.name, "compared folded");
        }
    }

    #[test]
    fn where_links_lead() {
        for (link, target) in [
            ("a", "/etc/passwd"),
            ("a", ".."),
            ("a", "../x"),
            ("d/a", "../../x"),
            ("d/a", "b/../c"),
            ("a", ".git/hooks"),
            ("d/a", "../.GIT"),
            ("a", ""),
        ] {
            assert!(
                leads_out(&path(link), target.as_bytes()),
                "{link} -> {target}"
            );
        }
        for (link, target) in [
            ("a", "b"),
            ("d/a", ".."),
            ("d/a", "../b/c"),
            ("d/e/a", "../../b"),
            ("a", "./b//c"),
            ("a", "."),
        ] {
            assert!(
                !leads_out(&path(link), target.as_bytes()),
                "{link} -> {target}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_link_that_stays_resolves_inside(depth in 0_usize..4, target in "(\\.\\./|a/|\\./|\\.git/){0,6}b?") {
            let link = path(&format!("{}l", "d/".repeat(depth)));
            let mut level = i64::try_from(depth).unwrap();
            let mut lowest = level;
            for name in target.split('/') {
                level += match name { "" | "." => 0, ".." => -1, _ => 1 };
                lowest = lowest.min(level);
            }
            if !leads_out(&link, target.as_bytes()) {
                prop_assert!(lowest >= 0 && !target.contains(".git"));
            }
        }
    }
}
