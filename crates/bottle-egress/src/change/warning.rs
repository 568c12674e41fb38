//! What an operator should look at twice.

use std::fmt;

use bottle_core::{HostPattern, WebSocket};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::credential::{CredentialEffect, CredentialOrigin};
use super::part::Part;
use crate::known_hosts::{KnownHost, Purpose, known_hosts};
use crate::route::Route;

/// What makes a change a wide or a dangerous one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Anybody can publish at one of the hosts what they send to it.
    Publish(&'static KnownHost),
    /// What is read from one of the hosts was written by anybody.
    AnybodysContent(&'static KnownHost),
    /// More than one host: names with one label before this one.
    OneLabel(HostPattern),
    /// More than one host: names with any number of labels before this one.
    AnyDepth(HostPattern),
    /// Any path.
    AnyPath,
    /// Any method.
    AnyMethod,
    /// Methods that may change something.
    Writes,
    /// Connections in which both sides send as long as they like.
    WebSocket,
    /// Requests that anybody on the way can read and change.
    Unencrypted,
    /// A credential goes where it did not go before.
    Credential,
}

impl Warning {
    /// Its name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Publish(_) => "change.publish",
            Self::AnybodysContent(_) => "change.anybodys_content",
            Self::OneLabel(_) => "change.one_label",
            Self::AnyDepth(_) => "change.any_depth",
            Self::AnyPath => "change.any_path",
            Self::AnyMethod => "change.any_method",
            Self::Writes => "change.writes",
            Self::WebSocket => "change.websocket",
            Self::Unencrypted => "change.unencrypted",
            Self::Credential => "change.credential",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish(known) => {
                write!(f, "anybody can publish at {}: {}", known.host, known.why)
            }
            Self::AnybodysContent(known) => write!(
                f,
                "what {} answers may be written by anybody: {}",
                known.host, known.why
            ),
            Self::OneLabel(host) => {
                write!(
                    f,
                    "{host} is every name with one label before {}",
                    host.base()
                )
            }
            Self::AnyDepth(host) => write!(f, "{host} is every name below {}", host.base()),
            Self::AnyPath => f.write_str("any path"),
            Self::AnyMethod => f.write_str("any method, those that change something too"),
            Self::Writes => f.write_str("methods that may change something"),
            Self::WebSocket => f.write_str("WebSockets"),
            Self::Unencrypted => f.write_str("unencrypted requests"),
            Self::Credential => f.write_str("a credential goes where it did not go before"),
        }
    }
}

/// `code` and `text`.
impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = serializer.serialize_struct("Warning", 2)?;
        view.serialize_field("code", self.code())?;
        view.serialize_field("text", &self.to_string())?;
        view.end()
    }
}

/// The warnings of a change; none of one that changes nothing.
pub(super) fn all(
    granted: &Route,
    parts: &[Part],
    credential: Option<&CredentialEffect>,
) -> Vec<Warning> {
    if parts.is_empty() {
        return Vec::new();
    }
    let any = |is: &dyn Fn(&Part) -> bool| parts.iter().any(is);
    let any_method = any(&|part| part.reach.methods.is_open());
    let writes = any(&|part| part.reach.methods.writes());
    let is_moved = credential.is_some_and(|effect| effect.origin != CredentialOrigin::Here);
    let flags = [
        (any(&|part| part.reach.paths.is_open()), Warning::AnyPath),
        (any_method, Warning::AnyMethod),
        (writes && !any_method, Warning::Writes),
        (granted.websocket == WebSocket::Granted, Warning::WebSocket),
        (any(&Part::is_clear), Warning::Unencrypted),
        (is_moved, Warning::Credential),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(is, flag)| is.then_some(flag));
    let known = known_hosts(&granted.host).into_iter();
    let known = known.filter_map(|known| match known.purpose {
        Purpose::PublishByWriting if !writes => None,
        Purpose::PublishByWriting | Purpose::PublishByAsking => Some(Warning::Publish(known)),
        Purpose::AnybodysContent => Some(Warning::AnybodysContent(known)),
    });
    known.chain(width(&granted.host)).chain(flags).collect()
}

fn width(host: &HostPattern) -> Option<Warning> {
    match host {
        HostPattern::Exact(_) => None,
        HostPattern::OneLabel(_) => Some(Warning::OneLabel(host.clone())),
        HostPattern::AnyDepth(_) => Some(Warning::AnyDepth(host.clone())),
    }
}
