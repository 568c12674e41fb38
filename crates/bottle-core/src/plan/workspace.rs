//! How the current folder gets in.

/// How the folder that bottle was called in gets into the agent's container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Workspace {
    /// It does not.
    #[default]
    None,
    /// As a copy.
    Copy,
    /// Itself.
    Mount,
    /// As a git worktree of its own.
    Worktree,
}

impl Workspace {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Copy, Self::Mount, Self::Worktree];

    /// As it is written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Copy => "copy",
            Self::Mount => "mount",
            Self::Worktree => "worktree",
        }
    }
}
