//! A TCP port.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

/// A TCP port, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(NonZeroU16);

/// Why a text is not a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a port is a plain number from 1 to 65535")]
pub struct PortError;

impl Port {
    /// 443.
    pub const HTTPS: Self = Self(NonZeroU16::MIN.saturating_add(442));
    /// 80.
    pub const HTTP: Self = Self(NonZeroU16::MIN.saturating_add(79));

    /// The number.
    pub const fn get(self) -> u16 {
        self.0.get()
    }
}

impl TryFrom<u16> for Port {
    type Error = PortError;

    fn try_from(number: u16) -> Result<Self, PortError> {
        NonZeroU16::new(number).map(Self).ok_or(PortError)
    }
}

impl FromStr for Port {
    type Err = PortError;

    /// Digits alone: no sign, no blank, no leading zero.
    fn from_str(text: &str) -> Result<Self, PortError> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if !plain {
            return Err(PortError);
        }
        text.parse().map(Self).map_err(|_| PortError)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Port {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.get())
    }
}

impl<'de> serde::Deserialize<'de> for Port {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        Self::try_from(number).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_numbers_only() {
        for text in [
            "", "0", "65536", "+443", "0443", "443 ", " 443", "4 43", "-1", "4️43",
        ] {
            assert_eq!(text.parse::<Port>(), Err(PortError), "{text}");
        }
        assert_eq!("443".parse::<Port>(), Ok(Port::HTTPS));
        assert_eq!("80".parse::<Port>(), Ok(Port::HTTP));
        assert_eq!("65535".parse::<Port>().unwrap().get(), 65535);
    }

    proptest! {
        #[test]
        fn round_trips(number in 1_u16..) {
            let port = Port::try_from(number).unwrap();
            prop_assert_eq!(port.to_string().parse::<Port>(), Ok(port));
        }
    }
}
