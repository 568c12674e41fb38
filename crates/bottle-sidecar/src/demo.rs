//! The pretend internet, the pretend forge and the probe of the demo.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use bottle_demo::forge::{FOLDER, Forge, GIVEN_FOLDER};
use bottle_demo::world::{CONTROL_PORT, World, fetch_seen};
use bottle_demo::{Step, probe};
use tokio::runtime::Runtime;

use crate::environment;
use crate::play;
use crate::signals::{Signals, Wish};

/// The longest list of steps that is read: a demo has some kilobytes.
const MAX_STEPS: u64 = 1024 * 1024;

/// Plays the world until asked to stop.
pub(crate) fn world() -> Result<()> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let mut signals = Signals::listen().context("cannot listen to signals")?;
        let world = World::start(environment::world()?).await?;
        let running = tokio::spawn(world.run());
        while signals.next().await != Wish::Stop {}
        running.abort();
        Ok(())
    })
}

/// Prints what the world in this container has seen.
pub(crate) fn seen() -> Result<()> {
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let control = SocketAddr::from((Ipv4Addr::LOCALHOST, CONTROL_PORT));
    let seen = runtime.block_on(fetch_seen(control)).context("no answer")?;
    serde_json::to_writer(std::io::stdout(), &seen).context("cannot write")
}

/// Plays the forge until asked to stop; without an ssh server there is one that nobody can reach.
pub(crate) fn forge() -> Result<()> {
    let forge = Forge::new(FOLDER);
    forge.make()?;
    forge.serve(GIVEN_FOLDER.as_ref())?;
    play::hold()
}

/// Prints what is in the forge of this container.
pub(crate) fn in_forge() -> Result<()> {
    let seen = Forge::new(FOLDER).look()?;
    serde_json::to_writer(std::io::stdout(), &seen).context("cannot write")
}

/// Does the steps that stand on standard input, a list or a single one; the answer is a list in any case.
pub(crate) fn probe(input: impl Read, output: impl Write) -> Result<()> {
    let mut text = String::new();
    input
        .take(MAX_STEPS)
        .read_to_string(&mut text)
        .context("cannot read standard input")?;
    let steps = steps(&text).context("no steps")?;
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let results = runtime.block_on(probe::run(&environment::probe(), &steps));
    serde_json::to_writer(output, &results).context("cannot write")
}

fn steps(text: &str) -> serde_json::Result<Vec<Step>> {
    if text.trim_start().starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str(text).map(|step| vec![step])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    fn answers(input: &str) -> anyhow::Result<Vec<Value>> {
        let mut output = Vec::new();
        super::probe(input.as_bytes(), &mut output)?;
        Ok(serde_json::from_slice(&output)?)
    }

    #[test]
    fn a_list_and_a_single_step_are_answered_by_a_list() {
        for (input, expected) in [
            (r#"{"do":"own"}"#, 1),
            (r#" [{"do":"own"},{"do":"own"}]"#, 2),
            ("[]", 0),
        ] {
            let answers = answers(input).unwrap();
            assert_eq!(answers.len(), expected);
            assert!(answers.iter().all(|answer| answer["did"] == "own"));
        }
    }

    #[test]
    fn what_is_no_step_is_an_error() {
        for input in ["", "x", "{}", r#"{"do":"fly"}"#, r#"[{"do":"own"}"#] {
            assert!(answers(input).is_err(), "{input}");
        }
    }
}
