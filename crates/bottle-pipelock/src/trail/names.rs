//! The names of hosts under one domain, which may be the pieces of a secret as well.

use std::time::Duration;

use bottle_core::Host;

use super::Memory;
use crate::finding::Finding;
use crate::host_data::registered_domain;
use crate::scanner::Scanner;

/// Bytes of a whole name (RFC 1035, section 2.3.4).
const MAX_NAME: usize = 253;

/// What stood in front of the domain lately, as one name.
#[derive(Debug, Default)]
pub(super) struct Names {
    front: String,
    last: Duration,
}

impl Names {
    /// What is found when a name is put behind the others.
    pub(super) fn joined_with(
        &mut self,
        scanner: &Scanner,
        host: &Host,
        now: Duration,
        memory: &Memory,
    ) -> Option<Finding> {
        if now.saturating_sub(self.last) > memory.age {
            self.front.clear();
        }
        if self.front.is_empty() || self.is_last(host) {
            return None;
        }
        scanner.scan_host(&joined(&self.front, host.as_str())?)
    }

    /// Takes a name in.
    pub(super) fn keep(&mut self, host: &Host, now: Duration) {
        self.last = now;
        let front = front(host);
        if front.is_empty() || self.is_last(host) {
            return;
        }
        let joined = joined(&self.front, front);
        self.front = joined.map_or_else(|| front.to_owned(), |name| name.as_str().to_owned());
    }

    fn is_last(&self, host: &Host) -> bool {
        let rest = self.front.strip_suffix(front(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

/// A name with as many labels in front of it as a name may have. None when even the nearest one is too much.
fn joined(front: &str, name: &str) -> Option<Host> {
    let mut front = front;
    loop {
        if front.len() + 1 + name.len() <= MAX_NAME {
            return format!("{front}.{name}").parse().ok();
        }
        (_, front) = front.split_once('.')?;
    }
}

/// The labels left of the domain that somebody registered.
fn front(host: &Host) -> &str {
    let front = host.as_str().strip_suffix(registered_domain(host));
    front.unwrap_or_default().trim_end_matches('.')
}
