//! Whether one ref may be changed as a push wants it.

use bottle_core::{PushPolicy, RefPattern};

/// Where branches are.
const BRANCHES: &str = "refs/heads/";
/// Where tags are.
const TAGS: &str = "refs/tags/";
/// How many digits the id of an object has: SHA-1, SHA-256.
const OBJECT_IDS: [usize; 2] = [40, 64];
/// The longest name of a ref that is taken, in bytes: what fits the names of files, with the folder in front.
const MAX_NAME: usize = 200;

/// What a push wants of one ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefUpdate<'a> {
    /// Its full name, as the client sent it.
    pub name: &'a str,
    /// What is to happen to it.
    pub change: RefChange,
}

/// What is to happen to a ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefChange {
    /// It is not there yet.
    Create,
    /// It moves to a commit that has the present one among its ancestors.
    Forward,
    /// It moves to anything else. What cannot be told is this, too.
    Rewrite,
    /// It goes.
    Delete,
}

/// Why a ref may not be changed. The words name the key of the manifest that would grant it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefRefusal {
    /// The name is none that git and every file system take alike.
    #[error(
        "`{}` is no name of a ref that is taken here: at most {MAX_NAME} plain characters, beginning with refs/",
        shown(name)
    )]
    Name {
        /// The name.
        name: String,
    },
    /// No pattern of `push.refs` is its name.
    #[error(
        "`{}` may not be pushed: no pattern of `push.refs` in the bottle's manifest is its name",
        shown(name)
    )]
    NotGranted {
        /// The name.
        name: String,
    },
    /// No pattern of `push.force` is its name.
    #[error(
        "`{}` may not be moved to what does not follow it: no pattern of `push.force` in the bottle's manifest is its name",
        shown(name)
    )]
    Rewrite {
        /// The name.
        name: String,
    },
    /// A tag, or the default branch, that no pattern of `push.force` names in full.
    #[error(
        "`{}` is {what}: it is moved only where `push.force` in the bottle's manifest has its name without a star",
        shown(name)
    )]
    RewriteGuarded {
        /// The name.
        name: String,
        /// What it is.
        what: Guarded,
    },
    /// No pattern of `push.delete` is its name.
    #[error(
        "`{}` may not be deleted: no pattern of `push.delete` in the bottle's manifest is its name",
        shown(name)
    )]
    Delete {
        /// The name.
        name: String,
    },
    /// The default branch, that no pattern of `push.delete` names in full.
    #[error(
        "`{}` is {what}: it is deleted only where `push.delete` in the bottle's manifest has its name without a star",
        shown(name)
    )]
    DeleteGuarded {
        /// The name.
        name: String,
        /// What it is.
        what: Guarded,
    },
}

/// What a pattern with a star does not rewrite or delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded {
    /// What others begin from.
    DefaultBranch,
    /// A branch of a repository that does not say which one is the default.
    PerhapsDefault,
    /// A name that others rely on to stay what it is.
    Tag,
}

impl std::fmt::Display for Guarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DefaultBranch => "the default branch of its repository",
            Self::PerhapsDefault => {
                "a branch of a repository that does not say which is its default branch"
            }
            Self::Tag => "a tag",
        })
    }
}

