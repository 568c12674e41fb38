//! `proc-receive`: forwards what was scanned, and tells git ref by ref what the upstream made of it (githooks,
//! "proc-receive").

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::time::Instant;

use bottle_git::RefChange;
use tokio::runtime::Runtime;

use super::change::{Granted, Measure, grant};
use super::command::PushCommand;
use super::forward::{Answer, Together, forward};
use super::fresh::still_there;
use super::task::Task;
use crate::base::Base;
use crate::git::Git;
use crate::limits::{LOCAL_TIMEOUT, LOCK_TIMEOUT, MAX_OUTPUT_BYTES, MAX_WORDS_LINE};
use crate::listings;
use crate::lock::MirrorLock;
use crate::pkt::{self, Pkt, PktError};
use crate::record::{Report, shown, since, tell};
use crate::refs::is_mirrored;
use crate::refusal::{Code, Refusal};
use crate::run::{Company, run_beside};

/// What git asks of the hook.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    commands: Vec<PushCommand>,
    together: Together,
}

/// Speaks with git, forwards, answers.
pub(super) fn run(runtime: &Runtime, task: &Task) -> Result<(), Refusal> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let asked = ask(&mut input, &mut output, task.push.max_refs)?;
    let report = Report::read(&task.report).map_err(|error| Refusal::broken(&error))?;
    let mut report = report.ok_or_else(|| {
        Refusal::new(
            Code::FailClosed,
            "this push was not scanned, so it is not forwarded",
        )
    })?;
    let start = Instant::now();
    let results = push(runtime, task, &asked, &report);
    report.push.forward_ms = Some(since(start));
    note(&mut report, &results);
    let left = report.write(&task.report);
    left.map_err(|error| Refusal::broken(&error))?;
    answer(&mut output, &results).map_err(|error| Refusal::broken(&error))
}

/// What became of each ref, in the order of the commands.
type Results = Vec<(String, Result<(), Refusal>)>;

/// Version and features, then the commands.
fn ask(input: &mut impl Read, output: &mut impl Write, most: u32) -> Result<Asked, Refusal> {
    let broken = |error: PktError| Refusal::broken(&error);
    let hello = lines(input, 8).map_err(broken)?;
    let hello = hello.first().map(Vec::as_slice).unwrap_or_default();
    let mut parts = hello.splitn(2, |byte| *byte == 0);
    if parts.next().map(<[u8]>::trim_ascii) != Some(b"version=1") {
        return Err(Refusal::new(
            Code::FailClosed,
            "git speaks another version to its hooks",
        ));
    }
    let features = parts.next().unwrap_or_default().trim_ascii();
    let atomic = features
        .split(|byte| *byte == b' ')
        .any(|each| each == b"atomic");
    let reply: &[u8] = if atomic {
        b"version=1\0atomic\n"
    } else {
        b"version=1\n"
    };
    pkt::write(output, &Pkt::Data(reply.to_vec())).map_err(broken)?;
    pkt::write(output, &Pkt::Flush).map_err(broken)?;
    output.flush().map_err(|error| Refusal::broken(&error))?;
    let commands = lines(input, most).map_err(broken)?;
    let commands = commands
        .iter()
        .map(|line| PushCommand::parse(line.strip_suffix(b"\n").unwrap_or(line)));
    Ok(Asked {
        commands: commands.collect::<Result<_, _>>()?,
        together: if atomic { Together::Yes } else { Together::No },
    })
}

/// All lines up to a flush, at most so many.
fn lines(input: &mut impl Read, most: u32) -> Result<Vec<Vec<u8>>, PktError> {
    let mut lines = Vec::new();
    for _ in 0..=most {
        match pkt::read(input)? {
            Pkt::Flush => return Ok(lines),
            Pkt::Data(line) => lines.push(line),
        }
    }
    Err(PktError::Length)
}

