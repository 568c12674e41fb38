//! One mirror: a bare repository that is brought up to date before anyone is served from it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use bottle_core::RemoteName;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::folders::Folders;
use crate::git::{Git, Surroundings};
use crate::limits::{LOCAL_TIMEOUT, LOCK_TIMEOUT, MAX_OUTPUT_BYTES, REFRESH_TIMEOUT};
use crate::listings;
use crate::lock::MirrorLock;
use crate::refs::{MIRRORED, Refs};
use crate::refusal::{Code, Refusal};
use crate::run::{Company, RunError, run};
use crate::upstream::Upstream;

/// What a refresh found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fresh {
    /// The full name of the upstream's default branch.
    pub(crate) head: Option<String>,
}

/// A mirror, and its refreshes.
#[derive(Debug)]
pub(crate) struct Mirror {
    folder: PathBuf,
    nascent: PathBuf,
    lock: PathBuf,
    git: Git,
    /// How many pushes are being received.
    receiving: std::sync::Mutex<usize>,
    /// How many connections use it, and since when nobody does.
    used: std::sync::Mutex<Used>,
    /// How many refreshes have begun.
    begun: AtomicU64,
    /// The last one that ended, by its number.
    ended: Mutex<(u64, Result<Fresh, Refusal>)>,
}

impl Mirror {
    /// The mirror of a remote. What a git that was killed has left in it is taken away: nobody works in it yet.
    pub(crate) fn open(
        folders: &Folders,
        remote: &RemoteName,
        surroundings: &Surroundings,
    ) -> io::Result<Self> {
        let (folder, nascent) = (folders.mirror(remote), folders.nascent(remote));
        remove(&nascent)?;
        clear(&folder, Leftovers::All)?;
        let nothing = Refusal::new(Code::FailClosed, "the mirror has never been refreshed");
        Ok(Self {
            git: Git::new(surroundings, &folder),
            folder,
            nascent,
            lock: folders.lock(remote),
            receiving: std::sync::Mutex::new(0),
            used: std::sync::Mutex::default(),
            begun: AtomicU64::new(0),
            ended: Mutex::new((0, Err(nothing))),
        })
    }

    /// The repository.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Git in it.
    pub(crate) fn git(&self) -> &Git {
        &self.git
    }

    /// Notes that a push is received, for as long as the answer lives. Begun before git is.
    pub(crate) fn receive(self: &Arc<Self>) -> Receiving {
        let mut receiving = self
            .receiving
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *receiving += 1;
        Receiving(Arc::clone(self))
    }

    /// Notes that a connection uses the mirror, for as long as the answer lives.
    pub(crate) fn begin_use(self: &Arc<Self>) -> InUse {
        self.count(|by| by.saturating_add(1));
        InUse(Arc::clone(self))
    }

