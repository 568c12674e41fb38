//! Parts of the file that only say that something is off, and parts that are not ours.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::yes;

/// Something that is on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    pub(crate) enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Logging {
    pub(crate) format: String,
    pub(crate) output: String,
    #[serde(skip_serializing)]
    pub(crate) file: String,
    pub(crate) include_allowed: bool,
    pub(crate) include_blocked: bool,
}

impl Default for Logging {
    fn default() -> Self {
        Self {
            format: String::new(),
            output: String::new(),
            file: String::new(),
            include_allowed: yes(),
            include_blocked: yes(),
        }
    }
}

/// A key of the program that our scanner has nothing for, whatever it says; remembers whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct NotOurs {
    pub(crate) is_there: bool,
}

impl<'de> Deserialize<'de> for NotOurs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer)?;
        Ok(Self { is_there: true })
    }
}

/// A list of the program's that our scanner has nothing for; remembers whether something is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Entries {
    pub(crate) are_there: bool,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Entries, A::Error> {
        let mut are_there = false;
        while items.next_element::<IgnoredAny>()?.is_some() {
            are_there = true;
        }
        Ok(Entries { are_there })
    }
}