/// Forwards what may be, and tells the client what the upstream said.
fn push(runtime: &Runtime, task: &Task, asked: &Asked, report: &Report) -> Results {
    let commands = &asked.commands;
    match try_push(runtime, task, asked, report) {
        Ok(Answer { refs, words }) => {
            if !words.is_empty() {
                tell(&mut std::io::stderr(), words.trim_end_matches('\n'));
            }
            commands
                .iter()
                .map(|command| result(command, &refs))
                .collect()
        }
        Err(refusal) => {
            tell(&mut std::io::stderr(), &refusal.to_string());
            let all = commands.iter();
            all.map(|command| (command.name.clone(), Err(refusal.clone())))
                .collect()
        }
    }
}

/// Forwards what may be; nobody else writes to the mirror meanwhile.
fn try_push(
    runtime: &Runtime,
    task: &Task,
    asked: &Asked,
    report: &Report,
) -> Result<Answer, Refusal> {
    let Asked { commands, together } = asked;
    scanned(commands, report)?;
    let path = task.folders().lock(&task.remote);
    let lock = runtime.block_on(MirrorLock::take(&path, LOCK_TIMEOUT));
    let _lock = lock.map_err(|error| Refusal::broken(&error))?;
    let (git, upstream) = (task.git(), task.upstream());
    // The upstream may have moved since the first look, and the mirror with it.
    let (theirs, present) = runtime.block_on(async {
        tokio::join!(
            listings::upstreams(&git, &upstream, Company::Callers),
            listings::mirrored(&git, Company::Callers)
        )
    });
    let (theirs, present) = (theirs?, present.map_err(|error| Refusal::broken(&error))?);
    let measure = Measure {
        policy: &task.push,
        head: theirs.head.as_deref(),
        present: &present,
    };
    let granted = grant(runtime, &git, measure, commands)?;
    let base = Base::read(&task.base);
    let base = base.map_err(|error| Refusal::broken(&error))?;
    still_there(runtime, &git, &base, &theirs)?;
    let answer = forward(runtime, &git, &upstream, (&granted, *together))?;
    follow(runtime, &git, &granted, &answer);
    Ok(answer)
}

/// Every id was scanned for the ref that it is to go to.
fn scanned(commands: &[PushCommand], report: &Report) -> Result<(), Refusal> {
    let approved: BTreeMap<&str, &str> = report
        .approved
        .iter()
        .map(|each| (each.name.as_str(), each.new.as_str()))
        .collect();
    let known =
        |command: &PushCommand| approved.get(command.name.as_str()) == Some(&command.new.as_str());
    if commands.iter().all(known) {
        return Ok(());
    }
    Err(Refusal::new(
        Code::FailClosed,
        "this is not what was scanned, so it is not forwarded",
    ))
}

fn result(
    command: &PushCommand,
    refs: &BTreeMap<String, Result<(), String>>,
) -> (String, Result<(), Refusal>) {
    let result = match refs.get(&command.name) {
        Some(Ok(())) => Ok(()),
        Some(Err(reason)) => Err(Refusal::new(Code::Upstream, reason)),
        None => Err(Refusal::new(
            Code::Upstream,
            "the upstream did not answer for this ref",
        )),
    };
    (command.name.clone(), result)
}

