//! The address of a request as it is typed: `https://host[:port]/path?query`, kept byte for byte.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::host::{Host, HostError};
use crate::port::Port;

/// The longest address that is taken, in bytes.
const MAX_LENGTH: usize = 8 * 1024;

/// How a request travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Inside TLS.
    Https,
}

impl Scheme {
    const fn default_port(self) -> Port {
        match self {
            Self::Https => Port::HTTPS,
            Self::Http => Port::HTTP,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

/// The address of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestUrl {
    /// How it travels.
    pub scheme: Scheme,
    /// Where to.
    pub host: UrlHost,
    /// On which port.
    pub port: Port,
    /// Path and query, as typed.
    pub target: String,
    /// All of it, as typed.
    text: String,
}

crate::text::serde_as_text!(RequestUrl);

/// The host of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlHost {
    /// A name.
    Name(Host),
    /// An address in some spelling, which no rule can mean.
    Address(String),
}

impl fmt::Display for UrlHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(host) => host.fmt(f),
            Self::Address(text) => f.write_str(text),
        }
    }
}

/// Why a text is not the address of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestUrlError {
    /// No `://`.
    #[error("write the whole address: https://host/path")]
    NoScheme,
    /// Neither http nor https.
    #[error("the scheme `{0}` never leaves a bottle: only https and http do")]
    Scheme(String),
    /// Not a host.
    #[error("`{0}` is not a host that a bottle can reach")]
    Host(String),
    /// Not a port.
    #[error("`{0}` is not a port")]
    Port(String),
    /// A blank or a control character, or far too long.
    #[error("an address is one word of at most 8 KiB")]
    Text,
}

impl FromStr for RequestUrl {
    type Err = RequestUrlError;

    fn from_str(text: &str) -> Result<Self, RequestUrlError> {
        let odd = |each: char| each.is_whitespace() || each.is_control();
        if text.len() > MAX_LENGTH || text.chars().any(odd) {
            return Err(RequestUrlError::Text);
        }
        let (scheme, rest) = text.split_once("://").ok_or(RequestUrlError::NoScheme)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err(RequestUrlError::Scheme(scheme.to_owned())),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (host, port) = split_port(authority);
        let port = match port {
            Some(port) => port
                .parse()
                .map_err(|_| RequestUrlError::Port(port.to_owned()))?,
            None => scheme.default_port(),
        };
        // A fragment is never sent.
        let target = target.split('#').next().unwrap_or_default();
        let target = if target.starts_with('/') {
            target.to_owned()
        } else {
            format!("/{target}")
        };
        Ok(Self {
            scheme,
            host: url_host(host)?,
            port,
            target,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for RequestUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // The colons of a bare address in brackets are not in front of a port.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn url_host(text: &str) -> Result<UrlHost, RequestUrlError> {
    match text.parse() {
        Ok(host) => Ok(UrlHost::Name(host)),
        Err(HostError::Address) => {
            let inner = text.trim_start_matches('[').trim_end_matches(']');
            if text.starts_with('[') && inner.parse::<IpAddr>().is_err() {
                return Err(RequestUrlError::Host(text.to_owned()));
            }
            Ok(UrlHost::Address(text.to_owned()))
        }
        Err(_) => Err(RequestUrlError::Host(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<RequestUrl, RequestUrlError> {
        text.parse()
    }

    #[test]
    fn keeps_the_target_as_typed() {
        let url = parse("https://Api.Example.test/a/../b?x=%2e#frag").unwrap();
        assert_eq!(url.host.to_string(), "api.example.test");
        assert_eq!(url.port, Port::HTTPS);
        assert_eq!(url.target, "/a/../b?x=%2e");
    }

    #[test]
    fn fills_in_ports_and_paths() {
        let url = parse("http://a.test?q").unwrap();
        assert_eq!((url.port, url.target.as_str()), (Port::HTTP, "/?q"));
        assert_eq!(parse("https://a.test:8443").unwrap().port.get(), 8443);
    }

    #[test]
    fn addresses_are_told_apart_from_names() {
        for text in [
            "https://127.0.0.1/",
            "https://2130706433",
            "https://[::1]:8443/x",
            "http://[fd00::1]",
        ] {
            assert!(
                matches!(parse(text).unwrap().host, UrlHost::Address(_)),
                "{text}"
            );
        }
        assert_eq!(parse("https://[::1]:8443/x").unwrap().port.get(), 8443);
    }

    #[test]
    fn refuses_what_is_no_address() {
        assert_eq!(parse("a.test"), Err(RequestUrlError::NoScheme));
        assert!(matches!(
            parse("ftp://a.test/"),
            Err(RequestUrlError::Scheme(_))
        ));
        for text in [
            "https://user@a.test/",
            "https:///x",
            "https://[x]/",
            "https://a_b.test",
        ] {
            assert!(
                matches!(parse(text), Err(RequestUrlError::Host(_))),
                "{text}"
            );
        }
        assert!(matches!(
            parse("https://a.test:x/"),
            Err(RequestUrlError::Port(_))
        ));
        assert_eq!(parse("https://a.test/ b"), Err(RequestUrlError::Text));
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in "(https?://)?[a-z0-9.:\\[\\]@/?#% é-]{0,40}") {
            if let Ok(url) = parse(&text) {
                prop_assert_eq!(parse(&url.to_string()), Ok(url));
            }
        }
    }
}
