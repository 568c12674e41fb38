//! One part of a change.

use std::fmt;

use bottle_core::{HostPattern, Port};

use super::Way;
use crate::reach::Reach;
use crate::route::Ports;

/// Requests to some hosts that are let through anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) host: HostPattern,
    pub(super) reach: Reach,
    /// In which ways they may travel; never empty.
    pub(super) ways: Vec<Way>,
    /// What was let through to these hosts before.
    pub(super) before: Vec<Reach>,
}

impl Part {
    /// Whether nothing was let through to these hosts before.
    pub(super) const fn is_first(&self) -> bool {
        self.before.is_empty()
    }

    pub(super) fn has(&self, way: Way) -> bool {
        self.ways.contains(&way)
    }

    /// Whether it is worth saying that it may travel in the clear: on port 443 nobody listens for that.
    pub(super) fn is_clear(&self) -> bool {
        let clear = self.has(Way::Clear) || self.has(Way::ClearSocket);
        let only_https = self.reach.ports == Ports::https() && self.has(Way::Https);
        clear && !only_https
    }

    fn is_socket(&self) -> bool {
        self.has(Way::Socket) || self.has(Way::ClearSocket)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}",
            self.host,
            Numbers(&self.reach.ports),
            self.reach
        )?;
        let plain = self.has(Way::Https) || self.has(Way::Clear);
        match (plain, self.is_socket()) {
            (true, true) => f.write_str(", WebSockets too")?,
            (false, _) => f.write_str(", as WebSockets")?,
            (true, false) => {}
        }
        let https = self.has(Way::Https) || self.has(Way::Socket);
        match (https, self.is_clear()) {
            (true, true) => f.write_str(", unencrypted too")?,
            (false, _) => f.write_str(", unencrypted")?,
            (true, false) => {}
        }
        f.write_str("; before: ")?;
        if self.before.is_empty() {
            return f.write_str("nothing");
        }
        for (number, before) in self.before.iter().enumerate() {
            let between = if number == 0 { "" } else { "; " };
            write!(f, "{between}{before}")?;
            if before.ports != self.reach.ports {
                write!(f, " on {}", Numbers(&before.ports))?;
            }
        }
        Ok(())
    }
}

/// `443,8443`.
struct Numbers<'a>(&'a Ports);

impl fmt::Display for Numbers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ports::Any => f.write_str("*"),
            Ports::Only(ports) => {
                let ports: Vec<String> = ports.iter().map(Port::to_string).collect();
                f.write_str(&ports.join(","))
            }
        }
    }
}
