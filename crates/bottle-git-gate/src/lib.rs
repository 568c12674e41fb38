//! git-gate: the only way for commits to leave a bottle, and the mirror that it reads from.
//!
//! A client speaks git's own protocol to the front, which takes a strictly parsed first request for a declared
//! repository and nothing else. The mirror is brought up to date from the upstream, then git answers: `upload-pack` for a
//! fetch, `receive-pack` for a push. The hooks of a push are this program again: `pre-receive` judges every ref and scans
//! every object while git still keeps them in quarantine, `proc-receive` forwards the ids that were scanned, by ssh, to a
//! host whose key is pinned, and tells the client what the upstream said to each of them. Any failure refuses.
//!
//! ```no_run
//! use bottle_git_gate::{GateLimits, GateSettings, GitGate, HookProgram};
//!
//! # async fn serve() -> Result<(), bottle_git_gate::GateError> {
//! let settings = GateSettings {
//!     listen: ([0, 0, 0, 0], 9418).into(),
//!     config_dir: "/etc/bottle".into(),
//!     run_dir: "/run/bottle".into(),
//!     data_dir: "/var/lib/bottle".into(),
//!     program: HookProgram { path: "/bottle-sidecar".into(), words: Vec::new() },
//!     path: "/usr/bin:/bin".into(),
//!     identity: None,
//!     limits: GateLimits::default(),
//! };
//! let gate = GitGate::start(settings, Box::new(|line| drop(serde_json::to_string(line)))).await?;
//! gate.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod base;
mod config;
mod folders;
mod front;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod gate;
mod git;
mod handed;
mod hook;
mod hook_program;
mod limits;
mod listings;
mod lock;
mod login;
mod mirror;
mod pkt;
mod record;
mod refs;
mod refusal;
mod request;
mod run;
mod scan;
mod served;
mod settings;
mod ssh;
mod tidy;
mod upstream;

pub use config::{ConfigError, GATE_FILE};
pub use folders::RUN_FOLDER;
pub use gate::{GateError, GitGate, LogSink};
pub use handed::{Handed, HandedError};
pub use hook::{HOOK_TASK, HOOK_VARIABLES, Hook};
pub use hook_program::{HOOK_COMMAND, HookProgram};
pub use limits::GateLimits;
pub use record::{Line, Record, Reload};
pub use scan::{Survey, SurveyError, survey};
pub use settings::GateSettings;
