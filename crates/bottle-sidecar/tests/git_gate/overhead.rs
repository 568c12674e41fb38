//! What the gate costs. Run by hand, with optimisation and on a quiet machine:
//! `cargo test --release -p bottle-sidecar --test git_gate -- --ignored --nocapture overhead`.

use std::time::{Duration, Instant};

use super::world::World;

/// Pushes of each kind; they take turns, so that both meet the same machine.
const ROUNDS: usize = 15;

#[test]
#[ignore = "a measurement, for a quiet machine"]
fn overhead_of_a_small_push() {
    let world = World::new();
    let folder = world.seeded();
    let (mut direct, mut gated) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        world.commit(&folder, "a", &format!("direct {round}\n"));
        let start = Instant::now();
        world.push_directly(&folder, "HEAD:refs/heads/direct");
        direct.push(start.elapsed());
        world.commit(&folder, "a", &format!("gated {round}\n"));
        let start = Instant::now();
        world.git(
            &folder,
            &["push", "--quiet", "origin", "HEAD:refs/heads/gated"],
        );
        gated.push(start.elapsed());
    }
    let (direct, gated) = (median(direct), median(gated));
    println!("a small push, median of {ROUNDS}: direct {direct:?}, through the gate {gated:?}");
    assert!(
        gated < direct + Duration::from_secs(2),
        "the gate is far from free"
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
