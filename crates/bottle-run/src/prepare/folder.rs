//! The state folder of a bottle that is about to be.

use bottle_core::{Identity, IdentitySuffix};
use bottle_state::{Home, Lock, Metadata, StateError};

use super::{PrepareError, PrepareRequest};
use crate::artefact::{self, PolicySource};
use crate::entropy::{self, Entropy};
use crate::owned::OwnedState;

/// How often another name is drawn when there is a state folder of that name: 60 million names are not full.
const IDENTITY_TRIES: usize = 8;

pub(super) fn fresh_identity(
    request: &PrepareRequest,
    entropy: &mut dyn Entropy,
) -> Result<Identity, PrepareError> {
    let mut tries = 0;
    loop {
        let suffix = IdentitySuffix::from_random(entropy::bytes(entropy)?);
        let identity = Identity::new(&request.plan.agent, suffix);
        tries += 1;
        // Making the folder is what decides; this only spares the operator an error.
        if tries >= IDENTITY_TRIES || !request.home.state(&identity).path().exists() {
            return Ok(identity);
        }
    }
}

/// Makes the state folder, or takes over the one that is there, and finds the one path that leads to it.
pub(super) fn own_state(
    home: &Home,
    identity: &Identity,
    held: Option<Lock>,
) -> Result<OwnedState, StateError> {
    let dir = home.state(identity);
    let owned = if let Some(lock) = held {
        OwnedState::of_old(dir, lock)
    } else {
        let lock = dir.create()?;
        // The home exists now at the latest. Should it not resolve, what was made is removed under its old name.
        OwnedState::new(dir, lock)
    };
    let resolved = home.resolve()?.state(identity);
    Ok(owned.at(resolved))
}

/// Writes everything that does not depend on the networks.
pub(super) fn write(
    state: &OwnedState,
    metadata: &Metadata,
    source: &PolicySource<'_>,
) -> Result<(), PrepareError> {
    state.dir().write_metadata(metadata)?;
    let folder = state.dir().folder();
    for (path, access) in artefact::folders(source.plan, source.sidecar) {
        folder.ensure_folder(&path, access)?;
    }
    for file in artefact::policy(source)? {
        file.write(folder)?;
    }
    Ok(())
}
