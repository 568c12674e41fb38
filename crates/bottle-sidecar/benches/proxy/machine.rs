//! What the figures were measured on.

use std::fs;

use crate::limits::IDLE_WATCH;

/// The processor and the number of its cores, as Linux tells them.
pub(crate) fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let name = field("model name").unwrap_or_else(|| "unknown processor".to_owned());
    let speed = field("cpu MHz").unwrap_or_else(|| "?".to_owned());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{name}, {speed} MHz, {cores} cores")
}

/// How much of the machine was not idle during a moment of watching, in percent.
pub(crate) async fn busy() -> u64 {
    let before = times();
    tokio::time::sleep(IDLE_WATCH).await;
    let after = times();
    let all = after.all.saturating_sub(before.all).max(1);
    let idle = after.idle.saturating_sub(before.idle);
    100_u64.saturating_sub(idle * 100 / all)
}

/// Processor time since the machine started.
#[derive(Default)]
struct Times {
    all: u64,
    idle: u64,
}

fn times() -> Times {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let numbers = line.split_whitespace().skip(1);
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in `user` already.
    let numbers: Vec<u64> = numbers
        .take(8)
        .filter_map(|text| text.parse().ok())
        .collect();
    Times {
        all: numbers.iter().sum(),
        idle: numbers.iter().skip(3).take(2).sum(),
    }
}
