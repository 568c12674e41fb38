//! Values that come from outside the manifest: the host's variables, and what the operator types.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;

use bottle_core::{BottlePlan, EnvName, EnvValue, Secret, SecretError};
use bottle_egress::{Folded, TokenSlot};

/// The host's values of the variables that a plan names, looked up once, before anything happens.
#[derive(Debug, Clone, Default)]
pub struct HostValues(BTreeMap<EnvName, Result<Secret, ValueError>>);

/// Why the value of a variable cannot be used. The value itself is never part of the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// It is not one line of text.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// It is given twice, and which one holds is not for us to guess.
    #[error("the variable and the one with _FILE behind it are both set")]
    Both,
    /// The file that is said to hold it cannot be read.
    #[error("its file {} cannot be read: {kind}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
}

impl HostValues {
    /// Looks up every variable that the plan takes from the host, for its routes and for the agent.
    pub fn gather(
        plan: &BottlePlan,
        mut look_up: impl FnMut(&EnvName) -> Result<Option<String>, ValueError>,
    ) -> Self {
        let mut value = |name: &EnvName| {
            let value = look_up(name).transpose()?;
            Some(value.and_then(|value| Ok(Secret::new(value)?)))
        };
        let values = needed(plan).into_iter().cloned();
        Self(
            values
                .filter_map(|name| value(&name).map(|value| (name, value)))
                .collect(),
        )
    }

    /// Whether every value that the plan takes from the host is there and can be used.
    ///
    /// # Errors
    ///
    /// All that are missing or cannot be used, by name.
    pub fn complete(&self, plan: &BottlePlan) -> Result<(), ValuesError> {
        let mut problems = ValuesError::default();
        for name in needed(plan) {
            drop(self.take(name, &mut problems));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn take(&self, name: &EnvName, problems: &mut ValuesError) -> Option<Secret> {
        match self.0.get(name) {
            Some(Ok(value)) => return Some(value.clone()),
            Some(Err(error)) => problems.refused.insert(name.clone(), error.clone()),
            None => {
                problems.missing.insert(name.clone());
                None
            }
        };
        None
    }
}

/// What the operator typed for the `?` entries of `env`, by the agent's variable.
#[derive(Debug, Clone, Default)]
pub struct AskedValues(BTreeMap<EnvName, Secret>);

impl AskedValues {
    /// Nothing was asked.
    pub fn none() -> Self {
        Self::default()
    }

    /// Notes an answer.
    pub fn insert(&mut self, name: EnvName, value: Secret) {
        self.0.insert(name, value);
    }
}

/// A question that the operator has to answer before the launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The agent's variable that gets the answer.
    pub name: EnvName,
    /// What to ask; empty when the manifest does not say.
    pub prompt: String,
}

/// Values that a bottle needs and does not get. Names only.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct ValuesError {
    /// Variables of the host that are not set, and questions without an answer.
    pub missing: BTreeSet<EnvName>,
    /// Variables whose value cannot be used, and why.
    pub refused: BTreeMap<EnvName, ValueError>,
}

impl ValuesError {
    /// Whether there is nothing to complain about.
    fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.refused.is_empty()
    }
}

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if !self.missing.is_empty() {
            let names: Vec<&str> = self.missing.iter().map(EnvName::as_str).collect();
            write!(
                f,
                "no value for {}: set the variable, or name a file that holds the value in {}_FILE",
                names.join(", "),
                names.first().copied().unwrap_or_default()
            )?;
            separator = "; ";
        }
        for (name, error) in &self.refused {
            write!(f, "{separator}{name} cannot be used: {error}")?;
            separator = "; ";
        }
        Ok(())
    }
}

/// The values that the agent's session gets, as far as the host has them, and the variables that stay without one.
pub fn forwarded(plan: &BottlePlan, host: &HostValues) -> (Vec<(EnvName, Secret)>, Vec<EnvName>) {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for (name, value) in &plan.env {
        let value = match value {
            EnvValue::Literal(_) => continue,
            EnvValue::Host(source) => host.take(source, &mut ValuesError::default()),
            EnvValue::Prompt { .. } => None,
        };
        match value {
            Some(value) => found.push((name.clone(), value)),
            None => missing.push(name.clone()),
        }
    }
    (found, missing)
}

/// Every value that a bottle gets from outside: for its sidecars by slot, for its agent by variable.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// By token slot, for the sidecars.
    pub(crate) slots: BTreeMap<TokenSlot, Secret>,
    /// By variable, for the agent's own session.
    pub(crate) forwarded: BTreeMap<EnvName, Secret>,
}

impl Credentials {
    /// Looks up everything that comes from the host; what is asked is added later.
    pub(crate) fn from_host(
        plan: &BottlePlan,
        folded: &Folded,
        host: &HostValues,
    ) -> Result<Self, ValuesError> {
        let mut problems = ValuesError::default();
        let mut slots = BTreeMap::new();
        for (slot, name) in &folded.slots {
            if let Some(value) = host.take(name, &mut problems) {
                slots.insert(*slot, value);
            }
        }
        let mut forwarded = BTreeMap::new();
        for (name, value) in &plan.env {
            if let EnvValue::Host(source) = value
                && let Some(value) = host.take(source, &mut problems)
            {
                forwarded.insert(name.clone(), value);
            }
        }
        if problems.is_empty() {
            Ok(Self { slots, forwarded })
        } else {
            Err(problems)
        }
    }

    /// Adds the operator's answers, of which every question must have one.
    pub(crate) fn answer(
        &mut self,
        questions: &[Question],
        asked: &AskedValues,
    ) -> Result<(), ValuesError> {
        let mut problems = ValuesError::default();
        for Question { name, .. } in questions {
            match asked.0.get(name) {
                Some(value) => drop(self.forwarded.insert(name.clone(), value.clone())),
                None => drop(problems.missing.insert(name.clone())),
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

/// The questions of a plan, in order of variable.
pub(crate) fn questions(plan: &BottlePlan) -> Vec<Question> {
    plan.env
        .iter()
        .filter_map(|(name, value)| match value {
            EnvValue::Prompt { prompt } => Some(Question {
                name: name.clone(),
                prompt: prompt.clone(),
            }),
            EnvValue::Literal(_) | EnvValue::Host(_) => None,
        })
        .collect()
}

/// Every variable of the host that a plan takes a value from.
fn needed(plan: &BottlePlan) -> BTreeSet<&EnvName> {
    let mut names = plan.token_refs();
    names.extend(plan.env.values().filter_map(|value| match value {
        EnvValue::Host(name) => Some(name),
        EnvValue::Literal(_) | EnvValue::Prompt { .. } => None,
    }));
    names
}
