//! What git-gate needs of the host: the keys of its remotes, its image, and how git in the bottle is led to it.

mod agent_config;
mod key;
mod keys;

pub(crate) use self::agent_config::lead;
pub use self::key::KeyProblem;
pub use self::keys::{GitKeys, GitKeysError};
