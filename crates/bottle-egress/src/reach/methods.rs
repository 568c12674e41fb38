//! Sets of methods.

use std::collections::BTreeSet;
use std::fmt;

use bottle_core::Method;

use crate::words::listed;

/// What reads and changes nothing (RFC 9110 §9.2.1).
const SAFE: [&str; 4] = ["GET", "HEAD", "OPTIONS", "TRACE"];

/// Some methods, or all but some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MethodSet {
    Only(BTreeSet<Method>),
    AllBut(BTreeSet<Method>),
}

impl MethodSet {
    /// The methods that a route grants: any when it names none, HEAD where it grants GET, and CONNECT never.
    pub(crate) fn of(named: &BTreeSet<Method>) -> Self {
        if named.is_empty() {
            return Self::AllBut(BTreeSet::new());
        }
        let mut methods = named.clone();
        methods.remove("CONNECT");
        if methods.contains("GET") {
            methods.extend("HEAD".parse().ok());
        }
        Self::Only(methods)
    }

    pub(super) fn both(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(one), Self::Only(other)) => Self::Only(one & other),
            (Self::Only(some), Self::AllBut(not)) | (Self::AllBut(not), Self::Only(some)) => {
                Self::Only(some - not)
            }
            (Self::AllBut(one), Self::AllBut(other)) => Self::AllBut(one | other),
        }
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        match other {
            Self::Only(some) => self.both(&Self::AllBut(some.clone())),
            Self::AllBut(not) => self.both(&Self::Only(not.clone())),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Only(methods) if methods.is_empty())
    }

    /// Whether there is one in it that may change something.
    pub(crate) fn writes(&self) -> bool {
        match self {
            Self::Only(methods) => methods.iter().any(writing),
            Self::AllBut(_) => true,
        }
    }

    /// Whether it is any method but for a few.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self, Self::AllBut(_))
    }
}

/// Whether a method may change something.
fn writing(method: &Method) -> bool {
    !SAFE.contains(&method.as_str())
}

impl fmt::Display for MethodSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(methods) => f.write_str(&listed(methods, "and")),
            Self::AllBut(not) if not.is_empty() => f.write_str("any method"),
            Self::AllBut(not) => write!(f, "any method but {}", listed(not, "and")),
        }
    }
}
