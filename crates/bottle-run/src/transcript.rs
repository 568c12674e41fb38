//! The agent's conversation: taken out of its container, and put into the next one.
//!
//! What comes out was written by an agent, names included. Plain files with plain names are taken, up to limits;
//! whatever else is in the archive is left out and counted.

use std::io::{Read, Write};
use std::path::Component;

use bottle_compose::UserIds;
use bottle_state::{Access, Folder, RelativePath, StateError};
use tar::{Builder, EntryType, Header};

/// The folder of a state folder that holds it.
const FOLDER: &str = "transcript";
/// That folder while it is written.
const NEW: &str = "transcript.new";
/// The most of an archive that is taken, in bytes: months of talk.
pub(crate) const LIMIT: u64 = 256 * 1024 * 1024;
/// The most files.
const MAX_FILES: usize = 10_000;
/// The most folders on the way to a file.
const MAX_DEPTH: usize = 12;

/// Why a conversation could not be saved or brought back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TranscriptError {
    /// The archive cannot be read or written.
    #[error("the archive of the conversation cannot be read")]
    Archive(#[from] std::io::Error),
    /// The folder cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What was taken out of an archive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// How many files.
    pub(crate) files: usize,
    /// How many entries were not taken: links, odd names, more than fits.
    pub(crate) left_out: usize,
}

/// Writes the plain files of an archive below `transcript/`, in place of those that were there.
pub(crate) fn save(archive: impl Read, state: &Folder) -> Result<Taken, TranscriptError> {
    let (root, new) = (RelativePath::constant(FOLDER), RelativePath::constant(NEW));
    state.remove_folder(&new)?;
    state.create_folder(&new, Access::Private)?;
    let mut taken = Taken::default();
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.header().entry_type() == EntryType::Directory {
            continue;
        }
        let path = plain(&entry).filter(|_| taken.files < MAX_FILES);
        let Some(path) = path else {
            taken.left_out += 1;
            continue;
        };
        let mut bytes = Vec::new();
        // The archive is shorter than this, so the entry is.
        entry.by_ref().take(LIMIT).read_to_end(&mut bytes)?;
        folders(&path, state)?;
        state.write(&path, &bytes, Access::Private)?;
        taken.files += 1;
    }
    state.replace_folder(&new, &root)?;
    Ok(taken)
}

/// Where an entry is written, if it is a plain file with a plain name. The first name of its path is the
/// folder that was asked for.
fn plain<R: Read>(entry: &tar::Entry<'_, R>) -> Option<RelativePath> {
    if entry.header().entry_type() != EntryType::Regular {
        return None;
    }
    let path = entry.path().ok()?;
    let mut names = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => names.push(name.to_str()?),
            _ => return None,
        }
    }
    let (_, below) = names.split_first()?;
    let is_fine = !below.is_empty() && below.len() <= MAX_DEPTH;
    is_fine
        .then(|| format!("{NEW}/{}", below.join("/")).parse().ok())
        .flatten()
}

/// Makes the folders on the way.
fn folders(path: &RelativePath, state: &Folder) -> Result<(), StateError> {
    let mut full = String::new();
    for name in path.folders() {
        if !full.is_empty() {
            full.push('/');
        }
        full.push_str(name);
        if let Ok(folder) = full.parse() {
            state.ensure_folder(&folder, Access::Private)?;
        }
    }
    Ok(())
}

/// The archive of a saved conversation, as whom the agent runs as would have it below `folder` (relative, plain); `None`
/// when nothing is saved.
pub(crate) fn load(
    state: &Folder,
    folder: &str,
    owner: UserIds,
) -> Result<Option<Vec<u8>>, TranscriptError> {
    let files = state.files_below(&RelativePath::constant(FOLDER))?;
    if files.is_empty() {
        return Ok(None);
    }
    let mut archive = Builder::new(Vec::new());
    let mut made = std::collections::BTreeSet::new();
    for path in files {
        let Some(bytes) = state.read(&path, LIMIT)? else {
            continue;
        };
        let below = path.as_str().split_once('/').map_or("", |(_, below)| below);
        let name = format!("{folder}/{below}");
        for (end, _) in name.match_indices('/') {
            let parent = name.get(..end).unwrap_or_default();
            if !parent.is_empty() && made.insert(parent.to_owned()) {
                append(
                    &mut archive,
                    (EntryType::Directory, 0o700),
                    parent,
                    (&[], owner),
                )?;
            }
        }
        append(
            &mut archive,
            (EntryType::Regular, 0o600),
            &name,
            (&bytes, owner),
        )?;
    }
    Ok(Some(archive.into_inner()?))
}

