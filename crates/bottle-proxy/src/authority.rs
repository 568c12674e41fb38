//! `host:port` as a client writes it in CONNECT, in a URL or in `Host`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use bottle_core::{Host, Port};
use thiserror::Error;

/// The name under which the egress service itself answers.
pub(crate) const LOCAL_NAME: &str = "_egress.local";

/// Whom a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// A host name.
    Host(Host),
    /// An address. No rule ever matches one.
    Ip(IpAddr),
    /// The proxy's own pages ([`LOCAL_NAME`]).
    Local,
}

impl Name {
    /// The same as shown.
    pub(crate) fn text(&self) -> Arc<str> {
        match self {
            Self::Host(host) => host.clone().into(),
            other => other.to_string().into(),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => f.write_str(host.as_str()),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Local => f.write_str(LOCAL_NAME),
        }
    }
}

/// A name and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    /// Whom.
    pub(crate) name: Name,
    /// On which port.
    pub(crate) port: Port,
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

/// The text is not a host with a port.
#[derive(Debug, Error, PartialEq, Eq, Clone, Copy)]
#[error("not a valid host and port")]
pub(crate) struct AuthorityError;

impl Authority {
    /// Parses `host`, `host:port`, `1.2.3.4:port` or `[v6]:port`.
    ///
    /// Without `default_port` the port must be written out.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] for user information, percent signs, odd ports, addresses in historic spellings and whatever
    /// [`Host`] refuses.
    pub(crate) fn parse(text: &str, default_port: Option<Port>) -> Result<Self, AuthorityError> {
        let (name, port) = split(text)?;
        let port = match port {
            Some(digits) => digits.parse().map_err(|_| AuthorityError)?,
            None => default_port.ok_or(AuthorityError)?,
        };
        Ok(Self {
            name: parse_name(name)?,
            port,
        })
    }

    /// Whether `text` is this in its plain spelling. A no says nothing.
    pub(crate) fn is_plainly(&self, text: &str, default_port: Port) -> bool {
        let Name::Host(host) = &self.name else {
            return false;
        };
        match text.strip_prefix(host.as_str()) {
            Some("") => self.port == default_port,
            Some(rest) => {
                let port = rest.strip_prefix(':').map(str::parse);
                port.is_some_and(|port| port == Ok(self.port))
            }
            None => false,
        }
    }
}

fn split(text: &str) -> Result<(&str, Option<&str>), AuthorityError> {
    let after_name = if text.starts_with('[') {
        text.find(']').ok_or(AuthorityError)? + 1
    } else {
        0
    };
    let rest = text.get(after_name..).ok_or(AuthorityError)?;
    match rest.split_once(':') {
        None if after_name == 0 || rest.is_empty() => Ok((text, None)),
        None => Err(AuthorityError),
        Some((before, _)) if after_name > 0 && !before.is_empty() => Err(AuthorityError),
        Some((before, port)) => {
            let name = text
                .get(..after_name + before.len())
                .ok_or(AuthorityError)?;
            Ok((name, Some(port)))
        }
    }
}

fn parse_name(text: &str) -> Result<Name, AuthorityError> {
    if let Some(inner) = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return inner
            .parse::<Ipv6Addr>()
            .map(|address| Name::Ip(address.into()))
            .map_err(|_| AuthorityError);
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok(Name::Ip(address.into()));
    }
    if text.eq_ignore_ascii_case(LOCAL_NAME) {
        return Ok(Name::Local);
    }
    text.parse().map(Name::Host).map_err(|_| AuthorityError)
}

#[cfg(test)]
mod tests {
    use super::Authority;
    use bottle_core::Port;

    fn shown(text: &str) -> Option<String> {
        Authority::parse(text, Some(Port::HTTPS))
            .ok()
            .map(|authority| authority.to_string())
    }

    #[test]
    fn reads_names_and_addresses() {
        for (text, expected) in [
            ("ok.test", "ok.test:443"),
            ("OK.Test.:8443", "ok.test:8443"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("[2001:db8::1]", "[2001:db8::1]:443"),
            ("_EGRESS.local:80", "_egress.local:80"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected));
        }
        assert!(Authority::parse("ok.test", None).is_err());
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            ":443",
            "ok.test:",
            "ok.test:0",
            "ok.test:65536",
            "ok.test:+443",
            "ok.test:0443",
            "ok.test:443 ",
            "ok.test:4 43",
            "ok.test:443:443",
            "me@ok.test",
            "ok.test:443@evil.test",
            "%6fk.test",
            "ok.test%00.x.test",
            "0x7f.1",
            "2130706433",
            "127.1",
            "0177.0.0.1",
            "127.000.000.001",
            "[::1",
            "::1",
            "[::1]x:80",
            "[fe80::1%25eth0]:80",
            "x[::1]:80",
            "ok.test..",
            "-ok.test",
            "a_b.test",
        ] {
            assert_eq!(shown(text), None, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_reads_the_same(text in "[a-z0-9.:\\[\\]@%_-]{0,30}") {
            if let Ok(authority) = Authority::parse(&text, Some(Port::HTTPS)) {
                proptest::prop_assert_eq!(Authority::parse(&authority.to_string(), None), Ok(authority));
            }
        }
    }
}
