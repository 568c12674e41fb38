//! The two policy files of a bottle, as they lie in its state folder.

use bottle_core::ProposalId;
use bottle_egress::{EgressPolicy, Grant, Grants, GrantsError, TokenSlot};
use bottle_pipelock::PipelockFile;
use bottle_state::StateDir;

use super::ApprovalError;
use super::credential::last_slot;
use crate::artefact::{PIPELOCK_FILE, PIPELOCK_OVERRIDES, ROUTES};

/// The longest policy file that is read, in bytes: several times the longest manifest.
const MAX_POLICY: u64 = 8 * 1024 * 1024;

/// Whose scanner the bottle has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scanner {
    /// Ours, which says which policy it goes by.
    Ours,
    /// Another image, which reads the same file and says nothing.
    Foreign,
}

/// Both policies, and the bytes that they were read from.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    pub(crate) egress: EgressPolicy,
    pub(crate) pipelock: PipelockFile,
    pub(crate) scanner: Scanner,
    /// The highest place for a value that is or was taken.
    pub(crate) last_slot: Option<TokenSlot>,
    /// `routes.yaml`, then `pipelock.yaml`.
    pub(crate) bytes: [Vec<u8>; 2],
}

impl Policies {
    /// Reads both. A bottle whose folder is gone, or was never started, has none.
    pub(crate) fn read(state: &StateDir) -> Result<Option<Self>, ApprovalError> {
        let folder = state.folder();
        let (Some(routes), Some(pipelock)) = (
            folder.read(&ROUTES, MAX_POLICY)?,
            folder.read(&PIPELOCK_FILE, MAX_POLICY)?,
        ) else {
            return Ok(None);
        };
        // The program of another image is not given this file.
        let is_ours = folder.open_file(&PIPELOCK_OVERRIDES)?.is_some();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let egress = EgressPolicy::from_yaml(&text(&routes), ROUTES.as_str())?;
        Ok(Some(Self {
            last_slot: last_slot(&egress.table, state)?,
            egress,
            pipelock: PipelockFile::from_yaml(&text(&pipelock), PIPELOCK_FILE.as_str())?,
            scanner: if is_ours {
                Scanner::Ours
            } else {
                Scanner::Foreign
            },
            bytes: [routes, pipelock],
        }))
    }

    /// The same with another set of grants, which the scanner mirrors.
    fn with_grants(&self, grants: Vec<Grant>) -> Result<Self, GrantsError> {
        let mut next = self.clone();
        next.egress.table = next.egress.table.with_grants(Grants::new(grants)?);
        next.pipelock = next.pipelock.with_hosts_of(&next.egress.table);
        Ok(next)
    }

    /// The same without some of the grants.
    pub(crate) fn without(&self, goes: impl Fn(&Grant) -> bool) -> Result<Self, GrantsError> {
        let grants = self.egress.table.grants().iter();
        self.with_grants(grants.filter(|grant| !goes(grant)).cloned().collect())
    }

    /// The same with one more grant, which takes the place of one of the same name. Those whose time is over go.
    pub(crate) fn with(&self, grant: &Grant, now: u64) -> Result<Self, GrantsError> {
        let is_over = |each: &Grant| each.lease.until.is_some_and(|until| until <= now);
        let grants = self.egress.table.grants().iter();
        let kept = grants.filter(|each| each.id != grant.id && !is_over(each));
        self.with_grants(kept.cloned().chain([grant.clone()]).collect())
    }

    /// The same with a scanner that lets pass what the routes do.
    pub(crate) fn mirrored(&self) -> Self {
        let mut next = self.clone();
        next.pipelock = next.pipelock.with_hosts_of(&next.egress.table);
        next
    }

    /// Whether something was granted for this proposal.
    pub(crate) fn has(&self, id: &ProposalId) -> bool {
        self.egress.table.grant(id).is_some()
    }
}
