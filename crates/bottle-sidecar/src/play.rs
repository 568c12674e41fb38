//! Playing a service from start to stop.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result};
use bottle_git_gate::{GitGate, Hook, Line};
use bottle_proxy::{DecisionLog, Egress, Pipelock, Stop, Stopper, make_authority};
use bottle_supervise::Supervise;
use tokio::runtime::Builder;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing_subscriber::EnvFilter;

use crate::args::{GateArgs, ServiceArgs};
use crate::signals::{Signals, Wish};
use crate::{environment, put};

/// A stop takes no longer than this, whatever connections are doing.
const STOP_TIMEOUT: Duration = Duration::from_millis(900);

/// Threads that move bytes, on however large a machine: a proxy serves one agent, and each thread costs memory.
const WORKERS: usize = 2;

/// Plays egress.
pub(crate) fn egress(args: &ServiceArgs) -> Result<()> {
    let settings = environment::egress(args)?;
    prepare(args)?;
    play(|log| async move {
        let service = Egress::start(settings, log).await?;
        let (address, reload) = (service.local_addr()?, service.reloader());
        tracing::info!(%address, "egress listens");
        Ok((move |stop| service.run(stop), reload))
    })
}

/// Plays pipelock.
pub(crate) fn pipelock(args: &ServiceArgs) -> Result<()> {
    let settings = environment::pipelock(args)?;
    prepare(args)?;
    play(|log| async move {
        let service = Pipelock::start(settings, log).await?;
        let (address, reload) = (service.local_addr()?, service.reloader());
        tracing::info!(%address, "pipelock listens");
        Ok((move |stop| service.run(stop), reload))
    })
}

/// Plays git-gate.
pub(crate) fn git_gate(args: &GateArgs) -> Result<()> {
    let settings = environment::git_gate(args)?;
    if args.service.config.is_some() {
        put::make_folder(&settings.run_dir)?;
    }
    play(|log| async move {
        let sink = move |line: &Line| log.write(line);
        let service = GitGate::start(settings, Box::new(sink)).await?;
        let (address, reload) = (service.local_addr()?, service.reloader());
        tracing::info!(%address, "git-gate listens");
        let run = move |mut stop: Stop| service.run(async move { stop.requested().await });
        Ok((run, reload))
    })
}

/// Plays the server through which an agent asks for more. It has no policy that could be read again.
pub(crate) fn supervise() -> Result<()> {
    let settings = environment::supervise()?;
    play(|log| async move {
        let sink = move |line: &bottle_supervise::Line| log.write(line);
        let service = Supervise::start(settings, Box::new(sink)).await?;
        let address = service.local_addr()?;
        tracing::info!(%address, "supervise listens");
        let run = move |mut stop: Stop| service.run(async move { stop.requested().await });
        Ok((run, || {}))
    })
}

/// Plays a hook of git, which is told in its exit code whether to go on.
pub(crate) fn hook(name: &str) -> Result<()> {
    let hook = Hook::called(name).with_context(|| format!("no hook is called {name}"))?;
    let (task, variables) = environment::hook();
    if !hook.run(task.as_deref(), variables) {
        // The client has been told why.
        std::process::exit(1);
    }
    Ok(())
}

/// A service that runs alone has nobody who made its authority, and the folder for its secrets.
fn prepare(args: &ServiceArgs) -> Result<()> {
    let Some(config) = &args.config else {
        return Ok(());
    };
    put::make_folder(&environment::run_dir_of(args))?;
    make_authority(config).context("cannot make the authority of the service")
}

/// Sleeps until asked to stop.
pub(crate) fn hold() -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        while signals.next().await != Wish::Stop {}
        Ok(())
    })
}

/// Starts a service, reloads it when asked, stops it when asked.
fn play<Start, Starting, Run, Running, Reload>(start: Start) -> Result<()>
where
    Start: FnOnce(DecisionLog) -> Starting,
    Starting: Future<Output = Result<(Run, Reload)>>,
    Run: FnOnce(Stop) -> Running,
    Running: Future<Output = ()> + Send + 'static,
    Reload: Fn(),
{
    log_to_stderr()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let log = DecisionLog::to(std::io::stdout());
    let result = runtime.block_on(async {
        let mut signals = Signals::listen().context("cannot listen to signals")?;
        let (run, reload) = start(log.clone()).await?;
        let (stopper, stop) = Stopper::new();
        let running = tokio::spawn(run(stop));
        obey(&mut signals, running, &stopper, reload).await
    });
    runtime.shutdown_background();
    log.close();
    result
}

async fn obey(
    signals: &mut Signals,
    mut running: JoinHandle<()>,
    stopper: &Stopper,
    reload: impl Fn(),
) -> Result<()> {
    loop {
        tokio::select! {
            ended = &mut running => return ended.context("the service broke down"),
            wish = signals.next() => match wish {
                Wish::Reload => reload(),
                Wish::Stop => break,
            },
        }
    }
    stopper.stop();
    // Connections that do not finish in time are cut.
    let _ = timeout(STOP_TIMEOUT, running).await;
    Ok(())
}

fn log_to_stderr() -> Result<()> {
    let filter = EnvFilter::try_new(environment::log_filter()).context("unusable log filter")?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // Played from within another program the log may be set up already.
    let _ = subscriber.try_init();
    Ok(())
}
