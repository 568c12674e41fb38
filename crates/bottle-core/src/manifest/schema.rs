//! JSON Schema of the front matters, for editors.

/// The front matter that a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Schema {
    /// Of an agent.
    Agent,
    /// Of a bottle.
    Bottle,
}

impl Schema {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Agent, Self::Bottle];

    /// The schema, as JSON (draft 2020-12).
    ///
    /// It says what a single file may look like. What needs more than that (whether a parent is there, whether two
    /// routes are for one host) only `bottle check` knows.
    pub const fn json(self) -> &'static str {
        match self {
            Self::Agent => include_str!("../../schema/agent.schema.json"),
            Self::Bottle => include_str!("../../schema/bottle.schema.json"),
        }
    }
}
