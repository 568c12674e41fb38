//! Rules that the scan of a push has beside those of the scanner.

/// A blob that is too long to be looked at.
pub const TOO_LARGE: &str = "too-large";
/// An archive that is encrypted, or of a kind that is not unpacked.
pub const SEALED: &str = "unreadable-archive";
/// An archive whose lists say different things, so that readers see different files.
pub const AMBIGUOUS: &str = "ambiguous-archive";
/// An archive that unpacks to more than is looked at.
pub const BOMB: &str = "archive-too-large";
/// A file in which so much is found that the scanner stopped.
pub const TOO_MANY: &str = "too-many-findings";
/// The address of a submodule that makes git run something, or read the machine's own files.
pub const SUBMODULE: &str = "submodule-transport";
/// A password in the address of a submodule.
pub const SUBMODULE_PASSWORD: &str = "submodule-password";

/// All of them.
pub const ALL: [&str; 7] = [
    TOO_LARGE,
    SEALED,
    AMBIGUOUS,
    BOMB,
    TOO_MANY,
    SUBMODULE,
    SUBMODULE_PASSWORD,
];
