//! What a proxy and its helpers use, as Linux tells it in `/proc`.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use crate::limits::MAX_TREE;

/// The unit of processor times in `/proc` (`USER_HZ`), the same on every machine that we build for.
const TICK: Duration = Duration::from_millis(10);

/// A process and all that it started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tree(pub(crate) u32);

/// One line of `/proc/PID/stat`, as far as it matters.
struct Stat {
    parent: u32,
    ticks: u32,
}

impl Tree {
    /// User and system time so far.
    pub(crate) fn processor_time(self) -> Duration {
        let ticks = self.members().into_iter().filter_map(stat);
        ticks.map(|stat| TICK * stat.ticks).sum()
    }

    /// Memory in KiB, what is shared divided by those who share it (PSS).
    pub(crate) fn memory(self) -> u32 {
        self.members().into_iter().filter_map(memory).sum()
    }

    fn members(self) -> Vec<u32> {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for process in processes() {
            if let Some(stat) = stat(process) {
                children.entry(stat.parent).or_default().push(process);
            }
        }
        let (mut found, mut next) = (Vec::new(), vec![self.0]);
        while let Some(process) = next.pop()
            && found.len() < MAX_TREE
        {
            next.extend(children.remove(&process).unwrap_or_default());
            found.push(process);
        }
        found
    }
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn stat(process: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before the last parenthesis may hold anything.
    let (_, rest) = text.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(1);
    let parent = fields.next()?.parse().ok()?;
    let mut times = fields.skip(9);
    let mut time = || times.next()?.parse::<u32>().ok();
    Some(Stat {
        parent,
        ticks: time()? + time()?,
    })
}

fn memory(process: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().trim_end_matches(" kB").trim_end().parse().ok()
}
