//! Manifests: Markdown files with YAML front matter that say what a bottle may do and who runs in it.
//!
//! Reading never stops at the first mistake: everything that is wrong with a file is reported together.

mod agent;
mod bottle;
mod extend;
mod front_matter;
mod git;
mod limits;
mod print;
#[cfg(test)]
mod properties;
mod push;
mod reader;
mod resolve;
mod route;
mod schema;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;

pub use self::agent::AgentManifest;
pub use self::bottle::BottleManifest;
pub(crate) use self::extend::{overlay, unite};
pub use self::front_matter::FrontMatter;
pub(crate) use self::resolve::{Agent, resolve};
pub use self::resolve::{PlanKey, Resolved, ValueOrigin};
pub use self::schema::Schema;