/// Moves the mirror's refs to where the upstream's are now. Should that fail, the push has arrived all the same, and the
/// next refresh mends the mirror.
fn follow(runtime: &Runtime, git: &Git, granted: &[Granted<'_>], answer: &Answer) {
    for Granted { command, change } in granted {
        let PushCommand { old, new, name } = command;
        if answer.refs.get(name) != Some(&Ok(())) || !is_mirrored(name) {
            continue;
        }
        let update = match change {
            RefChange::Delete => git.command(["update-ref", "-d", name, old]),
            RefChange::Create | RefChange::Forward | RefChange::Rewrite => {
                git.command(["update-ref", name, new, old])
            }
        };
        let ran = runtime.block_on(run_beside(update, LOCAL_TIMEOUT, MAX_OUTPUT_BYTES));
        if let Err(error) = ran.and_then(crate::run::Ran::good) {
            tell(
                &mut std::io::stderr(),
                &format!("the push has arrived; the mirror follows with the next fetch ({error})"),
            );
        }
    }
}

/// Writes into the report what became of each ref.
fn note(report: &mut Report, results: &Results) {
    for (name, result) in results {
        let shown = shown(name);
        if let Err(refusal) = result {
            report.code = Some(refusal.code);
        }
        for each in report
            .push
            .refs
            .iter_mut()
            .filter(|each| each.name == shown)
        {
            each.result = match result {
                Ok(()) => "ok".to_owned(),
                Err(refusal) => refusal.code.to_string(),
            };
        }
    }
}

/// Tells git what became of each ref.
fn answer(output: &mut impl Write, results: &Results) -> Result<(), PktError> {
    for (name, result) in results {
        let line = match result {
            Ok(()) => format!("ok {name}"),
            Err(refusal) => {
                let reason = refusal.to_string().replace('\n', " ");
                let reason: String = reason.chars().take(MAX_WORDS_LINE).collect();
                format!("ng {name} {reason}")
            }
        };
        pkt::write(output, &Pkt::Data(line.into_bytes()))?;
    }
    pkt::write(output, &Pkt::Flush)?;
    output.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Approved;

    fn conversation(pkts: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in pkts {
            let pkt = if text.is_empty() {
                Pkt::Flush
            } else {
                Pkt::Data(text.as_bytes().to_vec())
            };
            pkt::write(&mut bytes, &pkt).unwrap();
        }
        bytes
    }

    fn command(name: &str, digit: &str) -> PushCommand {
        let line = format!("{} {} {name}", "0".repeat(40), digit.repeat(40));
        PushCommand::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn asks_as_githooks_says() {
        let line = format!("{} {} refs/heads/a\n", "0".repeat(40), "1".repeat(40));
        let input = conversation(&["version=1\0atomic\n", "", &line, ""]);
        let mut output = Vec::new();
        let asked = ask(&mut input.as_slice(), &mut output, 1).unwrap();
        assert_eq!(asked.together, Together::Yes);
        assert_eq!(asked.commands, [command("refs/heads/a", "1")]);
        assert_eq!(output, conversation(&["version=1\0atomic\n", ""]));
        for bad in [
            conversation(&["version=2\n", ""]),
            conversation(&["version=1\n", "", &line, &line, ""]),
            conversation(&["version=1\n"]),
        ] {
            assert!(ask(&mut bad.as_slice(), &mut Vec::new(), 1).is_err());
        }
    }

    #[test]
    fn only_what_was_scanned_is_forwarded() {
        let commands = [command("refs/heads/a", "1")];
        let approved = |name: &str, digit: &str| Report {
            approved: vec![Approved {
                name: name.to_owned(),
                new: digit.repeat(40),
            }],
            ..Report::default()
        };
        assert!(scanned(&commands, &approved("refs/heads/a", "1")).is_ok());
        for report in [
            Report::default(),
            approved("refs/heads/a", "2"),
            approved("refs/heads/b", "1"),
        ] {
            assert_eq!(
                scanned(&commands, &report).unwrap_err().code,
                Code::FailClosed
            );
        }
    }

    #[test]
    fn answers_ref_by_ref() {
        let results = vec![
            ("refs/heads/a".to_owned(), Ok(())),
            (
                "refs/heads/b".to_owned(),
                Err(Refusal::new(Code::Upstream, "fetch\nfirst")),
            ),
        ];
        let mut output = Vec::new();
        answer(&mut output, &results).unwrap();
        let expected = [
            "ok refs/heads/a",
            "ng refs/heads/b git.upstream: fetch first",
            "",
        ];
        assert_eq!(output, conversation(&expected));
    }
}
