//! By which names the service is called. A browser in the bottle that shows a foreign page must not be its way to here:
//! such a page has a foreign `Origin`, and after DNS rebinding a foreign `Host`.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderValue, Uri, header};

/// The name that agents know.
const NAME: &str = "supervise";
/// The machine's names for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Where a connection arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names(SocketAddr);

/// Called by another name, or from another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// There is not one `Host`.
    NoHost,
    /// It is not ours.
    Host,
    /// The page that asks is not ours.
    Origin,
}

impl Names {
    pub(super) const fn of(local: SocketAddr) -> Self {
        Self(local)
    }

    /// Whether a request is meant for us, and comes from no foreign page.
    ///
    /// # Errors
    ///
    /// What is foreign about it.
    pub(super) fn check(self, uri: &Uri, headers: &HeaderMap) -> Result<(), Foreign> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(Foreign::NoHost);
        };
        let is_ours = |authority: &[u8]| self.is_ours(authority);
        let in_target = uri
            .authority()
            .map(|authority| authority.as_str().as_bytes());
        if !is_ours(host.as_bytes()) || !in_target.is_none_or(is_ours) {
            return Err(Foreign::Host);
        }
        let own_page = |origin: &HeaderValue| {
            let scheme = origin.as_bytes().strip_prefix(b"http://");
            scheme.is_some_and(is_ours)
        };
        if headers.get_all(header::ORIGIN).iter().all(own_page) {
            Ok(())
        } else {
            Err(Foreign::Origin)
        }
    }

    /// Whether this is one of our names, alone or with our port.
    fn is_ours(self, authority: &[u8]) -> bool {
        let Self(local) = self;
        let address = match local.ip().to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let port = format!(":{}", local.port());
        let mut names = LOOPBACK.into_iter().chain([NAME, &address]);
        names.any(|name| {
            let rest = authority.split_at_checked(name.len());
            rest.is_some_and(|(first, rest)| {
                first.eq_ignore_ascii_case(name.as_bytes())
                    && (rest.is_empty() || rest == port.as_bytes())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &[&str], origin: Option<&str>) -> Result<(), Foreign> {
        let mut headers = HeaderMap::new();
        for host in host {
            headers.append(header::HOST, host.parse().unwrap());
        }
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        let names = Names::of(([10, 213, 0, 21], 9100).into());
        names.check(&Uri::from_static("/"), &headers)
    }

    #[test]
    fn only_our_own_names() {
        for host in [
            "supervise",
            "supervise:9100",
            "SUPERVISE",
            "10.213.0.21:9100",
            "localhost",
            "127.0.0.1:9100",
            "[::1]:9100",
        ] {
            assert_eq!(check(&[host], None), Ok(()), "{host}");
            assert_eq!(
                check(&[host], Some(&format!("http://{host}"))),
                Ok(()),
                "{host}"
            );
        }
        for host in [
            "",
            "evil.test",
            "evil.test:9100",
            "supervise:80",
            "supervise.",
            "supervise.evil.test",
            "xsupervise",
            "me@supervise",
            "supervise:9100@evil.test",
            "10.213.0.2",
            "127.0.0.2",
            "[::1",
        ] {
            assert_eq!(check(&[host], None), Err(Foreign::Host), "{host}");
        }
        assert_eq!(check(&[], None), Err(Foreign::NoHost));
        assert_eq!(
            check(&["supervise", "supervise"], None),
            Err(Foreign::NoHost)
        );
        for origin in [
            "null",
            "",
            "http://evil.test",
            "https://supervise",
            "http://supervise/",
            "supervise",
        ] {
            let origin = Some(origin);
            assert_eq!(
                check(&["supervise"], origin),
                Err(Foreign::Origin),
                "{origin:?}"
            );
        }
        let target = Uri::from_static("http://evil.test/");
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("supervise"));
        let names = Names::of(([10, 213, 0, 21], 9100).into());
        assert_eq!(names.check(&target, &headers), Err(Foreign::Host));
    }
}
