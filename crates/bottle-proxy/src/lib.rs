//! The intercepting proxy of a bottle: one engine, and the services `egress` and `pipelock` as two gates on it.
//!
//! A connection either proves to be HTTP, or CONNECT with HTTP or TLS in it, or it is closed; nothing is ever passed on
//! as raw bytes. Every request goes through one seam: it becomes a question to [`bottle_egress::decide`], and only the
//! permit that comes back can be given to the code that dials, which dials what the permit says. Refusals are answered
//! inside TLS with a problem document (RFC 9457), and every request leaves one line in the [`DecisionLog`].
//!
//! [`Egress`] decides by route, takes the agent's credentials off, puts the operator's on, and sends everything to
//! [`Pipelock`], which scans it for secrets, refuses special addresses and alone reaches the outside.
//!
//! ```no_run
//! use bottle_proxy::{AllowedPeers, DecisionLog, Pipelock, PipelockSettings, Stopper};
//!
//! # async fn serve() -> Result<(), bottle_proxy::StartError> {
//! let settings = PipelockSettings {
//!     listen: ([0, 0, 0, 0], 8888).into(),
//!     config_dir: "/etc/bottle".into(),
//!     run_dir: "/run/bottle".into(),
//!     allowed_peers: AllowedPeers::One([172, 30, 0, 3].into()),
//!     resolver: None,
//! };
//! let service = Pipelock::start(settings, DecisionLog::to(std::io::stdout())).await?;
//! let (stopper, stop) = Stopper::new();
//! let running = tokio::spawn(service.run(stop));
//! stopper.stop();
//! # let _ = running.await;
//! # Ok(())
//! # }
//! ```

mod authority;
mod body;
mod clock;
mod config;
mod decision_log;
mod dns;
mod egress;
mod engine;
mod files;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod gate;
mod grant;
mod headers;
mod inflate;
mod leaf;
mod limits;
mod mask;
mod pipelock;
mod place;
mod reload;
mod resolve;
mod secrets;
mod stamp;
mod stop;
mod tls_client;
mod upstream;
mod watch;
mod watched;
mod websocket;
mod wire;

pub use bottle_egress::Asking;
pub use config::{StartError, make_authority};
pub use decision_log::DecisionLog;
pub use egress::{Egress, EgressSettings, NextHop};
pub use files::FileError;
pub use leaf::LeafError;
pub use pipelock::{AllowedPeers, Pipelock, PipelockSettings};
pub use secrets::{SECRETS_FILE, Secrets, SecretsError};
pub use stop::{Stop, Stopper};
