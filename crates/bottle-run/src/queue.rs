//! The folders of a bottle's queue.

use std::path::Path;

use bottle_state::{ANSWERS, Access, Folder, PROPOSALS, StateError};

/// Makes the folders, unless they are there: a bottle that is resumed has those of its earlier run.
///
/// The queue is the operator's alone. In it the sidecar writes proposals. What the host writes into the other folder the
/// sidecar can read whoever it runs as; nobody else gets that far.
///
/// # Errors
///
/// What the operating system says.
pub(crate) fn make(path: &Path, sidecar: Access) -> Result<(), StateError> {
    let folder = Folder::new(path);
    match folder.create() {
        Ok(()) | Err(StateError::Exists { .. }) => {}
        Err(error) => return Err(error),
    }
    folder.ensure_folder(&PROPOSALS, sidecar)?;
    folder.ensure_folder(&ANSWERS, Access::Public)
}

/// Removes the folders of a bottle that is gone, if nothing was ever asked: what was asked and answered stays.
pub(crate) fn remove_unused(path: &Path) {
    for folder in [
        path.join(PROPOSALS.as_str()),
        path.join(ANSWERS.as_str()),
        path.to_owned(),
    ] {
        // A folder that is not empty, or not there, is as it should be.
        let _ = std::fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_was_asked_stays() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("queue/dev-x7k2q");
        make(&path, Access::Private).unwrap();
        let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode("."), mode("proposals"), mode("answers")),
            (0o700, 0o700, 0o755)
        );
        fs::write(path.join("proposals/abcde12345.json"), "{}").unwrap();
        remove_unused(&path);
        assert!(path.join("proposals/abcde12345.json").exists());
        make(&path, Access::Private).unwrap();
        fs::remove_file(path.join("proposals/abcde12345.json")).unwrap();
        remove_unused(&path);
        assert!(!path.exists() && home.path().join("queue").exists());
    }
}
