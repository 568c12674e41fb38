//! Bringing a checkout's changes into the operator's repository.

use std::collections::BTreeSet;

use super::beneath::Beneath;
use super::changes::{MAX_PATCH, diff};
use super::git::{COPY_WAIT, Git};
use super::guard::{guarded, leads_out};
use super::present::Present;
use super::source::uncommitted;
use super::{
    Change, Changes, Conflict, ConflictKind, LeftOut, LeftOutBecause, Source, TreePath,
    WorkspaceError,
};

/// What becomes of changes to guarded paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GuardedPaths {
    /// They are left out and named.
    #[default]
    LeaveOut,
    /// They are applied: the operator has read them.
    Apply,
}

/// What was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The changes that are in the operator's files now, and were not before.
    pub applied: Vec<Change>,
    /// The files that were so already.
    pub already: Vec<TreePath>,
    /// What was not applied.
    pub left_out: Vec<LeftOut>,
}

impl Changes {
    /// Brings the changes into the operator's files, uncommitted: all of them or none. Where his commits went on since the
    /// checkout was made, they are applied if the lines around them are still the same.
    ///
    /// Left out, and named, are guarded paths (unless asked for), links that lead out of the repository, and whatever
    /// [`Changes::left_out`] has. A file that has uncommitted changes of the operator is never written. What is so already
    /// is no conflict, so applying twice does no harm.
    ///
    /// # Errors
    ///
    /// [`WorkspaceError::Conflict`], with every file that stands in the way; then nothing was touched. Or git or the
    /// operating system refuses.
    pub fn apply(
        &self,
        to: &Source,
        guarded_paths: GuardedPaths,
    ) -> Result<Applied, WorkspaceError> {
        let mut left_out = self.left_out.clone();
        let mut wanted = Vec::new();
        for change in self.iter() {
            match self.refused(change, guarded_paths)? {
                Some(why) => left_out.push(LeftOut {
                    path: change.path.clone(),
                    why,
                }),
                None => wanted.push(change),
            }
        }
        let sorted = Sorted::sort(self, to, wanted)?;
        if !sorted.conflicts.is_empty() {
            return Err(WorkspaceError::Conflict(sorted.conflicts));
        }
        if !sorted.take.is_empty() {
            self.patch_files(to, &sorted)?;
        }
        Ok(Applied {
            applied: sorted.take.into_iter().cloned().collect(),
            already: sorted.already,
            left_out,
        })
    }

    fn refused(
        &self,
        change: &Change,
        guarded_paths: GuardedPaths,
    ) -> Result<Option<LeftOutBecause>, WorkspaceError> {
        if change.path.is_in_git_folder() {
            return Ok(Some(LeftOutBecause::GitFolder));
        }
        if guarded_paths == GuardedPaths::LeaveOut && guarded(&change.path) {
            return Ok(Some(LeftOutBecause::Guarded));
        }
        let Some(link) = change.after.as_ref().filter(|after| after.is_link()) else {
            return Ok(None);
        };
        let target = self
            .worktree()
            .git()
            .args(["cat-file", "blob", &link.object])
            .run("read a link")?;
        Ok(leads_out(&change.path, &target.stdout).then_some(LeftOutBecause::LeadsOut))
    }

    /// Lets git check and then write. It computes all files before it writes the first one.
    fn patch_files(&self, to: &Source, sorted: &Sorted<'_>) -> Result<(), WorkspaceError> {
        let patch = self.patch_of(&sorted.take)?;
        let apply = |more: &[&str]| {
            Git::of_operator(&to.root)
                .args(["-c", "core.safecrlf=false", "apply", "--whitespace=nowarn"])
                .args(["--no-ignore-whitespace"])
                .args(more)
                .args(["-"])
                .input(patch.clone())
                .wait(COPY_WAIT)
        };
        let checked = apply(&["--check"]).ask("check the changes")?;
        if !checked.status.success() && !sorted.moved.is_empty() {
            // Those that are as they were fit; so it is one of the others.
            let conflict = |path: &TreePath| Conflict {
                path: path.clone(),
                why: ConflictKind::Diverged,
            };
            return Err(WorkspaceError::Conflict(
                sorted.moved.iter().map(conflict).collect(),
            ));
        }
        apply(&[]).run("apply the changes").map(drop)
    }

