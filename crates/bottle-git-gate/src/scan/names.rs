//! The names in trees: each is looked at once, with the folders in front of it. Beside them stand the ids of submodules,
//! which need not be those of anything.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use super::error::{Limit, ScanError};
use super::limits::{MAX_ENTRIES, MAX_NAMES};
use super::object_id::ObjectId;
use super::submodule;
use super::tree::entries;

/// The kind of a submodule.
const SUBMODULE: u32 = 0o16_0000;

/// Names that were met, and which of them are special.
#[derive(Default)]
pub(super) struct Names {
    /// Digests with a secret of this process: nobody can make two names that are one here.
    seen: HashSet<u64>,
    hasher: RandomState,
    /// Contents that are lists of submodules somewhere.
    pub(super) submodules: HashSet<ObjectId>,
}

impl Names {
    /// Takes note of a tree that lies at this path. The paths of what was not met before, one in each line, and the bytes of
    /// all ids of submodules in the last one.
    pub(super) fn read(
        &mut self,
        id: ObjectId,
        path: &[u8],
        tree: &[u8],
    ) -> Result<Vec<u8>, ScanError> {
        let (mut lines, mut ids) = (Vec::new(), Vec::new());
        for (number, entry) in entries(tree, id.length()).enumerate() {
            let entry = entry.map_err(|_| ScanError::Broken(id))?;
            if number >= MAX_ENTRIES {
                return Err(ScanError::Limits(Limit::Entries));
            }
            if submodule::is_list(entry.name) {
                self.submodules.insert(entry.id);
            }
            if entry.mode == SUBMODULE {
                ids.extend_from_slice(entry.id.as_bytes());
            }
            if self.is_new(path, entry.name) {
                if !path.is_empty() {
                    lines.extend_from_slice(path);
                    lines.push(b'/');
                }
                lines.extend_from_slice(entry.name);
                lines.push(b'\n');
            }
        }
        if !ids.is_empty() {
            lines.extend_from_slice(&ids);
            lines.push(b'\n');
        }
        Ok(lines)
    }

    fn is_new(&mut self, path: &[u8], name: &[u8]) -> bool {
        if self.seen.len() >= MAX_NAMES {
            self.seen.clear();
        }
        self.seen.insert(self.hasher.hash_one((path, name)))
    }
}
