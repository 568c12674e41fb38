//! Where in requests values follow each other.

use crate::exchange::Part;

/// Bytes of a name by which places are told apart.
const MAX_NAME: usize = 64;

/// A place at which each request of a kind says something. In this order they count where there are too many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// All values of the query.
    Query,
    /// A text of the body: itself, or one that is read in it.
    Body(usize),
    /// The names of parameters.
    QueryNames,
    /// The names of values in a body.
    BodyNames,
    /// The names of header fields.
    FieldNames,
    /// The last segment of the path.
    LastSegment,
    /// The segment of this number.
    Segment(usize),
    /// The parameter of this name.
    Parameter(Vec<u8>),
    /// The values of this name in a body.
    Member(Vec<u8>),
    /// The cookie of this name.
    Cookie(Vec<u8>),
    /// The header field of this name, in small letters.
    Field(String),
}

impl Place {
    pub(super) fn parameter(name: &[u8]) -> Self {
        Self::Parameter(short(name))
    }

    pub(super) fn member(name: &[u8]) -> Self {
        Self::Member(short(name))
    }

    pub(super) fn cookie(name: &[u8]) -> Self {
        Self::Cookie(short(name))
    }

    pub(super) fn field(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self::Field(name.chars().take(MAX_NAME).collect())
    }

    /// Where the names are that belong to what is said here.
    pub(super) const fn names(&self) -> Self {
        match self {
            Self::Query
            | Self::QueryNames
            | Self::LastSegment
            | Self::Segment(_)
            | Self::Parameter(_) => Self::QueryNames,
            Self::Body(_) | Self::BodyNames | Self::Member(_) => Self::BodyNames,
            Self::FieldNames | Self::Cookie(_) | Self::Field(_) => Self::FieldNames,
        }
    }

    /// The part of a request that it is in.
    pub(super) fn part(&self) -> Part {
        match self {
            Self::Query
            | Self::QueryNames
            | Self::Parameter(_)
            | Self::Segment(_)
            | Self::LastSegment => Part::Target,
            Self::Body(_) | Self::BodyNames | Self::Member(_) => Part::Body,
            Self::FieldNames => Part::Header("names".to_owned()),
            Self::Cookie(_) => Part::Header("cookie".to_owned()),
            Self::Field(name) => Part::Header(name.clone()),
        }
    }
}

fn short(name: &[u8]) -> Vec<u8> {
    name.iter().take(MAX_NAME).copied().collect()
}
