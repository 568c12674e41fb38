//! All that there is to know of one proposal before it is decided.

use bottle_state::EgressAsk;

/// What may be approved: as it was asked for, or something else instead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum AskChoice {
    /// What the agent asked for.
    #[default]
    Asked,
    /// The narrower one that its denials need.
    Narrower(Box<EgressAsk>),
    /// What the operator wrote, as YAML.
    Edited(String),
}

/// Whether a credential that was asked for is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Credential {
    /// It is not: nothing is given that the operator did not say so of.
    #[default]
    Withheld,
    /// It is.
    Given,
}

/// What an operator has a say in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Variant {
    /// What.
    pub(crate) ask: AskChoice,
    /// With or without the credential.
    pub(crate) credential: Credential,
}

impl Variant {
    /// Whether nothing was changed.
    pub(crate) fn is_as_asked(&self) -> bool {
        *self == Self::default()
    }
}

/// For how long an approval can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terms {
    /// For a time, for a number of requests, or until the bottle ends.
    Leased,
    /// Until the bottle ends: another list of the scanner.
    Plain,
    /// For good, and the bottle ends with it: another image.
    Rebuild,
}

/// What would do instead of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Narrower {
    /// What would be granted.
    pub(crate) ask: EgressAsk,
    /// The same in words, a line each.
    pub(crate) lines: Vec<String>,
}

/// All that there is to know of one proposal. What it says of the effect was computed from tables; only `words` and `file`
/// are the agent's, and the names in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CardView {
    /// What is asked, in a few words.
    pub(crate) title: String,
    /// The host or the pattern, whole.
    pub(crate) host: Option<String>,
    /// What would change, a line each.
    pub(crate) effect: Vec<String>,
    /// Why it cannot be approved as it is, a line each; nothing when it can.
    pub(crate) refusals: Vec<String>,
    /// What is dangerous about it, a line each.
    pub(crate) warnings: Vec<String>,
    /// Which credential the host would get; that it gets none is said, too.
    pub(crate) credential: Option<String>,
    /// Whether the agent asks for one that the operator may give.
    pub(crate) asks_credential: bool,
    /// What of the past it would have allowed.
    pub(crate) history: Vec<String>,
    /// What would do instead, where that is less.
    pub(crate) narrower: Option<Narrower>,
    /// Why, in the agent's words.
    pub(crate) words: String,
    /// What the agent wrote: a Dockerfile.
    pub(crate) file: Option<String>,
    /// What is asked, as YAML to be changed; `None` where there is nothing to change.
    pub(crate) yaml: Option<String>,
    /// For how long it can hold.
    pub(crate) terms: Terms,
    /// What an approval of this card is bound to.
    pub(crate) token: String,
}
