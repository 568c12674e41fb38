//! `bottle dashboard`: what waits for the operator, what bottles do, and what was decided, on one screen.
//!
//! [`model`] is a pure state machine, [`draw`] turns it into a screen, [`shell`] carries its orders out. [`feed::Source`] is
//! where facts come from and decisions go.

mod calls;
mod decoder;
mod draw;
mod errand;
mod feed;
mod host_source;
mod model;
mod once;
mod post;
#[cfg(test)]
mod samples;
mod screen;
mod shell;
mod view;

use anyhow::Context as _;
use tokio::runtime::Runtime;

use self::draw::{Charset, Colour, Ink};
use self::feed::Source as _;
use self::host_source::HostSource;
use self::once::{DECISIONS, Facts};
use self::post::Post;
use self::shell::{Left, Shell};
use crate::args::DashboardArgs;
use crate::exit::Exit;
use crate::host::HostSide;
use crate::{environment, json_text, session};

/// There is nothing to draw on.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to draw on: `bottle dashboard --once` prints the same facts plainly")]
struct NoScreen;

/// Runs the command.
pub(crate) fn run(args: &DashboardArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let source = HostSource::new(host.home.clone(), runtime.handle().clone());
    let exit = if args.once {
        once(args, host, &source)
    } else {
        on_screen(host, source, &runtime)
    };
    // Logs are read without end.
    runtime.shutdown_background();
    exit
}

fn on_screen(host: &HostSide, source: HostSource, runtime: &Runtime) -> anyhow::Result<Exit> {
    if !session::has_terminal() || !environment::has_screen() {
        return Err(crate::invalid(NoScreen));
    }
    let (post, ring) = Post::new().context("cannot make a pipe")?;
    let listening = {
        let _inside = runtime.enter();
        calls::listen(post.clone()).context("cannot listen to signals")?
    };
    runtime.spawn(listening);
    let shell = Shell::open(source, (ink(), host.printer), (post, ring));
    let left = shell
        .and_then(Shell::run)
        .context("the terminal cannot be used")?;
    Ok(match left {
        Left::Quit => Exit::Fine,
        Left::Called => Exit::Interrupted,
        Left::Fallen => Exit::Failed,
    })
}

/// How text is written on this terminal.
fn ink() -> Ink {
    let colour = if environment::no_color() {
        Colour::Unwanted
    } else {
        Colour::Wanted
    };
    let charset = if environment::is_utf8() {
        Charset::Unicode
    } else {
        Charset::Ascii
    };
    Ink { colour, charset }
}

fn once(args: &DashboardArgs, host: &HostSide, source: &HostSource) -> anyhow::Result<Exit> {
    let (waiting, survey) = (source.waiting(), source.survey());
    let (traffic, mut decisions) = source.decisions(&survey);
    decisions.drain(..decisions.len().saturating_sub(DECISIONS));
    let facts = Facts {
        waiting,
        survey,
        traffic,
        decisions,
    };
    for problem in [&facts.waiting.problem, &facts.survey.problem]
        .into_iter()
        .flatten()
    {
        host.printer.warn(&bottle_core::visible(problem));
    }
    let text = if args.json {
        json_text::pretty(&once::as_json(&facts))?
    } else {
        once::text(&facts)
    };
    host.printer.data(&text);
    Ok(Exit::Fine)
}
