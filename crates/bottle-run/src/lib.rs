//! The life of a bottle: prepare, launch, attach, tear down, settle.
//!
//! [`check`] looks at everything that can fail and touches nothing; [`Checked::commit`] writes the state folder;
//! [`Prepared::run`] launches the bottle, lends it to the caller's closure, and takes it down again whatever
//! happened. All of it is written against the trait [`Backend`](backend::Backend), so this crate knows no engine.
//!
//! [`survey`] and [`CleanupPlan`] find and remove what a crash left behind; [`render`] writes the files of a
//! bottle without an engine.
//!
//! ```
//! use bottle_run::{Subnets, POOL};
//!
//! // Two bottles of one machine never share a subnet.
//! let mut subnets = Subnets::new(&["10.213.0.0/28".parse()?], &[], 0);
//! let chosen = subnets.choose().expect("an almost empty pool");
//! assert_eq!(chosen.to_string(), "10.213.0.16/28");
//! assert!(POOL.contains(&chosen));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod agent_home;
mod agent_image;
pub mod approval;
pub mod artefact;
mod authorities;
pub mod backend;
mod carried;
mod cleanup;
mod entrance;
mod entropy;
mod exposed;
mod git;
mod halt;
mod handover;
mod history;
pub mod images;
mod journal;
mod launch;
mod leavings;
mod log_line;
mod owned;
mod pack;
mod prepare;
mod provision;
mod queue;
mod rebuild;
mod render;
mod root_bundle;
mod run;
mod running;
mod settle;
mod stop;
mod subnets;
mod survey;
mod teardown;
mod transcript;
mod unmount;
mod values;
pub mod workspace;

pub use self::authorities::{Authorities, AuthoritiesError, AuthorityPem};
pub use self::carried::{NoRuntime, NotYet};
pub use self::cleanup::{
    Cleaned, CleanupError, CleanupPlan, Leftover, LeftoverState, NotRemovable,
};
pub use self::entrance::Mounting;
pub use self::entropy::{Entropy, EntropyError, SystemEntropy};
pub use self::exposed::Exposed;
pub use self::git::{AllowError, Allowed, GitKeys, GitKeysError, KeyProblem, allow, releases};
pub use self::halt::{HaltError, Halted, halt};
pub use self::history::{History, Used, UsedRule};
pub use self::journal::Step;
pub use self::leavings::LeavingsError;
pub use self::log_line::LogLine;
pub use self::pack::PackError;
pub use self::prepare::{
    Checked, Extras, PrepareError, PrepareRequest, Prepared, UpstreamSettings, check, sidecar_user,
};
pub use self::rebuild::{RebuildError, rebuild};
pub use self::render::{RenderError, RenderRequest, render};
pub use self::run::{Conduct, Ended, RunError};
pub use self::running::Running;
pub use self::settle::{Fate, KeptBecause, Settled};
pub use self::subnets::{POOL, PREFIX, Subnets, host_routes};
pub use self::survey::{Condition, FoundBottle, StatePresence, survey};
pub use self::teardown::TeardownError;
pub use self::transcript::TranscriptError;
pub use self::values::{AskedValues, HostValues, Question, ValueError, ValuesError, forwarded};
