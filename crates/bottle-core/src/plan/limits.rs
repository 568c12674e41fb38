//! What the agent's container may use.

use std::fmt;
use std::str::FromStr;

/// How many processes an agent may have when the manifest does not say.
const DEFAULT_PIDS: u32 = 1024;
/// The most that Linux can number on a 64-bit machine (`PID_MAX_LIMIT`).
const MAX_PIDS: u32 = 4_194_304;
/// The least that engines take, in bytes.
const MIN_MEMORY: u64 = 6 * 1024 * 1024;
/// More processors than any machine has.
const MAX_CPUS: u32 = 10_000;
const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

/// What the agent's container may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Processes and threads.
    pub pids: Pids,
    /// Memory; the machine's when `None`.
    pub memory: Option<Memory>,
    /// Processors; all when `None`.
    pub cpus: Option<Cpus>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pids: Pids(DEFAULT_PIDS),
            memory: None,
            cpus: None,
        }
    }
}

/// Processes and threads, 1 to 4194304.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pids(u32);

/// An amount of memory, at least 6 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(u64);

/// A number of processors, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cpus(u32);

/// Why a limit is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// Not a number of processes.
    #[error("`pids` is a whole number from 1 to {MAX_PIDS}")]
    Pids,
    /// Not an amount.
    #[error("`memory` is a number of bytes, or one with a unit: 512m, 2g, 1.5g")]
    Memory,
    /// Too little to run anything.
    #[error("`memory` is at least 6m: engines take no less")]
    TooLittle,
    /// Not a number of processors.
    #[error("`cpus` is a number above 0 with at most three decimals, such as 1.5")]
    Cpus,
}

impl Pids {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<i64> for Pids {
    type Error = LimitError;

    fn try_from(number: i64) -> Result<Self, LimitError> {
        let number = u32::try_from(number).map_err(|_| LimitError::Pids)?;
        if (1..=MAX_PIDS).contains(&number) {
            Ok(Self(number))
        } else {
            Err(LimitError::Pids)
        }
    }
}

impl fmt::Display for Pids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Memory {
    /// In bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for Memory {
    type Error = LimitError;

    fn try_from(bytes: u64) -> Result<Self, LimitError> {
        if bytes < MIN_MEMORY {
            return Err(LimitError::TooLittle);
        }
        // Engines count in signed numbers.
        i64::try_from(bytes).map_err(|_| LimitError::Memory)?;
        Ok(Self(bytes))
    }
}

impl FromStr for Memory {
    type Err = LimitError;

    /// A number and a unit, in any case: `b`, `k`, `kb`, `kib`, and so on for m, g and t; all powers of 1024.
    fn from_str(text: &str) -> Result<Self, LimitError> {
        Self::try_from(read_bytes(text)?)
    }
}

impl fmt::Display for Memory {
    /// In the largest unit that says it exactly.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written_bytes(self.0))
    }
}

/// A number of bytes, with a unit or without.
pub(crate) fn read_bytes(text: &str) -> Result<u64, LimitError> {
    let lower = text.to_ascii_lowercase();
    let end = lower
        .find(|each: char| !(each.is_ascii_digit() || each == '.'))
        .unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end);
    let unit = match unit {
        "" | "b" => 1,
        "k" | "kb" | "kib" => KIB,
        "m" | "mb" | "mib" => MIB,
        "g" | "gb" | "gib" => GIB,
        "t" | "tb" | "tib" => 1024 * GIB,
        _ => return Err(LimitError::Memory),
    };
    thousandths(number)
        .and_then(|thousandths| thousandths.checked_mul(unit))
        .and_then(|thousandths| thousandths.checked_div(1000))
        .ok_or(LimitError::Memory)
}

/// A number of bytes, in the largest unit that says it exactly.
pub(crate) fn written_bytes(bytes: u64) -> String {
    let exact = [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")]
        .into_iter()
        .find(|(unit, _)| bytes.is_multiple_of(*unit));
    match exact {
        Some((unit, name)) => format!("{}{name}", bytes / unit),
        None => bytes.to_string(),
    }
}

impl Cpus {
    /// In thousandths.
    pub const fn millicpus(self) -> u32 {
        self.0
    }
}

impl FromStr for Cpus {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let thousandths = thousandths(text).and_then(|number| u32::try_from(number).ok());
        match thousandths {
            Some(number) if number > 0 && number <= MAX_CPUS * 1000 => Ok(Self(number)),
            _ => Err(LimitError::Cpus),
        }
    }
}

impl fmt::Display for Cpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1000, self.0 % 1000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A decimal number with at most three decimals, in thousandths.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let decimals: u64 = format!("{decimals:0<3}").parse().ok()?;
    whole.checked_mul(1000)?.checked_add(decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_of_memory() {
        let bytes = |text: &str| text.parse::<Memory>().map(Memory::bytes);
        for text in [
            "2g",
            "2G",
            "2gb",
            "2GiB",
            "2048m",
            "2147483648",
            "2147483648b",
        ] {
            assert_eq!(bytes(text), Ok(2 * GIB), "{text}");
        }
        assert_eq!(bytes("1.5g"), Ok(GIB + GIB / 2));
        assert_eq!(bytes("6m"), Ok(MIN_MEMORY));
        assert_eq!(bytes("5m"), Err(LimitError::TooLittle));
        for text in [
            "",
            "g",
            "2 g",
            "-2g",
            "2x",
            "1.5.5g",
            ".5g",
            "1.0001g",
            "99999999999999999999",
            "9999999999t",
        ] {
            assert_eq!(bytes(text), Err(LimitError::Memory), "{text}");
        }
    }

    #[test]
    fn numbers_of_processors() {
        let millicpus = |text: &str| text.parse::<Cpus>().map(Cpus::millicpus);
        assert_eq!(millicpus("1"), Ok(1000));
        assert_eq!(millicpus("0.25"), Ok(250));
        for text in ["", "0", "0.0", "-1", "1.0001", "x", "10001", "1e3", "NaN"] {
            assert_eq!(millicpus(text), Err(LimitError::Cpus), "{text}");
        }
        assert_eq!(Pids::try_from(0), Err(LimitError::Pids));
        assert_eq!(Pids::try_from(4_194_305), Err(LimitError::Pids));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bytes in MIN_MEMORY..1 << 50, millicpus in 1_u32..10_000_000, kib in 6144_u64..1 << 30) {
            for memory in [Memory(bytes), Memory(kib * KIB)] {
                prop_assert_eq!(memory.to_string().parse(), Ok(memory));
            }
            prop_assert_eq!(Cpus(millicpus).to_string().parse(), Ok(Cpus(millicpus)));
        }

        #[test]
        fn any_text_is_survived(text in ".{0,20}") {
            let _ = text.parse::<Memory>();
            let _ = text.parse::<Cpus>();
        }
    }
}
