//! How the engine asks a sidecar whether it is well.

use serde::Serialize;

use crate::service::ServiceName;
use crate::sidecar::PROGRAM;
use crate::text::Text;

/// How the engine asks a sidecar whether it is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HealthCheck {
    /// `CMD` and the program with its arguments.
    pub test: Vec<Text>,
    /// Seconds from one question to the next, with their unit.
    #[serde(rename = "interval", serialize_with = "seconds")]
    pub interval_seconds: u32,
    /// Seconds until the answer counts as missing, with their unit.
    #[serde(rename = "timeout", serialize_with = "seconds")]
    pub timeout_seconds: u32,
    /// How many failures in a row make it unhealthy.
    pub retries: u32,
}

impl HealthCheck {
    /// The sidecars' own.
    pub(crate) fn sidecar() -> Self {
        Self::of(&["CMD", PROGRAM, "health"])
    }

    /// That of a sidecar without a configuration by which it could be told.
    pub(crate) fn of_service(service: ServiceName) -> Self {
        Self::of(&["CMD", PROGRAM, "health", service.as_str()])
    }

    /// That of the program pipelock, as its image has it.
    pub(crate) fn upstream_pipelock() -> Self {
        Self::of(&["CMD", "/pipelock", "healthcheck"])
    }

    fn of(test: &[&str]) -> Self {
        Self {
            test: test.iter().copied().map(Text::from).collect(),
            interval_seconds: 30,
            timeout_seconds: 5,
            retries: 3,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
fn seconds<S: serde::Serializer>(number: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{number}s"))
}
