//! `bottle demo`: a real bottle, judged from the inside.

use std::time::Instant;

use serde_json::json;

use crate::args::DemoArgs;
use crate::daemon;
use crate::demo::{DemoError, Row, Verdict, judge, without_engine};
use crate::exit::Exit;
use crate::host::HostSide;

/// Runs the command.
pub(crate) async fn run(args: &DemoArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let printer = host.printer;
    let since = Instant::now();
    let docker = match daemon::connect_or_start(printer).await {
        Ok(docker) => docker,
        Err(error) => {
            without_engine(printer)?;
            return Err(error.into());
        }
    };
    let rows = match judge(printer, &docker, &host.cwd).await {
        Err(DemoError::Interrupted) => return Ok(Exit::Interrupted),
        rows => rows?,
    };
    let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
    let (right, not_run) = (count(Verdict::Right), count(Verdict::NotRun));
    let tried = rows.len() - not_run;
    if args.json {
        let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
        printer.data(&format!(
            "{:#}\n",
            json!({ "rows": rows, "ok": right == tried })
        ));
    } else {
        printer.data(&crate::demo::table(printer, &rows));
    }
    printer.say(&format!(
        "{right} of {tried} rows are as they must be{}, after {:.1} s",
        if not_run > 0 {
            format!(", {not_run} was not run")
        } else {
            String::new()
        },
        since.elapsed().as_secs_f64()
    ));
    Ok(if right == tried { Exit::Fine } else { Exit::No })
}
