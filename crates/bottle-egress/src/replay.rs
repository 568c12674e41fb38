//! What was refused before, held against other rules.

use std::borrow::Cow;

use bottle_core::{EncodedSlash, Host, Port, Scheme, UrlPath};
use serde::Serialize;

use crate::decide::{Destination, Request, decide};
use crate::denial::DenialCode;
use crate::table::RouteTable;

/// Stands at the end of a path that was cut, as [`shown_path`](crate::shown_path) does.
const CUT: char = '…';

/// A request as the decision log has it: without its query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoggedRequest {
    /// Where it went or wanted to go.
    pub destination: Destination,
    /// Its method, as sent.
    pub method: String,
    /// Its path, as sent; one that was cut ends with `…`. Whoever shows it makes it visible.
    pub path: String,
}

impl LoggedRequest {
    /// A request of these parts.
    pub fn new(scheme: Scheme, (host, port): (Host, Port), method: &str, path: &str) -> Self {
        Self {
            destination: Destination { scheme, host, port },
            method: method.to_owned(),
            path: path.to_owned(),
        }
    }

    /// Whether the routes of a table let it through: without its query, of a path that was cut as far as is known. Grants
    /// are not asked.
    pub fn is_allowed_by(&self, table: &RouteTable) -> bool {
        let request = Request {
            destination: &self.destination,
            method: &self.method,
            target: self.known_path(),
        };
        decide(table, &request).is_ok()
    }

    /// The path up to the last slash before it was cut.
    fn known_path(&self) -> &str {
        match self.path.strip_suffix(CUT) {
            Some(path) => path
                .rfind('/')
                .and_then(|end| path.get(..=end))
                .unwrap_or_default(),
            None => &self.path,
        }
    }

    /// The path as rules with a path filter read it; none when such rules never pass it.
    pub(crate) fn canonical_path(&self) -> Option<Cow<'_, str>> {
        UrlPath::canonical(self.known_path(), EncodedSlash::Refuse).ok()
    }
}

/// Requests that were refused alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What was asked.
    pub request: LoggedRequest,
    /// Why it was refused.
    pub code: DenialCode,
    /// How often.
    pub count: u64,
    /// When last (RFC 3339).
    pub last: String,
}

impl Denied {
    /// Whether another rule could let it through: it was refused for want of one, and not for what it carries.
    pub const fn lacks_rule(&self) -> bool {
        matches!(
            self.code,
            DenialCode::HostNotAllowed
                | DenialCode::PortNotAllowed
                | DenialCode::MethodNotAllowed
                | DenialCode::PathNotAllowed
                | DenialCode::LeaseExpired
                | DenialCode::LeaseExhausted
        )
    }
}

/// What other rules would have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Replay {
    /// How many requests were refused for want of a rule.
    pub denied: u64,
    /// How many of these the other rules let through.
    pub would_allow: u64,
}

/// Holds what was refused for want of a rule against the routes of a table. To learn what a grant would have done, ask
/// with a table of its route alone.
///
/// ```
/// use bottle_egress::{Denied, DenialCode, LoggedRequest, Replay, Route, RouteTable, Scheme, replay};
/// use bottle_core::Port;
///
/// let host: bottle_core::Host = "api.example.test".parse()?;
/// let denied = |path: &str, count| Denied {
///     request: LoggedRequest::new(Scheme::Https, (host.clone(), Port::HTTPS), "GET", path),
///     code: DenialCode::HostNotAllowed,
///     count,
///     last: "2026-05-25T23:16:00.000Z".to_owned(),
/// };
/// let route = Route { path_allowlist: vec!["/v1".parse()?], ..Route::bare("api.example.test".parse()?) };
/// let replay = replay(&[denied("/v1/x", 2), denied("/v2/x", 1)], &RouteTable::new([route]));
/// assert_eq!(replay, Replay { denied: 3, would_allow: 2 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replay<'a>(denials: impl IntoIterator<Item = &'a Denied>, table: &RouteTable) -> Replay {
    let mut replay = Replay::default();
    for denial in denials.into_iter().filter(|denial| denial.lacks_rule()) {
        replay.denied += denial.count;
        if denial.request.is_allowed_by(table) {
            replay.would_allow += denial.count;
        }
    }
    replay
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::Route;

    #[test]
    fn a_path_that_was_cut_is_known_up_to_its_last_slash() {
        let place = || ("a.test".parse().unwrap(), Port::HTTPS);
        let route = Route {
            path_allowlist: vec!["/v1".parse().unwrap()],
            ..Route::bare("a.test".parse().unwrap())
        };
        let table = RouteTable::new([route]);
        let allowed = |path: &str| {
            LoggedRequest::new(Scheme::Https, place(), "GET", path).is_allowed_by(&table)
        };
        assert!(allowed("/v1/long…"));
        assert!(allowed("/v1/%e2%82…"));
        assert!(!allowed("/v2/long…"));
        assert!(!allowed("/v1…"));
        assert!(!allowed("…"));
    }
}
