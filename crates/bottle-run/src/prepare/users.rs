//! Whom the containers run as, and who may read what is theirs.

use bottle_compose::UserIds;
use bottle_state::{Access, Owner};

/// Whom the agent runs as when nothing of the operator's is mounted: the first user of common images, never root.
pub(crate) const AGENT_USER: UserIds = UserIds {
    uid: 1000,
    gid: 1000,
};
/// The user that sidecars run as when the operator is root: `nobody` of images without a user of their own.
const NOT_ROOT: u32 = 65532;

/// Whom the sidecars run as: the operator, so that their folders can stay private; never root.
pub fn sidecar_user() -> UserIds {
    operator_or(UserIds {
        uid: NOT_ROOT,
        gid: NOT_ROOT,
    })
}

/// The operator; another one when that is root.
pub(crate) fn operator_or(other: UserIds) -> UserIds {
    let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
    if uid.is_root() {
        other
    } else {
        UserIds {
            uid: uid.as_raw(),
            gid: gid.as_raw(),
        }
    }
}

/// Who may read what the sidecars read.
pub(crate) const fn sidecar_access(user: UserIds) -> Access {
    if user.uid == NOT_ROOT {
        Access::PrivateTo(Owner {
            uid: user.uid,
            gid: user.gid,
        })
    } else {
        Access::Private
    }
}
