//! One run of one bottle, from the manifest to the exit code: what `start` and `run` share.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use bottle_core::{AgentName, Secret, Workspace};
use bottle_docker::Docker;
use bottle_run::backend::{DownScope, ExecIo, ExecOutcome};
use bottle_run::workspace::Source;
use bottle_run::{
    AskedValues, Checked, Conduct, Ended, Fate, GitKeys, HostValues, KeptBecause, NotYet,
    PrepareRequest, Prepared, RunError, Running, Settled, Step, SystemEntropy, UpstreamSettings,
};
use bottle_state::Metadata;
use time::OffsetDateTime;

use crate::args::StartOptions;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::printer::{Printer, Progress};
use crate::timings::Timings;
use crate::{engine, environment, preflight, signals, skills, sweep, timings};

/// What is to be started.
#[derive(Debug, Clone)]
pub(crate) enum Subject<'a> {
    /// A new bottle of an agent, where the command was typed.
    New(&'a AgentName),
    /// A kept one, as it was.
    Kept(&'a Metadata),
}

/// Looks at everything that can fail and touches nothing.
pub(crate) async fn check(
    host: &HostSide,
    subject: Subject<'_>,
) -> anyhow::Result<(Docker, Checked)> {
    let (agent, cwd, resume) = match subject {
        Subject::New(agent) => (agent, &host.cwd, None),
        Subject::Kept(metadata) => {
            let identity = metadata.identity.clone();
            (&metadata.agent, &metadata.cwd, Some(identity))
        }
    };
    let plan = host.manifests_at(cwd)?.plan(agent);
    let plan = plan.map_err(crate::invalid)?;
    if let Some(missing) = skills::missing(&plan.skills).first() {
        return Err(crate::invalid(missing.clone()));
    }
    NotYet::check(&plan).map_err(crate::invalid)?;
    // What the operator can mend at once is told first, with or without an engine.
    let host_values = HostValues::gather(&plan, environment::value);
    host_values.complete(&plan)?;
    let git_keys = GitKeys::read(&plan, environment::user_home().as_deref());
    let git_keys = git_keys.map_err(crate::invalid)?;
    let docker = engine::connect().await?;
    docker.expect_sidecar_image();
    let request = PrepareRequest {
        host_values,
        git_keys,
        plan,
        home: host.home.clone(),
        cwd: cwd.clone(),
        resume,
        upstream: UpstreamSettings::default(),
        now: OffsetDateTime::now_utc(),
    };
    let checked = bottle_run::check(&docker, request, &mut SystemEntropy).await?;
    Ok((docker, checked))
}

/// Shows what is going to be started, and asks. `None` when it may be; else how the command ends.
pub(crate) fn agree(
    host: &HostSide,
    checked: &Checked,
    how: StartOptions,
) -> anyhow::Result<Option<Exit>> {
    let shown = preflight::render(checked.plan(), checked.folded());
    if how.dry_run {
        host.printer.data(&shown);
        return Ok(Some(Exit::Fine));
    }
    host.printer.say(shown.trim_end());
    if matches!(checked.plan().workspace, Workspace::Copy | Workspace::Mount) {
        let path = checked.cwd().display().to_string();
        host.printer
            .say(&format!("the folder is {}", bottle_core::visible(&path)));
    }
    if let Some(source) = checked.source() {
        host.printer.say(&cloned(source));
    }
    if let (image, true) = checked.image() {
        host.printer.say(&format!("{image} is built first"));
    }
    let agreed = how.yes || preflight::confirm(host.printer, "Start?").map_err(crate::invalid)?;
    Ok((!agreed).then_some(Exit::No))
}

/// What the clone of a repository will hold.
fn cloned(source: &Source) -> String {
    let short = source.commit.get(..12).unwrap_or(&source.commit);
    let branch = source.branch.as_deref().unwrap_or("no branch");
    let mut text = format!("cloned is {short} ({})", bottle_core::visible(branch));
    for (count, what) in [
        (
            source.uncommitted,
            "files with changes that are not committed",
        ),
        (source.submodules, "submodules"),
    ] {
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, ", without {count} {what}");
        }
    }
    text
}

/// A command of a preset.
pub(crate) fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|word| (*word).to_owned()).collect()
}

/// There is nobody to talk to the agent's program, or to a shell.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to attach; name a command after `--` to run without one")]
pub(crate) struct NoTerminal;

/// How a session is joined to this process: to its terminal, or, where a command is named, without one.
pub(crate) fn joined(command: &[String]) -> Result<ExecIo, NoTerminal> {
    match (has_terminal(), command.is_empty()) {
        (true, _) => Ok(ExecIo::Terminal),
        (false, false) => Ok(ExecIo::Inherit),
        (false, true) => Err(NoTerminal),
    }
}

