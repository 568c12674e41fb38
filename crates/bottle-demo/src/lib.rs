//! A pretend internet and a probe agent: the world in which a bottle is judged from the inside.
//!
//! [`world`] is a container on the egress network that plays several web sites, a resolver and an open port, and
//! remembers all that reaches it; [`forge`] is one beside it, with a repository. [`probe`] is what runs in the agent's container: it takes [`Step`]s and says what
//! it saw. What must be seen is not decided here.
//!
//! ```
//! use bottle_demo::Step;
//!
//! let steps = vec![Step::Dns { server: None, name: "outside.demo.example".to_owned() }];
//! assert_eq!(
//!     serde_json::to_string(&steps)?,
//!     r#"[{"do":"dns","server":null,"name":"outside.demo.example"}]"#
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

mod body;
pub mod forge;
pub mod probe;
mod root;
mod ssh_key;
mod step;
pub mod world;

pub use crate::root::{DemoRoot, DemoRootError};
pub use crate::ssh_key::{SshKey, SshKeyError};
pub use crate::step::{
    DefaultRoute, DnsOutcome, HttpOutcome, NewPrivileges, OwnOutcome, Step, StepResult, TcpEnd,
    TcpOutcome,
};
pub use crate::world::{Seen, SeenRequest};
