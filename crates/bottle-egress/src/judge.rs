//! What the rules say about a whole address, as a person types it.

use bottle_core::{HostPattern, RequestUrl, UrlHost};

use crate::decide::{Destination, Request, decide};
use crate::denial::{Denial, DenialCode, Layer, RequestLine};
use crate::route::{Route, SlotAuth};
use crate::table::RouteTable;

/// What an allowed request would be sent as. It says what a permit says and permits nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Where it goes.
    pub destination: Destination,
    /// The target, in its canonical spelling.
    pub target: String,
    /// The number of the route that allows it.
    pub rule: usize,
    /// The credential that is added.
    pub credential: Option<SlotAuth>,
}

/// Judges a request by its method and address: [`decide`], and before it what the proxy refuses while it reads the
/// address.
///
/// # Errors
///
/// A [`Denial`] that says what is missing.
pub fn judge(table: &RouteTable, method: &str, url: &RequestUrl) -> Result<Allowed, Denial> {
    let host = match &url.host {
        UrlHost::Name(host) => host.clone(),
        UrlHost::Address(address) => {
            let line = RequestLine {
                method,
                host: address,
                port: url.port.get(),
                path: &url.target,
            };
            return Err(Denial::new(DenialCode::HostIpLiteral, Layer::Egress, &line));
        }
    };
    let destination = Destination {
        scheme: url.scheme,
        host,
        port: url.port,
    };
    let request = Request {
        destination: &destination,
        method,
        target: &url.target,
    };
    let permit = decide(table, &request)?;
    Ok(Allowed {
        target: permit.target().to_owned(),
        rule: permit.rule(),
        credential: permit.credential().cloned(),
        destination: permit.destination().clone(),
    })
}

/// The route that comes nearest to covering an address: the one for its host, else one that shares the end of its name.
pub fn nearest_route<'a>(table: &'a RouteTable, url: &RequestUrl) -> Option<&'a Route> {
    let UrlHost::Name(host) = &url.host else {
        return None;
    };
    if let Some((_, route)) = table.find(host) {
        return Some(route);
    }
    let shared = |pattern: &HostPattern| {
        let ends = pattern.base().labels().rev().zip(host.labels().rev());
        ends.take_while(|(left, right)| left == right).count()
    };
    // One shared label is a coincidence: half the world ends in `.com`.
    let near = table
        .routes()
        .iter()
        .filter(|route| shared(&route.host) >= 2);
    near.max_by_key(|route| shared(&route.host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_neighbours() {
        let hosts = ["api.example.com", "*.cdn.example.org", "docs.example.com"];
        let table = RouteTable::new(hosts.map(|host| Route::bare(host.parse().unwrap())));
        let near = |url: &str| {
            let route = nearest_route(&table, &url.parse().unwrap());
            route.map(|route| route.host.to_string())
        };
        assert_eq!(
            near("https://api.example.com:444/").as_deref(),
            Some("api.example.com")
        );
        assert_eq!(
            near("https://b.a.cdn.example.org/").as_deref(),
            Some("*.cdn.example.org")
        );
        assert_eq!(near("https://evil.com/"), None);
        assert_eq!(near("https://127.0.0.1/"), None);
        let url = "https://[::1]/".parse().unwrap();
        assert_eq!(
            judge(&table, "GET", &url).unwrap_err().code,
            DenialCode::HostIpLiteral
        );
        let url = "https://api.example.com/x".parse().unwrap();
        assert!(judge(&table, "GET", &url).is_ok());
    }
}
