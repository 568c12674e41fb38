//! The git policy of a bottle, without git: the file that git-gate reads, which refs may be pushed, and how git in
//! the bottle is led to the gate.
//!
//! ```
//! use bottle_git::GateFile;
//!
//! let text = r#"
//! version: 1
//! remotes:
//!   - name: app
//!     upstream: ssh://git@git.example.com/team/app.git
//!     host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
//! "#;
//! let file = GateFile::from_yaml(text, "git-gate.yaml")?;
//! assert_eq!(file.remotes[0].name.as_str(), "app");
//! # Ok::<(), bottle_core::Diagnostics>(())
//! ```

mod gate_file;
mod gitconfig;
mod judge;
mod release;
pub mod rules;

pub use gate_file::{GateFile, GateRemote};
pub use gitconfig::gitconfig;
pub use judge::{Guarded, RefChange, RefRefusal, RefUpdate, judge};
pub use release::{Release, Releases};
