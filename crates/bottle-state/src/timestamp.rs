//! A moment as it is written to metadata.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::UtcOffset;
use time::format_description::well_known::Rfc3339;

/// A moment in UTC, to the second, written as RFC 3339 (`2026-05-25T23:16:00Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(OffsetDateTime);

/// A text that is no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a moment as RFC 3339 writes it", .0.escape_debug())]
pub struct TimestampError(String);

impl Timestamp {
    /// The moment; fractions of a second are dropped.
    pub fn new(moment: OffsetDateTime) -> Self {
        let utc = moment.to_offset(UtcOffset::UTC);
        Self(utc.replace_nanosecond(0).unwrap_or(utc))
    }

    /// The moment, in UTC.
    pub const fn moment(self) -> OffsetDateTime {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(Self::new)
            .map_err(|_| TimestampError(text.to_owned()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn is_written_in_utc_to_the_second() {
        let timestamp: Timestamp = "2026-05-25T23:16:07.123+02:00".parse().unwrap();
        assert_eq!(timestamp.to_string(), "2026-05-25T21:16:07Z");
    }

    proptest! {
        #[test]
        fn is_read_back_as_written(seconds in 0_i64..200_000_000_000) {
            let timestamp = Timestamp::new(OffsetDateTime::from_unix_timestamp(seconds).unwrap());
            prop_assert_eq!(timestamp.to_string().parse(), Ok(timestamp));
        }
    }
}
