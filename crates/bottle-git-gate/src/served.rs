//! What is served at the moment.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use bottle_core::RemoteName;
use bottle_git::{GateFile, GateRemote};

use crate::folders::Folders;
use crate::git::Surroundings;
use crate::mirror::Mirror;

/// One remote and its mirror.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) remote: GateRemote,
    pub(crate) mirror: Arc<Mirror>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct AllServed(BTreeMap<RemoteName, Arc<Served>>);

impl AllServed {
    /// The remotes of a file. A mirror that was there before goes on being the same.
    pub(crate) fn new(
        file: GateFile,
        before: &Self,
        folders: &Folders,
        surroundings: &Surroundings,
    ) -> io::Result<Self> {
        let GateFile { remotes } = file;
        let served = remotes.into_iter().map(|remote| {
            let mirror = match before.0.get(&remote.name) {
                Some(served) => Arc::clone(&served.mirror),
                None => Arc::new(Mirror::open(folders, &remote.name, surroundings)?),
            };
            let name = remote.name.clone();
            Ok((name, Arc::new(Served { remote, mirror })))
        });
        Ok(Self(served.collect::<io::Result<_>>()?))
    }

    /// All mirrors.
    pub(crate) fn mirrors(&self) -> impl Iterator<Item = &Arc<Mirror>> {
        self.0.values().map(|served| &served.mirror)
    }

    /// The one of this name.
    pub(crate) fn get(&self, name: &RemoteName) -> Option<Arc<Served>> {
        self.0.get(name).cloned()
    }
}
