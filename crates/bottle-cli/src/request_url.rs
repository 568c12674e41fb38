//! The address of a request as it is typed: `https://host[:port]/path?query`, kept byte for byte.

use bottle_core::{Host, Port};
use bottle_egress::{Destination, Scheme};

/// What is wrong with a typed address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UrlError {
    #[error("`{0}` is not an address: write https://host/path")]
    NoScheme(String),
    #[error("the scheme `{0}` never leaves a bottle: only https and http do")]
    Scheme(String),
    #[error("`{0}` is not a host that a bottle can reach")]
    Host(String),
    #[error("`{0}` is not a port")]
    Port(String),
}

/// Where the request goes, and its target (path and query) exactly as typed.
pub(crate) fn parse(url: &str) -> Result<(Destination, String), UrlError> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| UrlError::NoScheme(url.to_owned()))?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        _ => return Err(UrlError::Scheme(scheme.to_owned())),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (
            host,
            port.parse().map_err(|_| UrlError::Port(port.to_owned()))?,
        ),
        None => (authority, default_port(scheme)),
    };
    let host: Host = host.parse().map_err(|_| UrlError::Host(host.to_owned()))?;
    // A fragment is never sent.
    let target = target.split('#').next().unwrap_or_default();
    let target = if target.starts_with('/') {
        target.to_owned()
    } else {
        format!("/{target}")
    };
    Ok((Destination { scheme, host, port }, target))
}

const fn default_port(scheme: Scheme) -> Port {
    match scheme {
        Scheme::Https => Port::HTTPS,
        Scheme::Http => Port::HTTP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_target_as_typed() {
        let (destination, target) = parse("https://Api.Example.test/a/../b?x=%2e#frag").unwrap();
        assert_eq!(destination.host.as_str(), "api.example.test");
        assert_eq!(destination.port, Port::HTTPS);
        assert_eq!(target, "/a/../b?x=%2e");
    }

    #[test]
    fn fills_in_ports_and_paths() {
        let (destination, target) = parse("http://a.test?q").unwrap();
        assert_eq!(destination.port, Port::HTTP);
        assert_eq!(target, "/?q");
        assert_eq!(parse("https://a.test:8443").unwrap().0.port.get(), 8443);
    }

    #[test]
    fn refuses_what_is_no_address() {
        assert!(matches!(parse("a.test"), Err(UrlError::NoScheme(_))));
        assert!(matches!(parse("ftp://a.test/"), Err(UrlError::Scheme(_))));
        assert!(matches!(
            parse("https://user@a.test/"),
            Err(UrlError::Host(_))
        ));
        assert!(matches!(parse("https://a.test:x/"), Err(UrlError::Port(_))));
        assert!(matches!(parse("https:///x"), Err(UrlError::Host(_))));
    }
}
