//! What was sent lately, by destination: a secret may be cut over requests, and names add up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bottle_core::Guard;
use bottle_egress::{DenialCode, Permit};
use bottle_pipelock::{
    Content, Line, Memory, NAME_BUDGET_RULE, NameAllowance, NameBudget, RouteDlp, Scanner, Sent,
    Trail, registered_domain,
};
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokio::task::spawn_blocking;

use super::inspect;
use crate::gate::{Refusal, Work};
use crate::limits::{
    MAX_NAME_DATA, MAX_SCAN_INLINE, MAX_TRAILS, NAME_DATA_AGE, TRAIL_AGE, TRAIL_PLACES,
};

/// What is remembered of requests.
const MEMORY: Memory = Memory {
    places: TRAIL_PLACES,
    age: TRAIL_AGE,
};

/// What names may carry.
const ALLOWANCE: NameAllowance = NameAllowance {
    bytes: MAX_NAME_DATA,
    age: NAME_DATA_AGE,
};

/// What was sent lately, for each domain that somebody registered: whoever chooses names below it reads them all.
pub(super) struct Recent {
    began: Instant,
    destinations: Mutex<BTreeMap<String, Destination>>,
}

struct Destination {
    used: Duration,
    past: Arc<Past>,
}

/// What was sent to one destination.
#[derive(Default)]
struct Past {
    trail: Mutex<Trail>,
    names: Mutex<NameBudget>,
}

/// A request that passed by itself.
pub(super) struct Passed<'a> {
    pub(super) permit: &'a Permit<'a>,
    pub(super) work: &'a Work,
    /// Its body, if it is held as a whole.
    pub(super) body: Option<&'a Bytes>,
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            destinations: Mutex::default(),
        }
    }
}

impl Recent {
    /// Whether a request may follow those before, which it is remembered with from now on.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where a secret begins in them and goes on in it, and where its host's name is one too many.
    pub(super) async fn judge(
        &self,
        scanner: &Scanner,
        dlp: &RouteDlp,
        passed: &Passed<'_>,
    ) -> Result<(), Refusal> {
        let now = self.began.elapsed();
        let host = &passed.permit.destination().host;
        let past = self.past(registered_domain(host), now);
        let may_be_data = !passed.permit.names_host() && !dlp.allow.contains(NAME_BUDGET_RULE);
        if may_be_data && Guard::NameBudget.is_on() {
            let mut names = past.names.lock().unwrap_or_else(PoisonError::into_inner);
            if !names.spend(host, now, &ALLOWANCE) {
                return Err(DenialCode::DlpNames.into());
            }
        }
        if !Guard::RequestJoins.is_on() {
            return Ok(());
        }
        let (sent, scanner) = (passed.sent(), scanner.clone());
        let is_long = past.work(&sent) > MAX_SCAN_INLINE;
        let push = move || past.push(&scanner, sent, now);
        if !is_long {
            return push();
        }
        let pushed = spawn_blocking(push).await;
        pushed.unwrap_or_else(|_| Err(DenialCode::InternalFailClosed.into()))
    }

    fn past(&self, domain: &str, now: Duration) -> Arc<Past> {
        let destinations = self.destinations.lock();
        let mut destinations = destinations.unwrap_or_else(PoisonError::into_inner);
        if !destinations.contains_key(domain) && destinations.len() >= MAX_TRAILS {
            let oldest = destinations.iter().min_by_key(|(_, each)| each.used);
            if let Some(oldest) = oldest.map(|(domain, _)| domain.clone()) {
                destinations.remove(&oldest);
            }
        }
        let destination = destinations
            .entry(domain.to_owned())
            .or_insert_with(|| Destination {
                used: now,
                past: Arc::default(),
            });
        destination.used = now;
        Arc::clone(&destination.past)
    }
}

impl Past {
    fn work(&self, sent: &Sent) -> usize {
        let trail = self.trail.lock().unwrap_or_else(PoisonError::into_inner);
        trail.work(sent)
    }

    fn push(&self, scanner: &Scanner, sent: Sent, now: Duration) -> Result<(), Refusal> {
        let mut trail = self.trail.lock().unwrap_or_else(PoisonError::into_inner);
        match trail.push(scanner, sent, now, &MEMORY) {
            None => Ok(()),
            Some(found) => {
                let part = format!("{}, behind earlier requests", found.part);
                Err(inspect::refusal(&part, &found.finding))
            }
        }
    }
}

impl Passed<'_> {
    fn sent(&self) -> Sent {
        let Self { permit, work, body } = *self;
        let line = Line {
            method: work.method.as_str(),
            host: &permit.destination().host,
            host_is_given: permit.names_host(),
            target: permit.target(),
        };
        let headers = &work.headers;
        let fields = headers.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_bytes()));
        let codings = headers.get_all(CONTENT_ENCODING).iter();
        let codings: Vec<&[u8]> = codings.map(HeaderValue::as_bytes).collect();
        let content = body.filter(|body| !body.is_empty()).map(|body| Content {
            media_type: headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes),
            codings: &codings,
            message_coding: None,
            bytes: body,
        });
        Sent::of(&line, fields, content.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_destinations_and_no_more() {
        let recent = Recent::default();
        let kept = recent.past("first.test", Duration::ZERO);
        for number in 0..2 * MAX_TRAILS {
            let now = Duration::from_secs(number.try_into().unwrap());
            let _ = recent.past(&format!("d{number}.test"), now);
            let first = recent.past("first.test", now);
            assert!(Arc::ptr_eq(&first, &kept), "it is in use");
        }
        assert_eq!(recent.destinations.lock().unwrap().len(), MAX_TRAILS);
    }
}
