//! What keeps a mirror small: packs are put together, and what nothing leads to goes after a while.

use std::fs;
use std::io;
use std::path::Path;

use crate::git::Git;
use crate::limits::{KEEP_UNREACHABLE, MAX_OUTPUT_BYTES, MAX_PACKS, TIDY_TIMEOUT};
use crate::run::{RunError, run};

/// Tidies a mirror if it needs that. Whoever comes meanwhile is served: git looks again for what has moved, and nothing
/// goes that a connection can have brought.
pub(crate) async fn tidy(git: &Git, mirror: &Path) -> Result<(), RunError> {
    if packs(mirror)? > MAX_PACKS {
        repack(git, KEEP_UNREACHABLE.as_secs()).await?;
    }
    Ok(())
}

/// Makes one pack of all that refs lead to and another of what they do not, without what is older than so many seconds.
async fn repack(git: &Git, seconds: u64) -> Result<(), RunError> {
    let expire = format!("--cruft-expiration={seconds}.seconds.ago");
    // One thread, and no more memory than it needs: it is in nobody's way.
    let repack = git.command([
        "-c",
        "pack.threads=1",
        "-c",
        "pack.windowMemory=64m",
        "repack",
        "-q",
        "-d",
        "--cruft",
        &expire,
        "--no-write-bitmap-index",
    ]);
    run(repack, TIDY_TIMEOUT, MAX_OUTPUT_BYTES).await?.good()?;
    let expire = format!("--expire={seconds}.seconds.ago");
    let prune = git.command(["prune", &expire]);
    run(prune, TIDY_TIMEOUT, MAX_OUTPUT_BYTES).await?.good()?;
    Ok(())
}

fn packs(mirror: &Path) -> io::Result<usize> {
    let entries = match fs::read_dir(mirror.join("objects/pack")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut packs = 0;
    for entry in entries {
        let path = entry?.path();
        packs += usize::from(path.extension().is_some_and(|end| end == "pack"));
    }
    Ok(packs)
}

/// Bytes of all files below a folder. What goes meanwhile does not count.
pub(crate) fn size(folder: &Path) -> io::Result<u64> {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let (mut folders, mut size) = (vec![folder.to_owned()], 0_u64);
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(error) if gone(&error) => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            match entry.metadata() {
                Err(error) if gone(&error) => {}
                Err(error) => return Err(error),
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => size = size.saturating_add(metadata.len()),
            }
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::process::Stdio;

    use super::*;
    use crate::git::Surroundings;

    struct Repository {
        folder: tempfile::TempDir,
        git: Git,
    }

    impl Repository {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let surroundings = Surroundings {
                path: std::env::var_os("PATH").unwrap(),
                home: folder.path().to_owned(),
            };
            let git = Git::new(&surroundings, &folder.path().join("a.git"));
            let new = Self { folder, git };
            new.git(&["init", "--quiet", "--bare"]);
            new
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join("a.git")
        }

        #[track_caller]
        fn git(&self, arguments: &[&str]) -> String {
            let identity = ["-c", "user.name=T", "-c", "user.email=t@example.test"];
            let mut command = self.git.command(identity.iter().chain(arguments));
            let output = command.stdout(Stdio::piped()).output().unwrap();
            assert!(output.status.success(), "{arguments:?}");
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        }

        fn has(&self, id: &str) -> bool {
            let mut look = self.git.command(["cat-file", "-e", id]);
            look.status().unwrap().success()
        }

        /// A commit in a pack of its own.
        fn packed_commit(&self, message: &str) -> String {
            let tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
            self.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
            let id = self.git(&["commit-tree", "-m", message, tree]);
            self.git(&["update-ref", "refs/heads/now", &id]);
            self.git(&["repack", "-q", "-d"]);
            self.git(&["update-ref", "-d", "refs/heads/now"]);
            id
        }
    }

    #[tokio::test]
    async fn many_packs_become_few_and_only_what_is_old_and_led_to_by_nothing_goes() {
        let repository = Repository::new();
        let commits: Vec<_> = (0..=MAX_PACKS)
            .map(|number| repository.packed_commit(&number.to_string()))
            .collect();
        repository.git(&["update-ref", "refs/heads/main", &commits[0]]);
        assert!(packs(&repository.path()).unwrap() > MAX_PACKS);
        tidy(&repository.git, &repository.path()).await.unwrap();
        // What refs lead to, and what they do not.
        assert_eq!(packs(&repository.path()).unwrap(), 2);
        assert!(commits.iter().all(|id| repository.has(id)));
        let before = size(&repository.path()).unwrap();
        // Times are whole seconds.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        repack(&repository.git, 0).await.unwrap();
        assert_eq!(packs(&repository.path()).unwrap(), 1);
        assert!(repository.has(&commits[0]) && !repository.has(&commits[1]));
        assert!(size(&repository.path()).unwrap() < before);
    }

    #[tokio::test]
    async fn a_mirror_with_few_packs_is_left_as_it_is() {
        let repository = Repository::new();
        for number in 0..3 {
            repository.packed_commit(&number.to_string());
        }
        tidy(&repository.git, &repository.path()).await.unwrap();
        assert_eq!(packs(&repository.path()).unwrap(), 3);
        let none = repository.folder.path().join("none");
        assert_eq!((packs(&none).unwrap(), size(&none).unwrap()), (0, 0));
    }
}
