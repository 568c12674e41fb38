//! The end of a mount: what was made in the operator's folder goes, and what happened there meanwhile is told.

use bottle_state::Metadata;

use crate::workspace::{Listing, MountError, Placeholder, remove_placeholders};

/// Removes the placeholders that are noted for a bottle, as far as they are still as they were made. Its containers must be
/// gone: with its place a mount goes, too.
pub(crate) fn remove_places(metadata: &Metadata) -> Result<(), MountError> {
    let noted = metadata.placeholders.iter();
    let noted: Vec<Placeholder> = noted.filter_map(|path| Placeholder::named(path)).collect();
    remove_placeholders(&metadata.cwd, &noted)
}

/// The guarded paths that somebody on the host replaced while they were mounted: from then on, the agent could write there.
pub(crate) fn replaced(metadata: &Metadata, before: &Listing) -> Result<Vec<String>, MountError> {
    let now = Listing::read(&metadata.cwd)?;
    Ok(now.replaced_since(before).map(str::to_owned).collect())
}
