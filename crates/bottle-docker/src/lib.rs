//! Carries a bottle's compose project out on a Docker engine.
//!
//! [`Docker`] is a [`bottle_run::backend::Backend`] over the engine's own interface (1.41 and later, so Engine 20.10 and
//! later): no `docker` program and no plugin is needed. What it makes carries the labels of `docker compose`, whose
//! `ps`, `logs`, `exec` and `down` work on it. It knows nothing of manifests.
//!
//! ```no_run
//! use bottle_docker::{Docker, SidecarProgram};
//! use bottle_run::backend::Backend;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let program = SidecarProgram::new("/usr/local/bin/bottle-sidecar");
//! let docker = Docker::connect(None, program).await?;
//! println!("Docker Engine {}", docker.engine().await?.version);
//! # Ok(())
//! # }
//! ```

mod append;
mod backend;
mod clock;
mod container;
mod down;
mod error;
mod exec;
mod extra;
mod files;
mod image;
mod labels;
mod live;
mod logs;
mod network;
mod patience;
mod ready;
mod up;
mod wire;

pub use crate::backend::Docker;
pub use crate::image::{ImageError, SidecarProgram};
