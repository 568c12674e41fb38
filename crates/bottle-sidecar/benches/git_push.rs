//! What git-gate costs: a small clean push through it, beside the same push straight to another repository of the same sshd.
//!
//!     cargo bench -p bottle-sidecar --bench git_push [-- --quick | --rounds N]
//!
//! It needs git and an sshd. The pushes take turns, so that both meet the same machine; the table shows medians, and of
//! the gate's the phases that its decision log has. With `--quick` it says whether it runs; its figures mean nothing.

#[cfg(test)]
#[path = "../tests/git_gate/world.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod world;

fn main() {
    #[cfg(test)]
    measure::run();
}

#[cfg(test)]
mod measure {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use clap::Parser;
    use serde_json::Value;

    use super::world::{World, wait_for};

    /// Measures a small push through git-gate beside one without it.
    #[derive(Debug, Parser)]
    #[command(name = "git_push")]
    struct Options {
        /// Pushes of each kind.
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
        rounds: u32,
        /// A smoke run: one round. Its figures mean nothing.
        #[arg(long)]
        quick: bool,
        /// `cargo bench` says this to every bench.
        #[arg(long, hide = true)]
        bench: bool,
    }

    pub(super) fn run() {
        let Options {
            rounds,
            quick,
            bench: _,
        } = Options::parse();
        let rounds = if quick { 1 } else { rounds };
        let world = World::new();
        let folder = world.seeded();
        // Another one than the gate's, which would have to catch up with it.
        world.make_upstream("two");
        push_directly(&world, &folder, u32::MAX);
        let (mut direct, mut gated) = (Vec::new(), Vec::new());
        // The first round meets cold caches.
        for round in 0..=rounds {
            let times = (
                push_directly(&world, &folder, round),
                push(&world, &folder, round),
            );
            if round > 0 {
                direct.push(times.0);
                gated.push(times.1);
            }
        }
        let (direct, gated) = (median(direct), median(gated));
        println!("a push of two small commits, ms, median of {rounds}");
        println!("{:28}{direct:>8}", "straight to the upstream");
        println!("{:28}{gated:>8}", "through git-gate");
        println!(
            "{:28}{:>8}",
            "difference",
            i128::from(gated) - i128::from(direct)
        );
        let lines = gated_lines(&world, usize::try_from(rounds).unwrap());
        for phase in ["refresh_ms", "scan_ms", "forward_ms", "duration_ms"] {
            let times: Vec<_> = lines
                .iter()
                .map(|line| line[phase].as_u64().unwrap())
                .collect();
            println!("  {phase:26}{:>8}", median(times));
        }
    }

    /// As somebody does it who has the key.
    fn push_directly(world: &World, folder: &Path, round: u32) -> u64 {
        world.commit(folder, "a", &format!("direct {round}\n"));
        let url = format!(
            "ssh://127.0.0.1:{}{}",
            world.port,
            world.path("two.git").display()
        );
        let ssh = format!(
            "ssh -F /dev/null -i {} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
            world.path("key").display()
        );
        let mut push = world.command(folder, &["push", "--quiet", &url, "HEAD:refs/heads/main"]);
        push.env("GIT_SSH_COMMAND", ssh);
        let start = Instant::now();
        let pushed = push.status().unwrap();
        let time = milliseconds(start.elapsed());
        assert!(pushed.success(), "the push without the gate failed");
        time
    }

    fn push(world: &World, folder: &Path, round: u32) -> u64 {
        world.commit(folder, "a", &format!("gated {round}\n"));
        let start = Instant::now();
        world.git(
            folder,
            &["push", "--quiet", "origin", "HEAD:refs/heads/gated"],
        );
        milliseconds(start.elapsed())
    }

    /// What the decision log has of the rounds that count. Its last line comes a moment after the client's answer.
    fn gated_lines(world: &World, rounds: usize) -> Vec<Value> {
        wait_for("the lines of all pushes", || {
            let mut lines = world.decisions();
            lines.retain(|line| line["refs"][0]["name"] == "refs/heads/gated");
            (lines.len() > rounds).then(|| lines.split_off(1))
        })
    }

    fn milliseconds(time: Duration) -> u64 {
        u64::try_from(time.as_millis()).unwrap()
    }

    fn median(mut times: Vec<u64>) -> u64 {
        times.sort_unstable();
        times[times.len() / 2]
    }
}
