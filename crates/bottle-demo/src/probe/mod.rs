//! The probe: what an agent could try.

mod dns;
mod find;
mod http;
mod own;
mod tcp;
mod tunnel;

use std::time::{Duration, Instant};

use futures_util::future::join_all;

pub use self::http::ProbeSettings;
use crate::step::{Step, StepResult};

/// Does all steps at once, and answers in their order.
pub async fn run(settings: &ProbeSettings, steps: &[Step]) -> Vec<StepResult> {
    let taken = steps.iter().map(|step| take(settings, step));
    join_all(taken).await
}

async fn take(settings: &ProbeSettings, step: &Step) -> StepResult {
    match step {
        Step::Http {
            url,
            method,
            headers,
            body,
        } => {
            let asked = http::Asked {
                url,
                method,
                headers,
                body: body.as_deref(),
            };
            StepResult::Http(http::ask(settings, &asked).await)
        }
        Step::Tcp { address } => StepResult::Tcp(tcp::connect(*address).await),
        Step::Dns { server, name } => StepResult::Dns(dns::ask(*server, name).await),
        Step::Find { text } => find::search(text.clone()).await,
        Step::Own => StepResult::Own(own::look()),
    }
}

/// Whole milliseconds since then.
fn milliseconds(since: Instant) -> u64 {
    let elapsed: Duration = since.elapsed();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