/// Decides about one ref of a push. `default_branch` is the full name (`refs/heads/main`) of the branch that the
/// upstream's `HEAD` names; `None` when it names none.
///
/// 1. The name is one that git takes (`git check-ref-format`), in plain ASCII, whatever the patterns say; no part of it but
///    the first is `refs` or `HEAD`, and none is an object's id: git would take it for something else in some places.
/// 2. A pattern of `refs` is its name. Without one nothing is granted, so `force` and `delete` widen nothing alone.
/// 3. [`RefChange::Create`] is granted by that, and [`RefChange::Forward`] too, except for a tag: a tag that is there
///    stays what it is, so any move of one is a [`RefChange::Rewrite`].
/// 4. A rewrite needs a pattern of `force`; for a tag and for the default branch one without a star.
/// 5. A deletion needs a pattern of `delete`; for the default branch one without a star.
/// 6. Where no default branch is known, every branch counts as one.
///
/// # Errors
///
/// [`RefRefusal`] for what is not granted.
pub fn judge(
    policy: &PushPolicy,
    default_branch: Option<&str>,
    update: &RefUpdate<'_>,
) -> Result<(), RefRefusal> {
    let RefUpdate { name, change } = *update;
    let owned = || name.to_owned();
    if !is_plain(name) {
        return Err(RefRefusal::Name { name: owned() });
    }
    if grant(&policy.refs, name) == Grant::None {
        return Err(RefRefusal::NotGranted { name: owned() });
    }
    let guarded = guarded(default_branch, name);
    match change {
        RefChange::Create => Ok(()),
        RefChange::Forward if !name.starts_with(TAGS) => Ok(()),
        RefChange::Forward | RefChange::Rewrite => match (grant(&policy.force, name), guarded) {
            (Grant::None, _) => Err(RefRefusal::Rewrite { name: owned() }),
            (Grant::Star, Some(what)) => Err(RefRefusal::RewriteGuarded {
                name: owned(),
                what,
            }),
            (Grant::Star, None) | (Grant::Exact, _) => Ok(()),
        },
        RefChange::Delete => match (grant(&policy.delete, name), guarded) {
            (Grant::None, _) => Err(RefRefusal::Delete { name: owned() }),
            (Grant::Star, Some(what @ (Guarded::DefaultBranch | Guarded::PerhapsDefault))) => {
                Err(RefRefusal::DeleteGuarded {
                    name: owned(),
                    what,
                })
            }
            (Grant::Star, Some(Guarded::Tag) | None) | (Grant::Exact, _) => Ok(()),
        },
    }
}

/// How a list of patterns has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grant {
    None,
    Star,
    Exact,
}

fn grant(patterns: &[RefPattern], name: &str) -> Grant {
    let matching = patterns.iter().filter(|pattern| pattern.matches(name));
    matching
        .map(|pattern| {
            if pattern.is_exact() {
                Grant::Exact
            } else {
                Grant::Star
            }
        })
        .max()
        .unwrap_or(Grant::None)
}

fn guarded(default_branch: Option<&str>, name: &str) -> Option<Guarded> {
    if name.starts_with(TAGS) {
        return Some(Guarded::Tag);
    }
    let short = name.strip_prefix(BRANCHES);
    match default_branch {
        // A short name is understood too: to overlook the default branch would be the worse mistake. File systems
        // that see no difference between `Main` and `main` would overwrite one with the other.
        Some(default) => [Some(name), short]
            .into_iter()
            .flatten()
            .any(|each| each.eq_ignore_ascii_case(default))
            .then_some(Guarded::DefaultBranch),
        None => short.map(|_| Guarded::PerhapsDefault),
    }
}

/// What `git check-ref-format` takes, of printable ASCII alone.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && !part.ends_with('.')
            && !part.to_ascii_lowercase().ends_with(".lock")
    };
    name.starts_with("refs/")
        && name.len() <= MAX_NAME
        && name.matches('/').count() >= 2
        && name
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"~^:?*[\\".contains(&byte))
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(part)
        && !is_ambiguous(name)
}

