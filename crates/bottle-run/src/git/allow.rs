//! What the operator lets pass towards a remote, although the scan of a push finds it.

use bottle_core::{Diagnostics, Identity, RemoteName, nearest, visible, yaml};
use bottle_git::{GateFile, Release, Releases};
use bottle_state::{AuditEntry, AuditError, Home, Operator, StateError, Timestamp};
use serde_json::json;

use crate::artefact::{GIT_GATE_FILE, RELEASES};
use crate::prepare::{sidecar_access, sidecar_user};

/// The longest file of these that is read, in bytes: protects our memory from one that is not ours.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// How many findings may be let pass in one bottle: the gate reads all of them at every push.
const MAX_RELEASES: usize = 1000;
/// The longest reason, in characters.
const MAX_REASON: usize = 500;
/// How many digits the id of an object has: SHA-1, SHA-256.
const ID_DIGITS: [usize; 2] = [40, 64];
/// Rules whose findings nobody can let pass: the bottle's own credentials, and that nothing was looked at.
const NEVER: [&str; 2] = ["known-secret", "scanner-broken"];

/// Whether it was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// It holds from the next push on.
    Now,
    /// It was let pass before; nothing was written.
    Before,
}

/// Why nothing was let pass.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AllowError {
    /// There is no such bottle, or it has no remotes.
    #[error("{identity} is no bottle with remotes: `bottle list` shows what there is")]
    Unknown {
        /// The bottle.
        identity: Identity,
    },
    /// It has no such remote.
    #[error("{identity} has no remote `{remote}`; it has: {}", .known.join(", "))]
    NoRemote {
        /// The bottle.
        identity: Identity,
        /// The remote.
        remote: RemoteName,
        /// Those that it has.
        known: Vec<String>,
    },
    /// Not the id of an object.
    #[error("`{}` is no whole id of an object: 40 or 64 hexadecimal digits in lower case, as the refusal shows it", visible(.object))]
    Object {
        /// What was given.
        object: String,
    },
    /// Not the name of a rule.
    #[error("`{}` is the name of no rule: write it as the refusal of the push has it{}", visible(.rule), meant(.like.as_deref()))]
    Rule {
        /// What was given.
        rule: String,
        /// A rule that is called nearly so.
        like: Option<String>,
    },
    /// A rule that holds for everybody.
    #[error("what `{rule}` finds is let pass by nobody: take it out of the commits")]
    Never {
        /// The rule.
        rule: String,
    },
    /// No reason.
    #[error(
        "a reason is one line of at most {MAX_REASON} characters that are all visible, and not empty"
    )]
    Reason,
    /// There are too many.
    #[error("{MAX_RELEASES} findings are let pass already, which is the most that is kept")]
    TooMany,
    /// A file of the bottle is not what was written.
    #[error(transparent)]
    File(#[from] Diagnostics),
    /// A file of the bottle could not be written.
    #[error(transparent)]
    Yaml(#[from] yaml::WriteError),
    /// A file of the bottle could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The decision could not be noted, so it was not made.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

impl AllowError {
    /// Whether the call itself was wrong.
    pub const fn is_invalid(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. }
                | Self::NoRemote { .. }
                | Self::Object { .. }
                | Self::Rule { .. }
                | Self::Never { .. }
                | Self::Reason
        )
    }
}