    fn count(&self, change: impl FnOnce(usize) -> usize) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        *used = Used {
            by: change(used.by),
            since: Instant::now(),
        };
    }

    /// Whether nobody has used the mirror for that long.
    pub(crate) fn is_left_alone(&self, time: Duration) -> bool {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.by == 0 && used.since.elapsed() >= time
    }

    /// Brings the mirror up to date. Whoever asks gets a refresh that began after the question; all who asked while
    /// another one was under way share the next.
    pub(crate) async fn refresh(&self, upstream: &Upstream) -> Result<Fresh, Refusal> {
        let before = self.begun.load(Ordering::SeqCst);
        let mut ended = self.ended.lock().await;
        let (number, result) = &*ended;
        if *number > before {
            return result.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let start = Instant::now();
        let result = match timeout(REFRESH_TIMEOUT, self.refresh_now(upstream)).await {
            Ok(result) => result,
            Err(_) => Err(listings::late()),
        };
        tracing::debug!(mirror = %self.folder.display(), duration = ?start.elapsed(), ok = result.is_ok(), "refreshed");
        *ended = (number, result.clone());
        result
    }

    async fn refresh_now(&self, upstream: &Upstream) -> Result<Fresh, Refusal> {
        let lock = MirrorLock::take(&self.lock, LOCK_TIMEOUT).await;
        let _lock = lock.map_err(|error| Refusal::broken(&error))?;
        let theirs = listings::upstreams(&self.git, upstream, Company::Own).await?;
        if !self.folder.exists() {
            let made = self.make(&theirs).await;
            made.map_err(|error| Refusal::broken(&error))?;
        }
        let ours = listings::mirrored(&self.git, Company::Own).await;
        let ours = ours.map_err(|error| Refusal::broken(&error))?;
        if ours != theirs.ids {
            self.fetch(upstream).await?;
        }
        let Refs { head, ids: _ } = theirs;
        if let Some(head) = &head {
            let pointed = self.point(head).await;
            pointed.map_err(|error| Refusal::broken(&error))?;
        }
        Ok(Fresh { head })
    }

    /// Makes the empty repository, whole or not at all.
    async fn make(&self, theirs: &Refs) -> Result<(), RunError> {
        remove(&self.nascent)?;
        let format = if theirs.has_long_ids() {
            "sha256"
        } else {
            "sha1"
        };
        let git = Git::new(self.git.surroundings(), &self.nascent);
        let init = git.command([
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--initial-branch=main",
            &format!("--object-format={format}"),
        ]);
        run(init, LOCAL_TIMEOUT, MAX_OUTPUT_BYTES).await?.good()?;
        Ok(fs::rename(&self.nascent, &self.folder)?)
    }

    /// Takes over what the upstream has, and forgets what it has no more.
    async fn fetch(&self, upstream: &Upstream) -> Result<(), Refusal> {
        let url = upstream.url();
        let specs = MIRRORED.map(|folder| format!("+{folder}*:{folder}*"));
        let mut arguments = vec![
            "fetch",
            "--quiet",
            "--prune",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--",
            &url,
        ];
        arguments.extend(specs.iter().map(String::as_str));
        let fetch = upstream.git(&self.git, &arguments);
        let ran = run(fetch, REFRESH_TIMEOUT, MAX_OUTPUT_BYTES).await;
        let failed = match ran {
            Ok(ran) if ran.status.success() => return Ok(()),
            Ok(ran) => upstream.refusal(&ran.words()),
            Err(error) => listings::outside(&error),
        };
        // Refs are written under the lock alone, so what still locks one has been left behind.
        let cleared = clear(&self.folder, Leftovers::LocksOfRefs);
        cleared.map_err(|error| Refusal::broken(&error))?;
        Err(failed)
    }

    /// Lets `HEAD` follow the upstream's.
    async fn point(&self, head: &str) -> Result<(), RunError> {
        let wanted = format!("ref: {head}\n");
        if fs::read(self.folder.join("HEAD")).is_ok_and(|now| now == wanted.as_bytes()) {
            return Ok(());
        }
        let point = self.git.command(["symbolic-ref", "HEAD", head]);
        run(point, LOCAL_TIMEOUT, MAX_OUTPUT_BYTES).await?.good()?;
        Ok(())
    }
}

/// How many connections use a mirror, and since when it is as it is.
#[derive(Debug)]
struct Used {
    by: usize,
    since: Instant,
}

impl Default for Used {
    fn default() -> Self {
        Self {
            by: 0,
            since: Instant::now(),
        }
    }
}

/// One connection that uses a mirror.
#[derive(Debug)]
pub(crate) struct InUse(Arc<Mirror>);

impl Drop for InUse {
    fn drop(&mut self) {
        let Self(mirror) = self;
        mirror.count(|by| by.saturating_sub(1));
    }
}

/// One push that is being received.
#[derive(Debug)]
pub(crate) struct Receiving(Arc<Mirror>);

