//! What this version can carry out. The rest is refused before anything is touched: a rule that is not enforced would
//! be a promise that nobody keeps.

use bottle_core::{BottlePlan, RuntimeName};

use crate::backend::EngineInfo;

/// The runtime that is taken where the engine has it and nobody says otherwise: gVisor.
const PREFERRED: &str = "runsc";

/// The manifest asks for what this version cannot carry out yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this version of bottle cannot carry out yet: {}", .parts.join(", "))]
pub struct NotYet {
    /// The keys, with their values where these matter.
    pub parts: Vec<String>,
}

impl NotYet {
    /// Whether this version can carry a plan out.
    ///
    /// # Errors
    ///
    /// What it cannot, all at once.
    pub fn check(plan: &BottlePlan) -> Result<(), Self> {
        carried(plan)
    }
}

/// The engine does not have the runtime.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the engine has no runtime `{name}`; it has: {}", .known.join(", "))]
pub struct NoRuntime {
    /// The runtime.
    pub name: RuntimeName,
    /// Those that it has.
    pub known: Vec<String>,
}

/// Whether a plan can be carried out.
pub(crate) fn carried(plan: &BottlePlan) -> Result<(), NotYet> {
    let BottlePlan {
        agent: _,
        bottle: _,
        provider: _,
        image: _,
        prompt: _,
        env: _,
        git: _,
        git_user: _,
        routes: _,
        allowlist: _,
        supervise: _,
        workspace: _,
        limits: _,
        runtime: _,
        pipelock: _,
        skills,
    } = plan;
    let mut parts = Vec::new();
    let mut part = |asked: bool, name: &str| {
        if asked {
            parts.push(name.to_owned());
        }
    };
    part(!skills.is_empty(), "`skills`");
    if parts.is_empty() {
        Ok(())
    } else {
        Err(NotYet { parts })
    }
}

/// What the engine runs the agent's container with: what the manifest says, else gVisor where there is one.
pub(crate) fn runtime(
    plan: &BottlePlan,
    engine: &EngineInfo,
) -> Result<Option<RuntimeName>, NoRuntime> {
    let has = |name: &str| engine.runtimes.contains(name);
    match &plan.runtime {
        Some(name) if has(name.as_str()) => Ok(Some(name.clone())),
        Some(name) => Err(NoRuntime {
            name: name.clone(),
            known: engine.runtimes.iter().cloned().collect(),
        }),
        None if has(PREFERRED) => Ok(PREFERRED.parse().ok()),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use bottle_core::Provider;

    use super::*;

    fn plan() -> BottlePlan {
        BottlePlan::new(
            "a".parse().unwrap(),
            "b".parse().unwrap(),
            Provider::Command,
        )
    }

    fn engine(runtimes: &[&str]) -> EngineInfo {
        EngineInfo {
            version: String::new(),
            api: String::new(),
            runtimes: runtimes.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_not_enforced_is_not_started() {
        assert!(carried(&plan()).is_ok());
        let mut asked = plan();
        asked.skills = vec!["review".parse().unwrap()];
        let error = carried(&asked).unwrap_err().to_string();
        assert!(error.ends_with("yet: `skills`"), "{error}");
    }

    #[test]
    fn gvisor_where_there_is_one() {
        let name = |plan: &BottlePlan, known: &[&str]| {
            runtime(plan, &engine(known)).map(|name| name.map(|name| name.to_string()))
        };
        assert_eq!(name(&plan(), &["runc"]), Ok(None));
        assert_eq!(
            name(&plan(), &["runc", "runsc"]),
            Ok(Some("runsc".to_owned()))
        );
        let mut plain = plan();
        plain.runtime = Some("runc".parse().unwrap());
        assert_eq!(
            name(&plain, &["runc", "runsc"]),
            Ok(Some("runc".to_owned()))
        );
        assert!(
            name(&plain, &["runsc"])
                .unwrap_err()
                .to_string()
                .contains("it has: runsc")
        );
    }
}