/// An archive of one empty folder.
pub(crate) fn empty_folder(name: &str, owner: UserIds) -> std::io::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    append(
        &mut archive,
        (EntryType::Directory, 0o700),
        name,
        (&[], owner),
    )?;
    archive.into_inner()
}

fn append<W: Write>(
    archive: &mut Builder<W>,
    (kind, mode): (EntryType, u32),
    name: &str,
    (bytes, owner): (&[u8], UserIds),
) -> std::io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(owner.uid.into());
    header.set_gid(owner.gid.into());
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    archive.append_data(&mut header, name, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: UserIds = UserIds { uid: 7, gid: 8 };

    fn archive(entries: &[(EntryType, &[u8], &str)]) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (kind, name, text) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(text.len().try_into().unwrap());
            // By hand: the library refuses the names that a hostile archive has.
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
            if kind.is_symlink() || kind.is_hard_link() {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_cksum();
            archive.append(&header, text.as_bytes()).unwrap();
        }
        archive.into_inner().unwrap()
    }

    #[test]
    fn what_an_agent_wrote_is_saved_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let state = Folder::new(folder.path());
        let taken = save(
            archive(&[
                (EntryType::Directory, b"projects/", ""),
                (
                    EntryType::Regular,
                    b"projects/-workspace/1f-2.jsonl",
                    "{\"a\":1}\n",
                ),
                (
                    EntryType::Regular,
                    b"projects/-workspace/1f-2/sub.jsonl",
                    "deep\n",
                ),
            ])
            .as_slice(),
            &state,
        )
        .unwrap();
        assert_eq!((taken.files, taken.left_out), (2, 0));
        let bytes = load(&state, ".claude/projects", OWNER).unwrap().unwrap();
        let mut back = tar::Archive::new(bytes.as_slice());
        let mut seen = Vec::new();
        for entry in back.entries().unwrap() {
            let mut entry = entry.unwrap();
            assert_eq!(entry.header().uid().unwrap(), 7);
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            seen.push((entry.path().unwrap().display().to_string(), text));
        }
        let names: Vec<&str> = seen.iter().map(|each| each.0.as_str()).collect();
        assert_eq!(
            names,
            [
                ".claude",
                ".claude/projects",
                ".claude/projects/-workspace",
                ".claude/projects/-workspace/1f-2.jsonl",
                ".claude/projects/-workspace/1f-2",
                ".claude/projects/-workspace/1f-2/sub.jsonl",
            ]
        );
        assert!(seen.iter().any(|each| each.1 == "{\"a\":1}\n"));
    }

    #[test]
    fn links_and_names_that_lead_out_are_left_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let state_folder = folder.path().join("state");
        std::fs::create_dir(&state_folder).unwrap();
        let state = Folder::new(&state_folder);
        let hostile: [(EntryType, &[u8], &str); 10] = [
            (EntryType::Symlink, b"projects/link", ""),
            (EntryType::Link, b"projects/hard", ""),
            (EntryType::Regular, b"projects/../../out", "x"),
            (EntryType::Regular, b"/etc/out", "x"),
            (EntryType::Regular, b"projects", "x"),
            (EntryType::Regular, b"projects/a\nb", "x"),
            (EntryType::Regular, b"projects/\xff", "x"),
            (EntryType::Fifo, b"projects/pipe", ""),
            (EntryType::Char, b"projects/device", ""),
            (
                EntryType::Regular,
                b"projects/1/2/3/4/5/6/7/8/9/10/11/12/13",
                "x",
            ),
        ];
        let taken = save(archive(&hostile).as_slice(), &state).unwrap();
        assert_eq!((taken.files, taken.left_out), (0, hostile.len()));
        assert!(load(&state, ".claude/projects", OWNER).unwrap().is_none());
        assert!(!folder.path().join("out").exists());
    }

    #[test]
    fn a_link_in_the_place_of_a_folder_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        let state_folder = folder.path().join("state");
        for each in [&outside, &state_folder] {
            std::fs::create_dir(each).unwrap();
        }
        std::os::unix::fs::symlink(&outside, state_folder.join(FOLDER)).unwrap();
        let bytes = archive(&[(EntryType::Regular, b"projects/a.jsonl", "x")]);
        let error = save(bytes.as_slice(), &Folder::new(&state_folder)).unwrap_err();
        assert!(matches!(error, TranscriptError::State(_)), "{error:?}");
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    }

    #[test]
    fn half_an_archive_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = archive(&[(EntryType::Regular, b"projects/a.jsonl", &"x".repeat(4096))]);
        bytes.truncate(1024);
        assert!(save(bytes.as_slice(), &Folder::new(folder.path())).is_err());
    }
}
