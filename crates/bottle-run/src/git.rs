//! What git-gate needs of the host: the keys of its remotes, how git in the bottle is led to it, what may pass.

mod agent_config;
mod allow;
mod key;
mod keys;

pub(crate) use self::agent_config::lead;
pub use self::allow::{AllowError, Allowed, allow, releases};
pub use self::key::KeyProblem;
pub use self::keys::{GitKeys, GitKeysError};