impl Drop for Receiving {
    /// Git that is ended by a signal leaves its quarantine behind. When nobody else has one, all that are there go.
    fn drop(&mut self) {
        let Self(mirror) = self;
        // No other push begins meanwhile.
        let mut receiving = mirror
            .receiving
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *receiving = receiving.saturating_sub(1);
        if *receiving == 0
            && let Err(error) = drop_quarantines(&mirror.folder.join("objects"))
        {
            tracing::error!(%error, "what a push has left cannot be removed");
        }
    }
}

/// Removes what pushes that were not decided have left among the objects.
fn drop_quarantines(objects: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(objects) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if is_quarantine(&entry.file_name().to_string_lossy()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Removes a folder that may not be there.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What a killed git may have left in a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leftovers {
    /// Locks, quarantines, packs that were never finished.
    All,
    /// What other pushes do not have.
    LocksOfRefs,
}

/// Takes away what a killed git has left.
fn clear(mirror: &Path, what: Leftovers) -> io::Result<()> {
    let mut folders = vec![mirror.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if !entry.file_type()?.is_dir() {
                if is_left(&name, what) {
                    fs::remove_file(path)?;
                }
            } else if what == Leftovers::All && is_quarantine(&name) {
                fs::remove_dir_all(path)?;
            } else if what == Leftovers::All || name != "objects" {
                folders.push(path);
            }
        }
    }
    Ok(())
}

/// Whether a file was left. A push from a shallow clone locks `shallow`, as the one file apart from refs.
fn is_left(name: &str, what: Leftovers) -> bool {
    let is_lock = Path::new(name).extension().is_some_and(|end| end == "lock");
    match what {
        Leftovers::All => {
            is_lock
                || ["tmp_", ".tmp-"]
                    .iter()
                    .any(|start| name.starts_with(start))
        }
        Leftovers::LocksOfRefs => is_lock && name != "shallow.lock",
    }
}

/// Whether a folder holds the objects of a push that is not decided yet.
fn is_quarantine(name: &str) -> bool {
    name.starts_with("tmp_objdir-") || name.starts_with("incoming-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_in_use_is_not_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::new(folder.path(), folder.path());
        let surroundings = Surroundings {
            path: std::ffi::OsString::new(),
            home: folder.path().to_owned(),
        };
        let mirror = Mirror::open(&folders, &"app".parse().unwrap(), &surroundings);
        let mirror = Arc::new(mirror.unwrap());
        assert!(mirror.is_left_alone(Duration::ZERO));
        assert!(!mirror.is_left_alone(Duration::from_mins(1)));
        let uses = [mirror.begin_use(), mirror.begin_use()];
        assert!(!mirror.is_left_alone(Duration::ZERO));
        let [first, second] = uses;
        drop(first);
        assert!(!mirror.is_left_alone(Duration::ZERO));
        drop(second);
        assert!(mirror.is_left_alone(Duration::ZERO));
    }

    #[test]
    fn what_was_left_goes_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mirror = folder.path();
        let files = [
            "HEAD",
            "HEAD.lock",
            "shallow.lock",
            "refs/heads/main",
            "refs/heads/main.lock",
            "objects/tmp_objdir-incoming-x/pack/a",
            "objects/pack/tmp_pack_x",
            "objects/pack/pack-1.pack",
        ];
        for file in files {
            fs::create_dir_all(mirror.join(file).parent().unwrap()).unwrap();
            fs::write(mirror.join(file), "").unwrap();
        }
        let there = || files.map(|file| mirror.join(file).exists());
        clear(mirror, Leftovers::LocksOfRefs).unwrap();
        assert_eq!(there(), [true, false, true, true, false, true, true, true]);
        clear(mirror, Leftovers::All).unwrap();
        assert_eq!(
            there(),
            [true, false, false, true, false, false, false, true]
        );
        clear(&mirror.join("none"), Leftovers::All).unwrap();
    }
}
