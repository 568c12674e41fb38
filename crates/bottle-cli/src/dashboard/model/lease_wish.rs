//! For how long an approval is to hold.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// The longest lease that is taken, in seconds: a year. Whoever wants more wants none.
const LONGEST: u32 = 366 * 86_400;

/// For how long an approval is to hold: until the first of these, or until the bottle ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct LeaseWish {
    /// For so many seconds.
    pub(crate) seconds: Option<NonZeroU32>,
    /// For so many requests.
    pub(crate) uses: Option<NonZeroU32>,
}

impl LeaseWish {
    /// What is left of a lease; nothing is left of none.
    pub(crate) fn of(seconds: Option<u32>, uses: Option<u32>) -> Self {
        Self {
            seconds: seconds.and_then(NonZeroU32::new),
            uses: uses.and_then(NonZeroU32::new),
        }
    }
}

/// A text that is no lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LeaseWishError {
    /// There is nothing in it.
    #[error("say for how long: `30m`, `2h`, `5 uses`, or both as in `30m 5 uses`")]
    Empty,
    /// One word of it is neither.
    #[error(
        "a time is a number and s, m, h or d, as in `30m`; a number of requests is as in `5 uses`"
    )]
    Word,
    /// It says one of both twice.
    #[error("one time and one number of uses are enough")]
    Twice,
    /// It is longer than any bottle lives.
    #[error("a lease is at most 366 days")]
    TooLong,
}

impl FromStr for LeaseWish {
    type Err = LeaseWishError;

    fn from_str(text: &str) -> Result<Self, LeaseWishError> {
        let spaced = text.replace(',', " ");
        let mut words = spaced.split_whitespace().peekable();
        let mut wish = Self::default();
        while let Some(word) = words.next() {
            let is_uses = words
                .next_if(|next| matches!(*next, "use" | "uses"))
                .is_some();
            let place = if is_uses {
                &mut wish.uses
            } else {
                &mut wish.seconds
            };
            let value = if is_uses {
                count(word)?
            } else {
                seconds(word)?
            };
            if place.replace(value).is_some() {
                return Err(LeaseWishError::Twice);
            }
        }
        if wish == Self::default() {
            return Err(LeaseWishError::Empty);
        }
        Ok(wish)
    }
}

fn count(word: &str) -> Result<NonZeroU32, LeaseWishError> {
    word.parse().map_err(|_| LeaseWishError::Word)
}

fn seconds(word: &str) -> Result<NonZeroU32, LeaseWishError> {
    let unit = word.chars().next_back().ok_or(LeaseWishError::Word)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(LeaseWishError::Word),
    };
    let number = count(word.strip_suffix(unit).unwrap_or_default())?;
    let all = number
        .get()
        .checked_mul(factor)
        .filter(|all| *all <= LONGEST);
    all.and_then(NonZeroU32::new).ok_or(LeaseWishError::TooLong)
}

impl fmt::Display for LeaseWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.seconds, self.uses) {
            (None, None) => f.write_str("until the bottle ends"),
            (Some(seconds), None) => write!(f, "for {}", Time(seconds.get())),
            (None, Some(uses)) => write!(f, "for {}", Uses(uses.get())),
            (Some(seconds), Some(uses)) => write!(
                f,
                "for {} or {}, whatever is over first",
                Time(seconds.get()),
                Uses(uses.get())
            ),
        }
    }
}

struct Time(u32);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u32, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
        let Self(seconds) = *self;
        let whole = UNITS.into_iter().find(|(unit, _)| seconds % unit == 0);
        let (unit, name) = whole.unwrap_or((1, "second"));
        let number = seconds / unit;
        write!(f, "{number} {name}{}", if number == 1 { "" } else { "s" })
    }
}

struct Uses(u32);

impl fmt::Display for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(uses) = self;
        write!(f, "{uses} request{}", if *uses == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_read_and_told() {
        for (text, told) in [
            ("30m", "for 30 minutes"),
            ("90s", "for 90 seconds"),
            ("1h", "for 1 hour"),
            ("1 use", "for 1 request"),
            (
                "2h, 3 uses",
                "for 2 hours or 3 requests, whatever is over first",
            ),
            (
                "3 uses 1d",
                "for 1 day or 3 requests, whatever is over first",
            ),
        ] {
            assert_eq!(text.parse::<LeaseWish>().unwrap().to_string(), told);
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for (text, error) in [
            ("", LeaseWishError::Empty),
            (" , ", LeaseWishError::Empty),
            ("15", LeaseWishError::Word),
            ("0m", LeaseWishError::Word),
            ("-5m", LeaseWishError::Word),
            ("m", LeaseWishError::Word),
            ("5 uses 6 uses", LeaseWishError::Twice),
            ("5m 6m", LeaseWishError::Twice),
            ("367d", LeaseWishError::TooLong),
            ("4000000000h", LeaseWishError::TooLong),
        ] {
            assert_eq!(text.parse::<LeaseWish>(), Err(error), "{text}");
        }
    }
}
