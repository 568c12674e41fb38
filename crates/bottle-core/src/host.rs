//! A host name that a rule can mean.

use std::str::FromStr;
use std::sync::Arc;

use crate::text::text_newtype;

/// The longest name, in bytes (RFC 1035 §2.3.4, without the final dot).
const MAX_NAME: usize = 253;
/// The longest label, in bytes (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;

/// A DNS name in ASCII: lower case, without a trailing dot, never an address. Cheap to clone.
///
/// International names are written as A-labels (`xn--…`). Whatever could be read as an address by
/// `inet_aton` (`127.1`, `0x7f.0.0.1`, `2130706433`) is not a name.
///
/// ```
/// # use bottle_core::Host;
/// let host: Host = "API.Example.test.".parse().unwrap();
/// assert_eq!(host.as_str(), "api.example.test");
/// assert!("127.1".parse::<Host>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(Arc<str>);

text_newtype!(Host);

/// Why a text is not a host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// Nothing there.
    #[error("a host name may not be empty")]
    Empty,
    /// Longer than 253 bytes, or a label longer than 63.
    #[error("a host name has at most 253 characters, and 63 between two dots")]
    TooLong,
    /// Two dots in a row, or a dot in front.
    #[error("a host name may not have an empty part between dots")]
    EmptyLabel,
    /// A character other than letters, digits, hyphens and dots.
    #[error(
        "a host name is made of ASCII letters, digits, hyphens and dots (international names as `xn--…`)"
    )]
    Character,
    /// A part that begins or ends with a hyphen.
    #[error("no part of a host name begins or ends with a hyphen")]
    Hyphen,
    /// An address in some spelling.
    #[error("an address is not a host name")]
    Address,
}

impl Host {
    /// The parts between the dots, left to right.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }
}

impl From<Host> for Arc<str> {
    fn from(host: Host) -> Self {
        host.0
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if text.contains(':') || text.starts_with('[') {
            return Err(
                if text.parse::<std::net::Ipv6Addr>().is_ok() || text.starts_with('[') {
                    HostError::Address
                } else {
                    HostError::Character
                },
            );
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.len() > MAX_NAME {
            return Err(HostError::TooLong);
        }
        name.split('.').try_for_each(check_label)?;
        if name.rsplit('.').next().is_some_and(is_number) {
            return Err(HostError::Address);
        }
        Ok(Self(name.to_ascii_lowercase().into()))
    }
}

fn check_label(label: &str) -> Result<(), HostError> {
    if label.is_empty() {
        return Err(HostError::EmptyLabel);
    }
    if label.len() > MAX_LABEL {
        return Err(HostError::TooLong);
    }
    if !label
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return Err(HostError::Character);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(HostError::Hyphen);
    }
    Ok(())
}

/// What the last label of an address looks like: decimal, octal or hexadecimal (WHATWG URL, "ends in a number").
fn is_number(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => lower.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_spelling_per_name() {
        for text in ["ok.test", "OK.TEST", "oK.tEsT", "ok.test."] {
            assert_eq!(text.parse::<Host>().unwrap().as_str(), "ok.test");
        }
        assert_eq!(
            "xn--bcher-kva.test".parse::<Host>().unwrap().as_str(),
            "xn--bcher-kva.test"
        );
        assert_eq!(
            "a1.2b.test9".parse::<Host>().unwrap().as_str(),
            "a1.2b.test9"
        );
    }

    #[test]
    fn what_is_no_name() {
        for text in [
            "",
            ".",
            "ok.test..",
            ".ok.test",
            "a..b",
            "-a.test",
            "a-.test",
            "a_b.test",
            "ok.test:443",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
        for text in [
            "%6fk.test",
            "ok%2etest",
            "user@ok.test",
            "ok.test/",
            "bücher.test",
            "a b",
            "a\0b",
            "*.ok.test",
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
        assert!("a".repeat(64).parse::<Host>().is_err());
        assert!(["abcdefgh"; 30].join(".").parse::<Host>().is_err());
    }

    #[test]
    fn addresses_in_every_spelling() {
        for text in [
            "127.0.0.1",
            "2130706433",
            "0177.0.0.1",
            "0x7f.1",
            "127.1",
            "127.000.000.001",
            "1.2.3.0x4",
            "[::1]",
            "::1",
            "a.0x",
        ] {
            assert_eq!(text.parse::<Host>(), Err(HostError::Address), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_prints_what_it_reads(text in ".{0,80}") {
            if let Ok(host) = text.parse::<Host>() {
                prop_assert_eq!(host.to_string().parse::<Host>(), Ok(host));
            }
        }

        #[test]
        fn names_round_trip(name in "([a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?\\.){1,4}[a-z]{2,6}") {
            prop_assert_eq!(name.parse::<Host>().unwrap().to_string(), name);
        }
    }
}