/// Whether git would take the name for another thing in some place: a ref within another's name (`refs/tags/refs/heads/a`
/// for `refs/heads/a`), or an object's id.
fn is_ambiguous(name: &str) -> bool {
    let mut parts = name.split('/').skip(1);
    let is_id = |part: &str| {
        OBJECT_IDS.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    parts.any(|part| part.eq_ignore_ascii_case("refs") || part == "HEAD" || is_id(part))
}

/// A name in a message: whatever a terminal would take for more than a letter is made visible, and it has an end.
fn shown(name: &str) -> String {
    let cut: String = name.chars().take(MAX_NAME).collect();
    cut.escape_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAIN: Option<&str> = Some("refs/heads/main");

    fn policy(refs: &[&str], force: &[&str], delete: &[&str]) -> PushPolicy {
        let read = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        PushPolicy {
            refs: read(refs),
            force: read(force),
            delete: read(delete),
            ..PushPolicy::default()
        }
    }

    fn verdict(policy: &PushPolicy, name: &str, change: RefChange) -> Result<(), RefRefusal> {
        judge(policy, MAIN, &RefUpdate { name, change })
    }

    #[test]
    fn no_name_stands_for_another_thing() {
        let id = "0123456789abcdef".repeat(4);
        for name in [
            "refs/tags/refs/heads/main",
            "refs/heads/refs/heads/y",
            "refs/heads/a/Refs/b",
            "refs/heads/HEAD",
            &format!("refs/heads/{}", &id[..40]),
            &format!("refs/heads/a/{id}"),
        ] {
            let refused = verdict(&PushPolicy::default(), name, RefChange::Create);
            assert!(matches!(refused, Err(RefRefusal::Name { .. })), "{name}");
        }
        let near = format!("refs/heads/{}", &id[..39]);
        for name in ["refs/heads/refs-1", "refs/heads/headless", &near] {
            assert_eq!(
                verdict(&PushPolicy::default(), name, RefChange::Create),
                Ok(()),
                "{name}"
            );
        }
    }

    #[test]
    fn what_the_default_grants() {
        use RefChange::{Create, Delete, Forward, Rewrite};
        let default = PushPolicy::default();
        for (name, change) in [
            ("refs/heads/main", Forward),
            ("refs/heads/agent/fix", Create),
            ("refs/heads/agent/fix", Rewrite),
            ("refs/heads/agent/fix", Delete),
            ("refs/tags/v1", Create),
            ("refs/notes/commits", Forward),
        ] {
            assert_eq!(verdict(&default, name, change), Ok(()), "{name} {change:?}");
        }
        let refusals = [
            ("refs/heads/main", Rewrite),
            ("refs/heads/main", Delete),
            ("refs/heads/MAIN", Rewrite),
            ("refs/tags/v1", Rewrite),
            ("refs/tags/v1", Forward),
            ("refs/tags/v1", Delete),
            ("refs/notes/commits", Rewrite),
            ("refs/notes/commits", Delete),
            ("refs/pull/1/head", Create),
            ("refs/for/main", Create),
            ("HEAD", Create),
        ];
        let refusals: Vec<String> = refusals
            .into_iter()
            .map(|(name, change)| {
                let refusal = verdict(&default, name, change).unwrap_err();
                format!("{change:?}: {refusal}")
            })
            .collect();
        assert_eq!(refusals, REFUSALS);
    }

    const REFUSALS: [&str; 11] = [
        "Rewrite: `refs/heads/main` is the default branch of its repository: it is moved only where `push.force` in the bottle's manifest has its name without a star",
        "Delete: `refs/heads/main` is the default branch of its repository: it is deleted only where `push.delete` in the bottle's manifest has its name without a star",
        "Rewrite: `refs/heads/MAIN` is the default branch of its repository: it is moved only where `push.force` in the bottle's manifest has its name without a star",
        "Rewrite: `refs/tags/v1` may not be moved to what does not follow it: no pattern of `push.force` in the bottle's manifest is its name",
        "Forward: `refs/tags/v1` may not be moved to what does not follow it: no pattern of `push.force` in the bottle's manifest is its name",
        "Delete: `refs/tags/v1` may not be deleted: no pattern of `push.delete` in the bottle's manifest is its name",
        "Rewrite: `refs/notes/commits` may not be moved to what does not follow it: no pattern of `push.force` in the bottle's manifest is its name",
        "Delete: `refs/notes/commits` may not be deleted: no pattern of `push.delete` in the bottle's manifest is its name",
        "Create: `refs/pull/1/head` may not be pushed: no pattern of `push.refs` in the bottle's manifest is its name",
        "Create: `refs/for/main` may not be pushed: no pattern of `push.refs` in the bottle's manifest is its name",
        "Create: `HEAD` is no name of a ref that is taken here: at most 200 plain characters, beginning with refs/",
    ];

    #[test]
    fn the_default_branch_and_tags_need_their_whole_name() {
        let star = policy(&["refs/*"], &["refs/*"], &["refs/*"]);
        let exact = policy(
            &["refs/*"],
            &["refs/*", "refs/heads/main", "refs/tags/latest"],
            &["refs/heads/main"],
        );
        for (name, change) in [
            ("refs/heads/main", RefChange::Rewrite),
            ("refs/heads/main", RefChange::Delete),
            ("refs/tags/latest", RefChange::Forward),
        ] {
            assert!(verdict(&star, name, change).is_err(), "{name} {change:?}");
            assert_eq!(verdict(&exact, name, change), Ok(()), "{name} {change:?}");
        }
        assert_eq!(
            verdict(&star, "refs/tags/latest", RefChange::Delete),
            Ok(()),
            "tags are deleted by a pattern that says so"
        );
    }

    #[test]
    fn without_a_known_default_branch_every_branch_may_be_it() {
        let star = policy(&["refs/*"], &["refs/*"], &["refs/*"]);
        let update = |change| RefUpdate {
            name: "refs/heads/agent",
            change,
        };
        assert!(judge(&star, None, &update(RefChange::Rewrite)).is_err());
        assert!(judge(&star, None, &update(RefChange::Delete)).is_err());
        assert_eq!(judge(&star, None, &update(RefChange::Create)), Ok(()));
        assert_eq!(judge(&star, MAIN, &update(RefChange::Rewrite)), Ok(()));
        assert!(
            verdict(&star, "refs/heads/trunk", RefChange::Delete).is_ok()
                && judge(
                    &star,
                    Some("trunk"),
                    &RefUpdate {
                        name: "refs/heads/trunk",
                        change: RefChange::Delete
                    }
                )
                .is_err(),
            "a short name is understood"
        );
    }

    #[test]
    fn force_and_delete_widen_nothing_alone() {
        let none = policy(&[], &["refs/heads/*"], &["refs/heads/*"]);
        for change in [
            RefChange::Create,
            RefChange::Forward,
            RefChange::Rewrite,
            RefChange::Delete,
        ] {
            assert!(matches!(
                verdict(&none, "refs/heads/agent", change),
                Err(RefRefusal::NotGranted { .. })
            ));
        }
    }

    #[test]
    fn names_that_git_would_not_take_or_that_play_tricks() {
        let all = policy(&["refs/*"], &["refs/*"], &["refs/*"]);
        for name in [
            "",
            "refs/heads",
            "refs/heads/",
            "refs/heads//a",
            "refs/heads/../a",
            "refs/heads/.a",
            "refs/heads/a.",
            "refs/heads/a.lock",
            "refs/heads/a.LOCK/b",
            "refs/heads/a b",
            "refs/heads/a\nb",
            "refs/heads/a\u{1b}[2J",
            "refs/heads/a\0b",
            "refs/heads/a:b",
            "refs/heads/*",
            "refs/heads/a@{1}",
            "refs/heads/-x",
            "refs/heads/ma\u{200b}in",
            "refs/heads/mаin",
            "Refs/heads/main",
        ] {
            let refusal = verdict(&all, name, RefChange::Create).unwrap_err();
            assert!(matches!(refusal, RefRefusal::Name { .. }), "{name:?}");
            assert!(refusal.to_string().is_ascii(), "{refusal}");
            assert!(!refusal.to_string().contains(char::is_control), "{refusal}");
        }
        let long = format!("refs/heads/{}", "a".repeat(MAX_NAME));
        assert!(verdict(&all, &long, RefChange::Create).is_err());
    }

    proptest! {
        #[test]
        fn any_name_is_survived(name in ".{0,40}", change in 0_usize..4) {
            let change = [RefChange::Create, RefChange::Forward, RefChange::Rewrite, RefChange::Delete][change];
            let _ = verdict(&PushPolicy::default(), &name, change);
        }

        /// Whatever is granted as a rewrite is granted as a step forward, and that whenever it may be created.
        #[test]
        fn grants_are_ordered(name in "refs/(heads|tags|notes)/(main|a|a/b)", force in "refs/(heads|tags)/(\\*|main|a\\*)") {
            let policy = policy(&["refs/heads/*", "refs/tags/a*"], &[&force], &[]);
            if verdict(&policy, &name, RefChange::Rewrite).is_ok() {
                prop_assert!(verdict(&policy, &name, RefChange::Forward).is_ok());
            }
            if verdict(&policy, &name, RefChange::Forward).is_ok() {
                prop_assert!(verdict(&policy, &name, RefChange::Create).is_ok());
            }
        }
    }
}
