//! Who may read what is written.

/// A user and a group of the host, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// Who may read a file or a folder. Nobody but its owner may ever write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The operator alone.
    Private,
    /// One user alone, who is given the file: the sidecars of an operator who is root.
    PrivateTo(Owner),
    /// Everybody who gets that far: what the agent reads under a user of its own.
    Public,
}

impl Access {
    /// The permission bits of a file: `0o600` or `0o644`.
    pub const fn file_mode(self) -> u32 {
        match self {
            Self::Private | Self::PrivateTo(_) => 0o600,
            Self::Public => 0o644,
        }
    }

    /// The permission bits of a folder: `0o700` or `0o755`.
    pub const fn folder_mode(self) -> u32 {
        match self {
            Self::Private | Self::PrivateTo(_) => 0o700,
            Self::Public => 0o755,
        }
    }

    /// Whom it is given to, when not to the operator.
    pub const fn owner(self) -> Option<Owner> {
        match self {
            Self::PrivateTo(owner) => Some(owner),
            Self::Private | Self::Public => None,
        }
    }
}
