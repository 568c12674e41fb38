//! The end of a mount: what was made in the operator's folder goes, and what happened there meanwhile is told.

use bottle_state::{Metadata, StateDir};

use crate::entrance::{self, Claim};
use crate::workspace::{Listing, MountError, Placeholder, remove_placeholders};

/// Removes the placeholders that are noted for a bottle, as far as they are still as they were made, and the note. Its
/// containers must be gone: with its place a mount goes, too. Where another bottle has the folder by now, they stay: they
/// are what its mounts lie on.
pub(crate) fn remove_places(state: &StateDir, own: Option<&Claim>) -> Result<(), MountError> {
    let Some(metadata) = state.metadata().ok().flatten() else {
        return Ok(());
    };
    if metadata.placeholders.is_empty() {
        return Ok(());
    }
    // Held until the end of this function, where it is not the caller's.
    let _other = match own {
        Some(_) => None,
        None => match entrance::claim(&metadata.cwd) {
            Ok(claim) => Some(claim),
            Err(_) => return Ok(()),
        },
    };
    let noted = metadata.placeholders.iter();
    let noted: Vec<Placeholder> = noted.filter_map(|path| Placeholder::named(path)).collect();
    remove_placeholders(&metadata.cwd, &noted)?;
    // A note that stays names what is gone, which is fine.
    let _ = state.change_metadata(|metadata| metadata.placeholders.clear());
    Ok(())
}

/// The guarded paths that somebody on the host replaced while they were mounted: from then on, the agent could write there.
pub(crate) fn replaced(metadata: &Metadata, before: &Listing) -> Result<Vec<String>, MountError> {
    let now = Listing::read(&metadata.cwd)?;
    Ok(now.replaced_since(before).map(str::to_owned).collect())
}
