//! Handing on to the upstream what was scanned: by its ids, so that nothing else can be meant.

use std::collections::BTreeMap;

use bottle_core::visible;
use bottle_git::RefChange;
use tokio::runtime::Runtime;

use super::change::Granted;
use crate::git::Git;
use crate::limits::{FORWARD_TIMEOUT, MAX_OUTPUT_BYTES, MAX_WORDS, MAX_WORDS_LINE};
use crate::refusal::Refusal;
use crate::run::{RunError, run_beside};
use crate::upstream::Upstream;

/// Whether the refs of a push change all together or each for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    /// All or none.
    Yes,
    /// Each for itself.
    No,
}

/// What the upstream answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// By the name of the ref: taken, or why not.
    pub(super) refs: BTreeMap<String, Result<(), String>>,
    /// What it said to whoever pushes.
    pub(super) words: String,
}

/// Pushes these ids to these refs.
pub(super) fn forward(
    runtime: &Runtime,
    git: &Git,
    upstream: &Upstream,
    (granted, together): (&[Granted<'_>], Together),
) -> Result<Answer, Refusal> {
    let arguments = arguments(upstream, granted, together);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let push = upstream.git(git, &arguments);
    let ran = runtime.block_on(run_beside(push, FORWARD_TIMEOUT, MAX_OUTPUT_BYTES));
    let ran = match ran {
        Ok(ran) => ran,
        Err(RunError::Late(_)) => {
            return Err(upstream.refusal(
                "no answer in time. Whether the push has arrived is not known: fetch, and look.",
            ));
        }
        Err(error) => return Err(Refusal::broken(&error)),
    };
    let refs = results(&String::from_utf8_lossy(&ran.output));
    if refs.is_empty() && !ran.status.success() {
        return Err(upstream.refusal(&ran.words()));
    }
    Ok(Answer {
        refs,
        words: words(&ran.words()),
    })
}

fn arguments(upstream: &Upstream, granted: &[Granted<'_>], together: Together) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "push",
        "--porcelain",
        "--no-progress",
        "--no-verify",
        "--no-signed",
        "--no-follow-tags",
        "--recurse-submodules=no",
    ]
    .map(str::to_owned)
    .into();
    if together == Together::Yes {
        arguments.push("--atomic".to_owned());
    }
    for Granted { command, change } in granted {
        if matches!(change, RefChange::Rewrite | RefChange::Delete) {
            // Only what was judged is overwritten.
            arguments.push(format!(
                "--force-with-lease={}:{}",
                command.name, command.old
            ));
        }
    }
    arguments.push("--".to_owned());
    arguments.push(upstream.url());
    for Granted { command, change } in granted {
        arguments.push(match change {
            RefChange::Delete => format!(":{}", command.name),
            RefChange::Create | RefChange::Forward | RefChange::Rewrite => {
                // The bare id would be taken for a branch of that name before it is taken for an id.
                format!("{}^{{object}}:{}", command.new, command.name)
            }
        });
    }
    arguments
}

/// Reads what `git push --porcelain` prints: sign, tab, `from:to`, tab, a summary with the reason in parentheses.
fn results(output: &str) -> BTreeMap<String, Result<(), String>> {
    let mut results = BTreeMap::new();
    for line in output.lines() {
        let mut parts = line.splitn(3, '\t');
        let (Some(sign), Some(pair), Some(summary)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let Some((_, name)) = pair.split_once(':') else {
            continue;
        };
        let result = match sign {
            " " | "+" | "-" | "*" | "=" => Ok(()),
            _ => Err(reason(summary)),
        };
        results.insert(name.to_owned(), result);
    }
    results
}

/// The reason without git's general words before it.
fn reason(summary: &str) -> String {
    let inner = summary
        .split_once("] (")
        .and_then(|(_, rest)| rest.strip_suffix(')'));
    let reason = visible(inner.unwrap_or(summary));
    reason.chars().take(MAX_WORDS_LINE).collect()
}

/// What the upstream said itself: the lines before which git puts `remote:`.
fn words(errors: &str) -> String {
    let mut words = String::new();
    for line in errors
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"))
    {
        let line = visible(line.trim_end());
        let line: String = line.trim_start().chars().take(MAX_WORDS_LINE).collect();
        if words.len() + line.len() > MAX_WORDS {
            words.push_str("(the upstream said more)\n");
            break;
        }
        words.push_str(&line);
        words.push('\n');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_ref_has_its_answer() {
        let output = "To ssh://git@git.test/a\n*\tab:refs/heads/new\t[new branch]\n!\tab:refs/heads/no\t[remote rejected] (pre-receive hook declined)\n!\tab:refs/heads/late\t[rejected] (fetch first)\n-\t:refs/heads/gone\t[deleted]\n=\tab:refs/tags/t\t[up to date]\nDone\n";
        let results = results(output);
        assert_eq!(results["refs/heads/new"], Ok(()));
        assert_eq!(results["refs/heads/gone"], Ok(()));
        assert_eq!(results["refs/tags/t"], Ok(()));
        assert_eq!(
            results["refs/heads/no"],
            Err("pre-receive hook declined".to_owned())
        );
        assert_eq!(results["refs/heads/late"], Err("fetch first".to_owned()));
        assert_eq!(results.len(), 5);
    }

    #[test]
    fn only_the_upstreams_own_words() {
        let errors = "remote: See \u{1b}[31mhttps://git.test/pr        \nremote:\nerror: failed to push some refs\nhint: x\n";
        assert_eq!(words(errors), "See \\u{1b}[31mhttps://git.test/pr\n\n");
        let flood = "remote: x\n".repeat(100_000);
        assert!(words(&flood).len() < MAX_WORDS + 100);
    }

    proptest! {
        #[test]
        fn any_answer_is_survived(output in "[ !*\t:a\n()\\[\\]é]{0,60}") {
            let _ = (results(&output), words(&output));
        }
    }
}
