//! The MCP server through which the agent of a bottle asks its operator for more.
//!
//! The agent calls a tool; what it asks for is checked and lies as a file in the bottle's queue, which the host reads.
//! The call waits for an answer for a bounded time, and otherwise says that it is pending. Nothing here grants anything:
//! answers are files of the host, in a folder that cannot be written from inside, and whose bottle it is was fixed by the
//! host when it was started.
//!
//! Whatever arrives is hostile: connections, calls, bodies, their depth, proposals in an hour and proposals that wait are
//! bounded, and a browser that was led here by a foreign page is turned away by its `Origin` and `Host`.
//!
//! ```no_run
//! use bottle_supervise::{AnswerWait, Supervise, SuperviseSettings};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let settings = SuperviseSettings {
//!     listen: ([0, 0, 0, 0], 9100).into(),
//!     identity: "dev-x7k2q".parse()?,
//!     proposals_dir: "/var/lib/bottle".into(),
//!     answers_dir: "/etc/bottle/answers".into(),
//!     egress: ([10, 213, 0, 18], 9099).into(),
//!     answer_wait: AnswerWait::default(),
//! };
//! let service = Supervise::start(settings, Box::new(|line| drop(serde_json::to_string(line)))).await?;
//! service.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod answers;
mod arguments;
mod book;
mod call;
mod desk;
mod front;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod limits;
mod message;
mod record;
mod reply;
mod routes;
mod server;
mod service;
mod settings;
mod status;
mod tool;

pub use arguments::ArgumentError;
pub use limits::{ANSWER_WAIT, MAX_ANSWER_WAIT, MAX_PENDING, MAX_PER_HOUR};
pub use record::{Line, LogSink};
pub use service::{StartError, Supervise};
pub use settings::{AnswerWait, AnswerWaitError, SuperviseSettings};
pub use tool::ToolName;