/// Lets findings of one rule in one object pass towards one remote of a bottle, running or kept. The decision is in the audit
/// trail before it holds.
///
/// # Errors
///
/// When there is no such bottle or remote, when it is not said whole, or when it could not be written down.
pub fn allow(
    home: &Home,
    identity: &Identity,
    release: Release,
    now: Timestamp,
) -> Result<Allowed, AllowError> {
    check(&release)?;
    let known = remotes(home, identity)?;
    if !known.contains(&release.remote) {
        return Err(AllowError::NoRemote {
            identity: identity.clone(),
            remote: release.remote,
            known: known.iter().map(ToString::to_string).collect(),
        });
    }
    // Held until all is written: two at once would lose one.
    let mut log = home.audit(identity).open()?;
    let mut all = releases(home, identity)?;
    let Release {
        remote,
        object,
        rule,
        reason,
    } = &release;
    if all.covers(remote, object, rule) {
        return Ok(Allowed::Before);
    }
    if all.0.len() >= MAX_RELEASES {
        return Err(AllowError::TooMany);
    }
    log.append(&AuditEntry {
        time: now,
        identity,
        action: "git.allow",
        operator: Operator::current(),
        details: json!({ "remote": remote.as_str(), "object": object, "rule": rule, "reason": reason }),
    })?;
    all.0.push(release);
    let state = home.state(identity);
    let access = sidecar_access(sidecar_user());
    let text = all.to_yaml()?;
    state.folder().write(&RELEASES, text.as_bytes(), access)?;
    Ok(Allowed::Now)
}

/// What is let pass in a bottle.
///
/// # Errors
///
/// When there is no such bottle, or the file is not what was written.
pub fn releases(home: &Home, identity: &Identity) -> Result<Releases, AllowError> {
    remotes(home, identity)?;
    let bytes = home.state(identity).folder().read(&RELEASES, MAX_FILE)?;
    let Some(bytes) = bytes else {
        return Ok(Releases::default());
    };
    let text = String::from_utf8_lossy(&bytes);
    Ok(Releases::from_yaml(&text, RELEASES.as_str())?)
}