    /// The patch of some of the changes: from the base commit to a tree that has these alone.
    fn patch_of(&self, take: &[&Change]) -> Result<Vec<u8>, WorkspaceError> {
        let what = "write the changes as a patch";
        let worktree = self.worktree();
        let scratch = worktree.scratch()?;
        let index = scratch.path("index");
        let git = || worktree.git().with_index(&index);
        git()
            .args(["read-tree", super::worktree::BASE_REF])
            .run(what)?;
        git()
            .args(["update-index", "--replace", "-z", "--index-info"])
            .input(index_info(take))
            .run(what)?;
        let tree = git().args(["write-tree"]).line(what)?;
        let patch = diff(worktree, &tree).args(["--patch", "--binary"]);
        Ok(patch.output(MAX_PATCH).run(what)?.stdout)
    }
}

/// Entries as `update-index --index-info` reads them; what goes first, so that a file can take a folder's place.
fn index_info(take: &[&Change]) -> Vec<u8> {
    let mut info = Vec::new();
    let mut entry = |mode: &str, object: &str, path: &TreePath| {
        info.extend_from_slice(format!("{mode} {object}\t").as_bytes());
        info.extend_from_slice(path.as_bytes());
        info.push(0);
    };
    for change in take {
        if let (Some(before), None) = (&change.before, &change.after) {
            entry("0", &"0".repeat(before.object.len()), &change.path);
        }
    }
    for change in take {
        if let Some(after) = &change.after {
            entry(&after.mode, &after.object, &change.path);
        }
    }
    info
}

/// The changes, by what the operator's files say to them.
struct Sorted<'c> {
    /// To be applied.
    take: Vec<&'c Change>,
    /// Of these, the files that the operator's commits changed meanwhile.
    moved: Vec<TreePath>,
    already: Vec<TreePath>,
    conflicts: Vec<Conflict>,
}

impl<'c> Sorted<'c> {
    fn sort(
        changes: &Changes,
        to: &Source,
        wanted: Vec<&'c Change>,
    ) -> Result<Self, WorkspaceError> {
        let mut sorted = Self {
            take: Vec::new(),
            moved: Vec::new(),
            already: Vec::new(),
            conflicts: Vec::new(),
        };
        if wanted.is_empty() {
            return Ok(sorted);
        }
        let dirty = uncommitted(&to.root)?;
        let root = Beneath::open(&to.root).map_err(WorkspaceError::io("open", &to.root))?;
        let paths: Vec<&TreePath> = wanted.iter().map(|change| &change.path).collect();
        let present = Present::read(&root, to, (changes.worktree(), &paths))?;
        let gone: BTreeSet<TreePath> = wanted
            .iter()
            .filter(|change| change.after.is_none())
            .map(|change| change.path.clone())
            .collect();
        for (change, present) in wanted.into_iter().zip(present) {
            // A file that is on the way now and goes with these changes makes room.
            let makes_room = present == Present::Blocked
                && change.path.parents().any(|parent| gone.contains(&parent));
            let present = if makes_room {
                Present::Nothing
            } else {
                present
            };
            sorted.take_one(change, &present, &dirty);
        }
        Ok(sorted)
    }

    fn take_one(&mut self, change: &'c Change, present: &Present, dirty: &BTreeSet<TreePath>) {
        let path = &change.path;
        if present.is(change.after.as_ref()) {
            self.already.push(path.clone());
            return;
        }
        let why = match (present, &change.before) {
            _ if dirty.contains(path) => ConflictKind::Uncommitted,
            (Present::Blocked, _) => ConflictKind::Blocked,
            (Present::Nothing, None) => return self.take.push(change),
            (_, None) => ConflictKind::Exists,
            (Present::Entry(_), before) => {
                if !present.is(before.as_ref()) {
                    self.moved.push(path.clone());
                }
                return self.take.push(change);
            }
            _ => ConflictKind::Diverged,
        };
        self.conflicts.push(Conflict {
            path: path.clone(),
            why,
        });
    }
}