/// Whether a session can be joined to a terminal.
pub(crate) fn has_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// A bottle whose folder is written, and the operator's wish to end, which is listened to from before that on: writing it
/// may mean to clone a repository.
pub(crate) struct Ready {
    prepared: Prepared,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Asks for the values that the manifest leaves to the operator, and writes the state folder.
pub(crate) fn prepare(printer: Printer, checked: Checked) -> anyhow::Result<Ready> {
    let mut asked = AskedValues::none();
    for question in checked.questions() {
        let prompt = if question.prompt.is_empty() {
            question.name.to_string()
        } else {
            question.prompt
        };
        let prompt = bottle_core::visible(&prompt);
        printer.ask(&format!("{prompt}: "));
        let answer = rpassword::read_password()
            .with_context(|| format!("cannot ask for {}: is there a terminal?", question.name))?;
        let answer = Secret::new(answer)
            .with_context(|| format!("the value for {} cannot be used", question.name))?;
        asked.insert(question.name, answer);
    }
    let stop = Box::pin(signals::stop().context("cannot listen to signals")?);
    let prepared = checked.commit(&asked, &mut SystemEntropy)?;
    Ok(Ready { prepared, stop })
}

/// A command, how it is joined to this process, and whether it is told afterwards how long all of it took.
pub(crate) struct Job {
    pub(crate) argv: Vec<String>,
    pub(crate) io: ExecIo,
    pub(crate) timings: Option<Timings>,
}

/// Runs a command in the agent's container and takes the bottle down again.
pub(crate) async fn run(
    printer: Printer,
    docker: &Docker,
    ready: Ready,
    job: Job,
) -> anyhow::Result<Exit> {
    let Job { argv, io, timings } = job;
    let Ready { prepared, stop } = ready;
    let before = timings.map(Timings::so_far);
    let extra = if io == ExecIo::Terminal {
        environment::terminal()
    } else {
        Vec::new()
    };
    let work = async |running: &Running<'_, Docker>| -> Result<(ExecOutcome, Fate), RunError> {
        let outcome = running.session(argv, io, extra).await?;
        let fate = Fate::of_exit_code(outcome.code);
        Ok((outcome, fate))
    };
    let steps = Steps::new(printer);
    // In a script, standard error is the command's.
    let watched = io::stderr().is_terminal();
    let conduct = Conduct {
        backend: docker,
        stop,
        teardown: DownScope::Containers,
        observer: &|step| {
            if watched {
                steps.show(step);
            }
        },
        output: &|line| steps.print(line),
    };
    let ended = prepared.run(conduct, work).await;
    sweep::later(&ended.removed);
    steps.clear();
    report(printer, &ended);
    if let (Some(timings), Some(before)) = (timings, before) {
        let times = (before, timings.so_far(), docker.spent());
        printer.say(timings::table(&ended, times).trim_end());
    }
    match ended.result {
        Ok(outcome) => Ok(Exit::Inner(outcome.code)),
        Err(RunError::Interrupted) => Ok(Exit::Interrupted),
        Err(error) => Err(error.into()),
    }
}

/// Says what is left.
pub(crate) fn report<T, E>(printer: Printer, ended: &Ended<T, E>) {
    let Ended {
        identity,
        teardown,
        settled,
        ..
    } = ended;
    for error in teardown {
        printer.warn(&bottle_core::causes(error));
    }
    match settled {
        Settled::Removed => {}
        Settled::Kept { path, why } => {
            let words = match why {
                KeptBecause::Changes => "its clone has changes",
                KeptBecause::Preserved => "it is marked to be kept",
                KeptBecause::TeardownFailed => "not everything is gone: see `bottle cleanup`",
                _ => "it did not end well",
            };
            printer.say(&format!(
                "{identity}: its logs and files are in {} ({words})",
                path.display()
            ));
            if *why == KeptBecause::Changes {
                printer.say(&format!(
                    "  bottle diff {identity}      shows them\n  bottle apply {identity}     brings them into the repository"
                ));
            }
            if *why != KeptBecause::TeardownFailed {
                printer.say(&format!("  bottle resume {identity}    goes on with it"));
            }
        }
    }
}

/// What is under way, on the terminal's last line while no command runs in it.
pub(crate) struct Steps {
    printer: Printer,
    progress: Mutex<Option<Progress>>,
}

impl Steps {
    pub(crate) const fn new(printer: Printer) -> Self {
        Self {
            printer,
            progress: Mutex::new(None),
        }
    }

    pub(crate) fn show(&self, step: Step) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if step == Step::Session {
            *progress = None;
            return;
        }
        match &*progress {
            Some(progress) => progress.step(self.printer, &step.to_string()),
            None => *progress = Some(self.printer.progress(&step.to_string())),
        }
    }

    /// A line above what is under way.
    pub(crate) fn print(&self, line: &str) {
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match &*progress {
            Some(progress) => progress.print(self.printer, line),
            None => self.printer.say(line),
        }
    }

    pub(crate) fn clear(&self) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
