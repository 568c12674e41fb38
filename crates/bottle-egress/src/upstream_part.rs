//! `upstream:` in the configuration of a sidecar: how the next hop is reached where that is not the usual way.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use bottle_core::{Host, Port, Secret};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// How the next hop is reached. Nothing in it changes which names, ports, paths or methods are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamPart {
    /// Authorities (PEM) that are trusted besides the public ones; a relative path starts at the configuration folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// Where names lead instead of to what DNS says. The addresses are checked like any other.
    #[serde(default, skip_serializing_if = "MappedHosts::is_empty")]
    pub hosts: MappedHosts,
    /// Private and special-purpose addresses that may be connected to. Metadata services stay refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_cidrs: Vec<IpNet>,
    /// A proxy that everything goes through; then it resolves the names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<NextProxy>,
}

/// What stands for every name that is not listed.
const EVERY_NAME: &str = "*";

/// Names and where they lead.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<String, StaticAddress>",
    into = "BTreeMap<String, StaticAddress>"
)]
pub struct MappedHosts {
    names: BTreeMap<Host, StaticAddress>,
    rest: Option<StaticAddress>,
}

impl MappedHosts {
    /// Whether no name is mapped.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.rest.is_none()
    }

    /// Where a name leads.
    pub fn get(&self, host: &Host) -> Option<StaticAddress> {
        self.names.get(host).or(self.rest.as_ref()).copied()
    }
}

impl TryFrom<BTreeMap<String, StaticAddress>> for MappedHosts {
    type Error = bottle_core::HostError;

    fn try_from(texts: BTreeMap<String, StaticAddress>) -> Result<Self, Self::Error> {
        let mut mapped = Self::default();
        for (name, address) in texts {
            if name == EVERY_NAME {
                mapped.rest = Some(address);
            } else {
                mapped.names.insert(name.parse()?, address);
            }
        }
        Ok(mapped)
    }
}

impl From<MappedHosts> for BTreeMap<String, StaticAddress> {
    fn from(mapped: MappedHosts) -> Self {
        let rest = mapped.rest.map(|address| (EVERY_NAME.to_owned(), address));
        let names = mapped.names.into_iter();
        names
            .map(|(host, address)| (host.to_string(), address))
            .chain(rest)
            .collect()
    }
}

/// An address, and a port where it is another one than was asked for: `10.0.0.7`, `10.0.0.7:8443`, `[fd00::7]:8443`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticAddress {
    /// The address.
    pub ip: IpAddr,
    /// The port to connect to.
    pub port: Option<Port>,
}

/// The text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write an address such as `10.0.0.7`, `10.0.0.7:8443` or `[fd00::7]:8443`")]
pub struct StaticAddressError;

impl FromStr for StaticAddress {
    type Err = StaticAddressError;

    fn from_str(text: &str) -> Result<Self, StaticAddressError> {
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        if let Ok(ip) = bare.unwrap_or(text).parse() {
            return Ok(Self { ip, port: None });
        }
        let (ip, port) = text.rsplit_once(':').ok_or(StaticAddressError)?;
        let ip = match ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')) {
            Some(inner) => IpAddr::V6(inner.parse().map_err(|_| StaticAddressError)?),
            None => IpAddr::V4(ip.parse().map_err(|_| StaticAddressError)?),
        };
        let port = port.parse().map_err(|_| StaticAddressError)?;
        Ok(Self {
            ip,
            port: Some(port),
        })
    }
}

impl fmt::Display for StaticAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ip, self.port) {
            (ip, None) => ip.fmt(f),
            (IpAddr::V4(ip), Some(port)) => write!(f, "{ip}:{port}"),
            (IpAddr::V6(ip), Some(port)) => write!(f, "[{ip}]:{port}"),
        }
    }
}

/// An HTTP proxy: `http://proxy.corp.example:3128`, with `user:password@` where it wants to know who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextProxy {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: Port,
    /// `user:password`.
    pub credential: Option<Secret>,
}

/// The text is not the address of a proxy. It may hold a password, so it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a proxy as `http://host:port` or `http://user:password@host:port`")]
pub struct NextProxyError;

impl FromStr for NextProxy {
    type Err = NextProxyError;

    fn from_str(text: &str) -> Result<Self, NextProxyError> {
        let rest = text.strip_prefix("http://").ok_or(NextProxyError)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credential, authority) = match rest.rsplit_once('@') {
            Some((credential, authority)) => (Some(credential), authority),
            None => (None, rest),
        };
        let (host, port) = authority.rsplit_once(':').ok_or(NextProxyError)?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let is_host =
            host.parse::<Host>().is_ok() || bare.unwrap_or(host).parse::<IpAddr>().is_ok();
        let credential = credential
            .map(|text| Secret::new(text.to_owned()))
            .transpose()
            .map_err(|_| NextProxyError)?;
        if !is_host
            || credential
                .as_ref()
                .is_some_and(|text| !text.expose().contains(':'))
        {
            return Err(NextProxyError);
        }
        Ok(Self {
            host: bare.unwrap_or(host).to_owned(),
            port: port.parse().map_err(|_| NextProxyError)?,
            credential,
        })
    }
}

impl fmt::Display for NextProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            port,
            credential,
        } = self;
        let credential = credential
            .as_ref()
            .map(|text| format!("{}@", text.expose()));
        let credential = credential.unwrap_or_default();
        if host.contains(':') {
            write!(f, "http://{credential}[{host}]:{port}")
        } else {
            write!(f, "http://{credential}{host}:{port}")
        }
    }
}

/// Serde as a string for a type with `FromStr` and `Display`.
macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(StaticAddress);
as_text!(NextProxy);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_a_port() {
        for text in ["10.0.0.7", "10.0.0.7:8443", "fd00::7", "[fd00::7]:8443"] {
            let address: StaticAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
        for text in [
            "",
            "a.test",
            "10.0.0.7:",
            "10.0.0.7:0",
            "fd00::7:x",
            "[fd00::7",
        ] {
            assert_eq!(
                text.parse::<StaticAddress>(),
                Err(StaticAddressError),
                "{text}"
            );
        }
    }

    #[test]
    fn proxies() {
        for text in [
            "http://proxy.corp.test:3128",
            "http://me:p@ss@10.0.0.1:3128",
            "http://[::1]:8888",
        ] {
            assert_eq!(text.parse::<NextProxy>().unwrap().to_string(), text);
        }
        for text in [
            "https://proxy.test:1",
            "http://proxy.test",
            "http://me@proxy.test:1",
            "http://:3128",
            "proxy:1",
        ] {
            assert_eq!(text.parse::<NextProxy>(), Err(NextProxyError), "{text}");
        }
    }

    #[test]
    fn the_star_stands_for_the_rest() {
        let part: UpstreamPart = serde_json::from_str(
            r#"{"hosts":{"*":"127.0.0.1:1","a.test":"127.0.0.2"},"allow_cidrs":["127.0.0.0/8"]}"#,
        )
        .unwrap();
        let at = |host: &str| part.hosts.get(&host.parse().unwrap()).unwrap().to_string();
        assert_eq!(
            (at("a.test"), at("b.test")),
            ("127.0.0.2".into(), "127.0.0.1:1".into())
        );
        let text = serde_json::to_string(&part).unwrap();
        assert_eq!(serde_json::from_str::<UpstreamPart>(&text).unwrap(), part);
        assert!(serde_json::from_str::<UpstreamPart>(r#"{"resolver":"x"}"#).is_err());
    }
}
