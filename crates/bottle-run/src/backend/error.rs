//! Why an engine could not do what it was asked to.

use std::error::Error;
use std::time::Duration;

use ipnet::Ipv4Net;

/// An error of the engine's own client library, carried along as the source.
pub type Cause = Box<dyn Error + Send + Sync + 'static>;

/// Why an engine could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackendError {
    /// Nobody answers.
    #[error(
        "the container engine does not answer at {address}: is it running? (`systemctl start docker`, or `dockerd`)"
    )]
    Unavailable {
        /// Where it was looked for.
        address: String,
        /// What the client library said.
        #[source]
        source: Cause,
    },
    /// The subnet overlaps with one in use.
    #[error("the subnet {subnet} is taken")]
    SubnetTaken {
        /// The subnet that was asked for.
        subnet: Ipv4Net,
    },
    /// Something that the call needs is not there.
    #[error("{what} is missing")]
    Missing {
        /// What, in words: `image bottle-agent:latest`, `container bottle-x-egress`.
        what: String,
    },
    /// A bounded wait ran out.
    #[error("{what} took longer than {} s", .after.as_secs())]
    Timeout {
        /// What was waited for.
        what: String,
        /// The bound.
        after: Duration,
    },
    /// A service ended, turned unhealthy, or was not ready in time.
    #[error("the service `{service}` {reason}{}", last_line(.last_log))]
    NotReady {
        /// Its name in the compose file.
        service: String,
        /// What was seen: `ended with code 2`, `was not healthy within 20 s`.
        reason: String,
        /// The end of its log, as it came. It may hold control characters.
        last_log: String,
    },
    /// A program that bottle runs for itself inside a container failed.
    #[error("`{what}` in `{service}` ended with code {code}{}", last_line(.stderr))]
    Failed {
        /// The program, without arguments that may be secret.
        what: String,
        /// The service in whose container it ran.
        service: String,
        /// Its exit code.
        code: u8,
        /// What it wrote to standard error, as it came.
        stderr: String,
    },
    /// A captured command wrote more than is kept.
    #[error("a command wrote more than {limit} bytes")]
    TooMuchOutput {
        /// The bound that was passed.
        limit: usize,
    },
    /// A terminal was asked for and there is none.
    #[error("standard input is not a terminal")]
    NoTerminal,
    /// Anything else that the engine or its client library said.
    #[error("the container engine could not {what}")]
    Engine {
        /// What was being done: `create the network bottle-x-egress`.
        what: String,
        /// What was said.
        #[source]
        source: Cause,
    },
}

/// The last line of a log as a suffix, with nothing in it that a terminal would obey.
fn last_line(log: &str) -> String {
    let Some(line) = log.lines().map(str::trim).rfind(|line| !line.is_empty()) else {
        return String::new();
    };
    let visible: String = line.chars().flat_map(visible).collect();
    format!(": {visible}")
}

/// A character as itself when it is harmless, as its escape otherwise.
fn visible(each: char) -> impl Iterator<Item = char> {
    let (harmless, escaped) = if is_harmless(each) {
        (Some(each), None)
    } else {
        (None, Some(each.escape_unicode()))
    };
    harmless.into_iter().chain(escaped.into_iter().flatten())
}

/// Neither a control character nor one of the marks that reorder or hide text.
fn is_harmless(each: char) -> bool {
    !each.is_control()
        && !matches!(each, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_log_cannot_drive_a_terminal() {
        let error = BackendError::NotReady {
            service: "egress".to_owned(),
            reason: "ended with code 2".to_owned(),
            last_log: "first\nroutes.yaml:\u{1b}[2J \u{202e}bad\n\n".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "the service `egress` ended with code 2: routes.yaml:\\u{1b}[2J \\u{202e}bad"
        );
    }

    #[test]
    fn an_empty_log_adds_nothing() {
        let error = BackendError::NotReady {
            service: "egress".to_owned(),
            reason: "was not healthy within 20 s".to_owned(),
            last_log: String::new(),
        };
        assert_eq!(
            error.to_string(),
            "the service `egress` was not healthy within 20 s"
        );
    }
}
