//! `pre-receive`: nothing of the push is anywhere yet but in git's quarantine. What is refused here is gone.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::change::{Granted, Measure, grant};
use super::command::{PushCommand, read_all};
use super::task::Task;
use crate::base::Base;
use crate::config::read_releases;
use crate::git::{Git, Quarantine};
use crate::limits::{MAX_PUSH_TIME, SCAN_TIMEOUT};
use crate::listings;
use crate::record::{Approved, Found, Push, PushedRef, Report, seconds, shown, since};
use crate::refusal::{Code, Refusal};
use crate::run::Company;
use crate::scan::{Advice, Finding, ScanRequest, scan_push};

/// Judges the refs of the push and scans its objects; an error refuses all of it.
pub(super) fn run(runtime: &Runtime, task: &Task, quarantine: Quarantine) -> Result<(), Refusal> {
    let commands = read_all(&mut std::io::stdin().lock(), task.push.max_refs);
    let (mut report, start) = (Report::default(), Instant::now());
    let judged = commands.and_then(|commands| {
        report.push.refs = commands.iter().map(pushed).collect();
        in_time(task)?;
        let git = task.git().within(quarantine);
        let present = runtime.block_on(listings::mirrored(&git, Company::Callers));
        let present = present.map_err(|error| Refusal::broken(&error))?;
        let measure = Measure {
            policy: &task.push,
            head: task.head.as_deref(),
            present: &present,
        };
        let granted = grant(runtime, &git, measure, &commands)?;
        let base = Base::of(&present);
        base.write(&task.base)
            .map_err(|error| Refusal::broken(&error))?;
        scan(task, &git, (&granted, &base), &mut report.push)?;
        Ok(commands)
    });
    report.push.scan_ms = since(start);
    match judged {
        Ok(commands) => {
            report.approved = commands.into_iter().map(approved).collect();
            leave(&report, task)
        }
        Err(refusal) => {
            report.code = Some(refusal.code);
            for each in &mut report.push.refs {
                each.result = refusal.code.to_string();
            }
            leave(&report, task)?;
            Err(refusal)
        }
    }
}

/// What the upstream had long ago may be what somebody has since taken away there: such objects would go unscanned.
fn in_time(task: &Task) -> Result<(), Refusal> {
    let age = Duration::from_secs(seconds().abs_diff(task.asked));
    if age <= MAX_PUSH_TIME {
        return Ok(());
    }
    let words = format!(
        "the push took {} s to arrive, and {} are the most: push again, or less at once",
        age.as_secs(),
        MAX_PUSH_TIME.as_secs()
    );
    Err(Refusal::new(Code::Limits, words))
}

fn leave(report: &Report, task: &Task) -> Result<(), Refusal> {
    let left = report.write(&task.report);
    left.map_err(|error| Refusal::broken(&error))
}

fn pushed(command: &PushCommand) -> PushedRef {
    let PushCommand { old, new, name } = command;
    PushedRef {
        name: shown(name),
        old: old.clone(),
        new: new.clone(),
        result: "unknown".to_owned(),
    }
}

fn approved(command: PushCommand) -> Approved {
    let PushCommand { old: _, new, name } = command;
    Approved { name, new }
}

/// Looks at every object that would leave, and tells the client what must not.
fn scan(
    task: &Task,
    git: &Git,
    (granted, base): (&[Granted<'_>], &Base),
    push: &mut Push,
) -> Result<(), Refusal> {
    let staying = granted
        .iter()
        .map(|granted| granted.command)
        .filter(|command| !command.deletes());
    let (new, refs): (Vec<_>, Vec<_>) = staying
        .map(|command| (command.new.clone(), command.name.clone()))
        .unzip();
    if new.is_empty() {
        return Ok(());
    }
    let releases = read_releases(&task.config_dir);
    let releases = releases.map_err(|error| Refusal::broken(&error))?;
    let handed = task.handed()?;
    let request = ScanRequest {
        git,
        remote: &task.remote,
        new: &new,
        base,
        refs: &refs,
        releases: &releases,
        known: &handed.known,
        limits: &task.push,
        deadline: Instant::now() + SCAN_TIMEOUT,
    };
    let report = scan_push(&request);
    let report = report.map_err(|error| Refusal::new(Code::of_scan(error.code()), error))?;
    push.objects = report.objects;
    push.scanned_bytes = report.bytes;
    push.released = report.released.iter().take(MAX_LOGGED).map(found).collect();
    push.already_upstream = report.already_upstream;
    if report.findings.is_empty() {
        return Ok(());
    }
    push.findings = report.findings.iter().take(MAX_LOGGED).map(found).collect();
    let advice = Advice {
        remote: &task.remote,
        identity: task.identity.as_deref().unwrap_or("IDENTITY"),
    };
    // A client that has gone reads nothing; the push is refused all the same.
    let _ = report.write(advice, &mut std::io::stderr());
    Err(refusal(&report.findings))
}

/// Findings that one line of the log has at most.
const MAX_LOGGED: usize = 50;

fn found(finding: &Finding) -> Found {
    Found {
        rule: finding.rule.to_owned(),
        object: finding.object.map(|object| object.to_string()),
        path: finding.path().map(shown),
        line: finding.line(),
    }
}

/// The refusal of a push with findings: for secrets, if there is one among them.
fn refusal(findings: &[Finding]) -> Refusal {
    let codes = findings.iter().map(|finding| Code::of_scan(finding.code()));
    let code = codes.reduce(
        |first, next| {
            if next == Code::Secret { next } else { first }
        },
    );
    Refusal::new(
        code.unwrap_or(Code::Unscannable),
        "nothing of this push has left the bottle",
    )
}