/// The remotes of a bottle, as its gate knows them.
fn remotes(home: &Home, identity: &Identity) -> Result<Vec<RemoteName>, AllowError> {
    let state = home.state(identity);
    let bytes = state.folder().read(&GIT_GATE_FILE, MAX_FILE)?;
    let bytes = bytes.ok_or_else(|| AllowError::Unknown {
        identity: identity.clone(),
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let file = GateFile::from_yaml(&text, GIT_GATE_FILE.as_str())?;
    Ok(file.remotes.into_iter().map(|remote| remote.name).collect())
}

/// What was meant, for an error.
fn meant(like: Option<&str>) -> String {
    like.map_or_else(String::new, |like| format!("; did you mean `{like}`?"))
}

fn check(release: &Release) -> Result<(), AllowError> {
    let Release {
        remote: _,
        object,
        rule,
        reason,
    } = release;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_id = ID_DIGITS.contains(&object.len())
        && object.bytes().all(is_digit)
        && object.bytes().any(|byte| byte != b'0');
    if !is_id {
        return Err(AllowError::Object {
            object: object.clone(),
        });
    }
    let mut rules = bottle_pipelock::rule_names();
    rules.extend(bottle_git::rules::ALL);
    if !rules.contains(&rule.as_str()) {
        return Err(AllowError::Rule {
            like: nearest(rule, rules.iter()).map(|each| (*each).to_owned()),
            rule: rule.clone(),
        });
    }
    if NEVER.contains(&rule.as_str()) {
        return Err(AllowError::Never { rule: rule.clone() });
    }
    let is_reason = !reason.trim().is_empty()
        && reason.chars().count() <= MAX_REASON
        && visible(reason) == *reason;
    if is_reason {
        Ok(())
    } else {
        Err(AllowError::Reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artefact::folders;
    use bottle_core::{BottlePlan, Provider};
    use bottle_state::Access;
    use tempfile::TempDir;
    use time::OffsetDateTime;

    /// A home with one kept bottle that has the remote `app`.
    fn home() -> (TempDir, Home, Identity) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        let identity: Identity = "dev-x7k2q".parse().unwrap();
        let state = home.state(&identity);
        drop(state.create().unwrap());
        let mut plan = BottlePlan::new(
            "dev".parse().unwrap(),
            "dev".parse().unwrap(),
            Provider::Command,
        );
        let upstream = "ssh://git@git.example.com/app.git".parse().unwrap();
        plan.git = vec![bottle_core::GitRemote {
            name: "app".parse().unwrap(),
            upstream,
            identity_file: "/key".parse().unwrap(),
            known_host_key: None,
            extra_hosts: std::collections::BTreeMap::new(),
            push: bottle_core::PushPolicy::default(),
        }];
        for (path, access) in folders(&plan, Access::Private) {
            state.folder().create_folder(&path, access).unwrap();
        }
        let file = crate::artefact::gate(&plan).to_yaml().unwrap();
        let folder_of_state = state.folder();
        folder_of_state
            .write(&GIT_GATE_FILE, file.as_bytes(), Access::Private)
            .unwrap();
        (folder, home, identity)
    }

    fn release() -> Release {
        Release {
            remote: "app".parse().unwrap(),
            object: "ab".repeat(20),
            rule: "private-key".to_owned(),
            reason: "a key of a test".to_owned(),
        }
    }

    fn now() -> Timestamp {
        Timestamp::new(OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_is_let_pass_is_noted_and_found_again() {
        let (_folder, home, identity) = home();
        assert_eq!(releases(&home, &identity).unwrap(), Releases::default());
        let first = allow(&home, &identity, release(), now()).unwrap();
        assert_eq!(first, Allowed::Now);
        let again = allow(&home, &identity, release(), now()).unwrap();
        assert_eq!(again, Allowed::Before);
        assert_eq!(releases(&home, &identity).unwrap().0, [release()]);
        assert_eq!(home.audit(&identity).verify().unwrap().lines, 1);
        let trail = std::fs::read_to_string(home.audit(&identity).path()).unwrap();
        for part in ["git.allow", "dev-x7k2q", "private-key", "a key of a test"] {
            assert!(trail.contains(part), "{part}: {trail}");
        }
    }

    #[test]
    fn what_is_not_said_whole_is_not_let_pass() {
        let (_folder, home, identity) = home();
        let try_it = |change: &dyn Fn(&mut Release)| {
            let mut release = release();
            change(&mut release);
            let error = allow(&home, &identity, release, now()).unwrap_err();
            assert!(error.is_invalid(), "{error}");
            error.to_string()
        };
        for object in [
            "",
            "abababababab",
            &"AB".repeat(20),
            &"0".repeat(40),
            &"g".repeat(40),
        ] {
            let said = try_it(&|release| object.clone_into(&mut release.object));
            assert!(said.contains("no whole id"), "{said}");
        }
        for reason in [
            "",
            "  ",
            "a\nb",
            "a\u{1b}[2J",
            "a\u{202e}b",
            &"x".repeat(501),
        ] {
            let said = try_it(&|release| reason.clone_into(&mut release.reason));
            assert!(said.contains("a reason is"), "{said}");
        }
        for rule in ["", "a\u{1b}", "private-keys"] {
            let said = try_it(&|release| rule.clone_into(&mut release.rule));
            assert!(said.contains("is the name of no rule"), "{said}");
            let is_near = rule == "private-keys";
            assert_eq!(
                said.contains("did you mean `private-key`?"),
                is_near,
                "{said}"
            );
        }
        let said = try_it(&|release| "known-secret".clone_into(&mut release.rule));
        assert!(said.contains("by nobody"), "{said}");
        let said = try_it(&|release| release.remote = "docs".parse().unwrap());
        assert_eq!(said, "dev-x7k2q has no remote `docs`; it has: app");
        assert!(!home.audit(&identity).path().exists());
        let stranger = "dev-zzzzz".parse().unwrap();
        let error = allow(&home, &stranger, release(), now()).unwrap_err();
        assert!(matches!(error, AllowError::Unknown { .. }), "{error}");
    }

    #[test]
    fn what_cannot_be_noted_is_not_let_pass() {
        let (_folder, home, identity) = home();
        allow(&home, &identity, release(), now()).unwrap();
        let trail = std::fs::read_to_string(home.audit(&identity).path()).unwrap();
        std::fs::write(home.audit(&identity).path(), trail.replace("test", "jest")).unwrap();
        let other = Release {
            object: "cd".repeat(20),
            ..release()
        };
        let error = allow(&home, &identity, other, now()).unwrap_err();
        assert!(matches!(error, AllowError::Audit(_)), "{error}");
        assert_eq!(releases(&home, &identity).unwrap().0, [release()]);
    }
}
