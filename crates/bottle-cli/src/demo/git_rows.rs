//! What the agent does with git, and how it must end.

use std::collections::BTreeSet;

use bottle_demo::forge::{BRANCH, ForgeSeen};
use bottle_docker::Docker;
use bottle_run::Running;
use bottle_run::backend::{ExecIo, ExecOutcome};

use super::error::DemoError;
use super::evidence::NOTHING;
use super::forge::{address, seen};
use super::row::{Row, Verdict};

/// The file with the key, and where it stands in it.
const LEAK: &str = "conf.txt:1";
/// The gate's word for a secret in a push.
const CODE: &str = "git.secret";
/// Digits of an id that are shown, as git does.
const DIGITS: usize = 7;

/// The rows where there is no image for them.
pub(crate) fn without_image() -> Row {
    not_run("no image with git (`bottle image build git-gate`)")
}

/// All rows, tried one after the other.
pub(crate) async fn rows(running: &Running<'_, Docker>) -> Result<Vec<Row>, DemoError> {
    let first = seen(running).await?;
    if !first.has_server {
        let why = "no ssh server in the image with git (`bottle image build git-gate`)";
        return Ok(vec![not_run(why)]);
    }
    let address = address();
    let clone = format!("cd /tmp; git clone -q {address} app; git -C app rev-parse HEAD");
    let cloned = git(running, &clone).await?;
    let push = "cd /tmp/app; echo hello >README; git add README; git commit -q -m second; \
         git push -q origin HEAD:main; git rev-parse HEAD";
    let pushed = git(running, push).await?;
    let second = seen(running).await?;
    let leaked = git(running, &leak()).await?;
    let third = seen(running).await?;
    Ok(vec![
        arrival("git clone of a declared remote", &cloned, &first),
        arrival("git push of a commit", &pushed, &second),
        refusal(&leaked, &second, &third),
    ])
}

fn leak() -> String {
    let key = ["AKIA", "Q3EGTHP7K5ZWXN2M"].concat();
    format!(
        "cd /tmp/app; echo 'key = {key}' >conf.txt; git add conf.txt; git commit -q -m third; \
         git push -q origin HEAD:main HEAD:other"
    )
}

async fn git(running: &Running<'_, Docker>, script: &str) -> Result<ExecOutcome, DemoError> {
    let argv = ["sh", "-ec", script].map(str::to_owned).into();
    let io = ExecIo::Capture { stdin: Vec::new() };
    Ok(running.session(argv, io, Vec::new()).await?)
}

/// Both sides have the same commit.
fn arrival(tried: &str, outcome: &ExecOutcome, forge: &ForgeSeen) -> Row {
    let there = forge.refs.get(BRANCH).map_or("", String::as_str);
    let here = String::from_utf8_lossy(&outcome.stdout).trim().to_owned();
    Row {
        tried: tried.to_owned(),
        agent: if outcome.code == 0 {
            at(&here)
        } else {
            words(outcome)
        },
        outside: at(there),
        verdict: Verdict::of(outcome.code == 0 && !there.is_empty() && here == there),
    }
}

/// The agent is told where the key is, and the forge has not one more object.
fn refusal(outcome: &ExecOutcome, before: &ForgeSeen, after: &ForgeSeen) -> Row {
    let said = String::from_utf8_lossy(&outcome.stderr);
    let told = outcome.code != 0 && said.contains(CODE) && said.contains(LEAK);
    let new: BTreeSet<_> = after.objects.difference(&before.objects).collect();
    let unchanged = after == before;
    Row {
        tried: "git push of a commit with an AWS-style key".to_owned(),
        agent: if told {
            format!("{CODE}, {LEAK}")
        } else if outcome.code == 0 {
            "it was taken".to_owned()
        } else {
            words(outcome)
        },
        outside: if unchanged {
            NOTHING.to_owned()
        } else {
            format!("{} objects", new.len())
        },
        verdict: Verdict::of(told && unchanged),
    }
}

fn not_run(why: &str) -> Row {
    Row {
        tried: "git: clone, push, push of a key".to_owned(),
        agent: format!("not run: {why}"),
        outside: "-".to_owned(),
        verdict: Verdict::NotRun,
    }
}

fn at(id: &str) -> String {
    let digits: String = bottle_core::visible(id).chars().take(DIGITS).collect();
    format!("main at {digits}")
}

/// What a git that failed said last.
fn words(outcome: &ExecOutcome) -> String {
    let said = String::from_utf8_lossy(&outcome.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    bottle_core::visible(last.unwrap_or("nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(code: u8, stdout: &str, stderr: &str) -> ExecOutcome {
        ExecOutcome {
            code,
            stdout: stdout.as_bytes().to_vec(),
            stderr: stderr.as_bytes().to_vec(),
        }
    }

    fn forge(id: &str) -> ForgeSeen {
        ForgeSeen {
            has_server: true,
            refs: [(BRANCH.to_owned(), id.to_owned())].into(),
            objects: [id.to_owned()].into(),
        }
    }

    #[test]
    fn a_commit_arrives_where_both_sides_have_it() {
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let row = |outcome, id: &str| arrival("x", &outcome, &forge(id));
        let right = row(outcome(0, &format!("{one}\n"), ""), &one);
        assert_eq!(
            (right.agent.as_str(), right.verdict),
            ("main at 1111111", Verdict::Right)
        );
        assert_eq!(row(outcome(0, &one, ""), &two).verdict, Verdict::Wrong);
        assert_eq!(row(outcome(0, "", ""), "").verdict, Verdict::Wrong);
        let failed = row(outcome(1, &one, "a\nno\u{1b} \n\n"), &one);
        assert_eq!(
            (failed.agent.as_str(), failed.verdict),
            ("no\\u{1b} ", Verdict::Wrong)
        );
    }

    #[test]
    fn a_refused_key_is_told_and_nowhere_outside() {
        let said = format!("remote: conf.txt:1\nremote: {CODE}: x\n");
        let before = forge("1");
        let verdict = |code, said: &str, after: &ForgeSeen| {
            refusal(&outcome(code, "", said), &before, after).verdict
        };
        assert_eq!(verdict(1, &said, &before), Verdict::Right);
        assert_eq!(verdict(0, &said, &before), Verdict::Wrong);
        assert_eq!(verdict(1, "fatal: no", &before), Verdict::Wrong);
        let mut after = before.clone();
        after.objects.insert("2".to_owned());
        assert_eq!(verdict(1, &said, &after), Verdict::Wrong);
    }
}
