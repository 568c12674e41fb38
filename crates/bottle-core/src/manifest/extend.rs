//! Inheritance: how a bottle and the bottles that it extends become one.
//!
//! Two operations, both associative, with the empty bottle as their neutral element: [`unite`] puts the parents of one
//! list together, [`overlay`] lays a child over what it inherits.

use std::collections::BTreeMap;

use super::BottleManifest;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Placed;

/// Puts two parents together, the left one named first. Variables and single values of the right one win; lists are
/// joined.
///
/// # Errors
///
/// A route or remote that both have, with different words: which one holds is not for us to guess.
pub(crate) fn unite(
    left: BottleManifest,
    right: BottleManifest,
) -> Result<BottleManifest, Diagnostics> {
    let mut problems = Diagnostics::default();
    let mut told = |diagnostic| problems.push(diagnostic);
    let routes = union(
        left.routes,
        right.routes,
        |route| route.host.to_string(),
        &mut told,
    );
    let git = union(
        left.git,
        right.git,
        |remote| remote.name.to_string(),
        &mut told,
    );
    let united = BottleManifest {
        extends: Vec::new(),
        provider: right.provider.or(left.provider),
        image: right.image.or(left.image),
        env: merged(left.env, right.env),
        git,
        git_user_name: right.git_user_name.or(left.git_user_name),
        git_user_email: right.git_user_email.or(left.git_user_email),
        routes,
        allowlist: joined(left.allowlist, right.allowlist),
        supervise: right.supervise.or(left.supervise),
        workspace: right.workspace.or(left.workspace),
        cpus: right.cpus.or(left.cpus),
        memory: right.memory.or(left.memory),
        pids: right.pids.or(left.pids),
        runtime: right.runtime.or(left.runtime),
        pipelock_image: right.pipelock_image.or(left.pipelock_image),
        passthrough: joined(left.passthrough, right.passthrough),
        expect: joined(left.expect, right.expect),
    };
    if problems.is_empty() {
        Ok(united)
    } else {
        Err(problems)
    }
}

/// Lays a child over what it inherits: variables are merged, whatever else the child declares replaces what was there.
pub(crate) fn overlay(child: BottleManifest, parent: BottleManifest) -> BottleManifest {
    BottleManifest {
        extends: Vec::new(),
        provider: child.provider.or(parent.provider),
        image: child.image.or(parent.image),
        env: merged(parent.env, child.env),
        git: child.git.or(parent.git),
        git_user_name: child.git_user_name.or(parent.git_user_name),
        git_user_email: child.git_user_email.or(parent.git_user_email),
        routes: child.routes.or(parent.routes),
        allowlist: child.allowlist.or(parent.allowlist),
        supervise: child.supervise.or(parent.supervise),
        workspace: child.workspace.or(parent.workspace),
        cpus: child.cpus.or(parent.cpus),
        memory: child.memory.or(parent.memory),
        pids: child.pids.or(parent.pids),
        runtime: child.runtime.or(parent.runtime),
        pipelock_image: child.pipelock_image.or(parent.pipelock_image),
        passthrough: child.passthrough.or(parent.passthrough),
        expect: child.expect.or(parent.expect),
    }
}

/// Both maps; the second one wins.
fn merged<K: Ord, V>(mut first: BTreeMap<K, V>, second: BTreeMap<K, V>) -> BTreeMap<K, V> {
    first.extend(second);
    first
}

/// Both lists, each entry once.
fn joined<T: PartialEq>(
    left: Option<Vec<Placed<T>>>,
    right: Option<Vec<Placed<T>>>,
) -> Option<Vec<Placed<T>>> {
    let (mut all, more) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (left, right) => return left.or(right),
    };
    for entry in more {
        if !all.contains(&entry) {
            all.push(entry);
        }
    }
    Some(all)
}

/// Both lists, each entry once; two that differ under one key are told.
fn union<T: PartialEq>(
    left: Option<Vec<Placed<T>>>,
    right: Option<Vec<Placed<T>>>,
    key: impl Fn(&T) -> String,
    told: &mut impl FnMut(Diagnostic),
) -> Option<Vec<Placed<T>>> {
    let (mut all, more) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (left, right) => return left.or(right),
    };
    let index: BTreeMap<String, usize> = all
        .iter()
        .enumerate()
        .map(|(number, entry)| (key(&entry.value), number))
        .collect();
    for entry in more {
        let key = key(&entry.value);
        match index.get(&key).and_then(|number| all.get(*number)) {
            None => all.push(entry),
            Some(other) if *other == entry => {}
            Some(other) => {
                let message = format!("two parents say different things about `{key}`");
                let mut diagnostic = entry.place.diagnostic(Code::BottleConflict, message);
                diagnostic.related = Some(other.place.related("the other parent's"));
                diagnostic.help =
                    Some("declare the list in the child, or make the two the same".to_owned());
                told(diagnostic);
            }
        }
    }
    Some(all)
}
