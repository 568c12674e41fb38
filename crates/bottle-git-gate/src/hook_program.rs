//! What git starts as its hooks.

use std::path::{Path, PathBuf};

use crate::ssh::quoted;

/// The subcommand that plays a hook, whose name stands behind it.
pub const HOOK_COMMAND: &str = "git-gate-hook";

/// The program that plays the hooks, and the words in front of [`HOOK_COMMAND`].
#[derive(Debug, Clone)]
pub struct HookProgram {
    /// The executable.
    pub path: PathBuf,
    /// What comes first on its command line; plain words.
    pub words: Vec<&'static str>,
}

impl HookProgram {
    /// The text of a hook. Nothing in it comes from outside.
    pub(crate) fn script(&self, hook: &str) -> String {
        let Self { path, words } = self;
        let path = quoted(Path::new(path));
        let mut script = format!("#!/bin/sh\nexec {}", path.to_string_lossy());
        for word in words.iter().copied().chain([HOOK_COMMAND, hook]) {
            script.push(' ');
            script.push_str(word);
        }
        script.push('\n');
        script
    }
}
