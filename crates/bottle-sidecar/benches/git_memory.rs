//! What a push of a file that is made to be expensive takes of git-gate: memory of all its processes, and time.
//!
//!     cargo bench -p bottle-sidecar --bench git_memory [-- --quick]
//!
//! It needs git, an sshd and Linux' `/proc`, where memory is read every few milliseconds. Files have 32 MiB, the most that is looked at;
//! with `--quick` one, and its figures mean nothing.

#[cfg(test)]
#[path = "../tests/git_gate/world.rs"]
#[expect(dead_code, reason = "the tests need more of it")]
mod world;

#[cfg(test)]
#[path = "git_memory/hostile.rs"]
mod hostile;

fn main() {
    #[cfg(test)]
    measure::run();
}

#[cfg(test)]
mod measure {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use clap::Parser;

    use super::hostile::{File, LONGEST, files};
    use super::world::World;

    /// How often memory is read.
    const STEP: Duration = Duration::from_millis(5);
    /// The gate's program, as the system cuts its name.
    const GATE: &str = "(bottle-sidecar)";

    /// Measures pushes of files that are made to be expensive.
    #[derive(Debug, Parser)]
    #[command(name = "git_memory")]
    struct Options {
        /// A smoke run: small files. Its figures mean nothing.
        #[arg(long)]
        quick: bool,
        /// `cargo bench` says this to every bench.
        #[arg(long, hide = true)]
        bench: bool,
    }

    pub(super) fn run() {
        let Options { quick, bench: _ } = Options::parse();
        let length = if quick { LONGEST / 64 } else { LONGEST };
        println!("{:44}{:>8}{:>10}  the push", "a file of", "s", "MiB");
        let files = files(length);
        for file in &files {
            measure(&[file]);
        }
        // One that waits while another is looked at weighs, too.
        measure(&files.iter().collect::<Vec<_>>());
    }

    /// Pushes files in one commit, to a gate of their own.
    fn measure(files: &[&File]) {
        let world = World::new();
        let folder = world.seeded();
        for (number, file) in files.iter().enumerate() {
            fs::write(
                folder.join(format!("{number}-{}", file.name)),
                &file.content,
            )
            .unwrap();
        }
        world.git(&folder, &["add", "--all"]);
        world.git(&folder, &["commit", "--quiet", "-m", "files"]);
        let (most, done) = (AtomicU64::new(0), AtomicBool::new(false));
        let (time, ok, said) = thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    most.fetch_max(memory(), Ordering::Relaxed);
                    thread::sleep(STEP);
                }
            });
            let start = Instant::now();
            let (ok, said) = world.try_git(&folder, &["push", "origin", "HEAD:refs/heads/x"]);
            done.store(true, Ordering::Relaxed);
            (start.elapsed(), ok, said)
        });
        let what = match files {
            [file] => file.what.to_owned(),
            files => format!("all {} of them in one push", files.len()),
        };
        println!(
            "{what:44}{:>8.1}{:>10}  {}",
            time.as_secs_f64(),
            most.load(Ordering::Relaxed) / 1024,
            if ok { "passes" } else { reason(&said) }
        );
    }

    fn reason(said: &str) -> &str {
        let codes = ["git.secret", "git.unscannable", "git.limits", "internal."];
        codes
            .into_iter()
            .find(|code| said.contains(code))
            .unwrap_or(said)
    }

    /// What the gate and all that it has started hold that is in no file, in KiB.
    fn memory() -> u64 {
        let mut parents = BTreeMap::new();
        let mut ours = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let path = entry.path();
            let Ok(stat) = fs::read_to_string(path.join("stat")) else {
                continue;
            };
            let (front, rest) = stat.rsplit_once(')').unwrap();
            let id: u32 = front.split(' ').next().unwrap().parse().unwrap();
            let parent: u32 = rest.split(' ').nth(2).unwrap().parse().unwrap();
            if parent == std::process::id() && format!("{front})").ends_with(GATE) {
                ours.push(id);
            }
            parents.insert(id, parent);
        }
        let mut next = 0;
        while next < ours.len() {
            let parent = ours[next];
            let children = parents.iter().filter(|(_, each)| **each == parent);
            ours.extend(children.map(|(id, _)| *id));
            next += 1;
        }
        ours.iter()
            .map(|id| held(&Path::new("/proc").join(id.to_string())))
            .sum()
    }

    fn held(process: &Path) -> u64 {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let fields = status.lines().filter_map(|line| line.split_once(':'));
        let held = fields.filter(|(name, _)| ["RssAnon", "RssShmem"].contains(name));
        let sizes =
            held.filter_map(|(_, value)| value.split_whitespace().next()?.parse::<u64>().ok());
        sizes.sum()
    }
}
