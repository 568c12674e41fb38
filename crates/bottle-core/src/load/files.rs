//! Folders and files of manifests: what touches the disk.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that reads files"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::error::{LoadError, PlanError};
use crate::diagnostic::Diagnostics;

/// The largest manifest, in bytes. A prompt of hundreds of pages fits.
const MAX_FILE: u64 = 256 * 1024;

/// Where a manifest comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// The operator's own folder.
    Home,
    /// The folder of the repository in which bottle was called: it may name bottles, not make them.
    Repository,
}

/// A manifest that there is; it may be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<N> {
    /// Its name.
    pub name: N,
    /// Its file.
    pub path: PathBuf,
    /// Whose folder it lies in.
    pub folder: Folder,
}

/// The manifests of one folder; a folder that does not exist has none.
pub(super) fn entries<N>(
    folder: &Path,
    whose: Folder,
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<N, Entry<N>>, LoadError>
where
    N: std::str::FromStr + Ord + Clone,
{
    let failed = |source| LoadError {
        path: folder.to_owned(),
        source,
    };
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = BTreeMap::new();
    for file in listing {
        let path = file.map_err(failed)?.path();
        let Some(stem) = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".md"))
        else {
            continue;
        };
        match stem.parse::<N>() {
            Ok(name) => {
                found.insert(
                    name.clone(),
                    Entry {
                        name,
                        path,
                        folder: whose,
                    },
                );
            }
            Err(_) => warnings.push(format!(
                "{} is ignored: a name has a-z, 0-9 and hyphens, and begins with a letter",
                crate::visible(&path.display().to_string())
            )),
        }
    }
    Ok(found)
}

/// Reads and parses one file.
pub(super) fn read<T>(
    path: &Path,
    parse: impl FnOnce(&str, &str) -> Result<T, Diagnostics>,
) -> Result<T, PlanError> {
    let failed = |source| PlanError::File {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() > MAX_FILE {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a manifest has at most 256 KiB",
        )));
    }
    let mut text = String::new();
    file.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(failed)?;
    parse(&path.display().to_string(), &text).map_err(PlanError::Invalid)
}
