//! Files: whole or not at all, with the modes that were asked for, and never through a link.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bottle_state::{Access, Folder, Home, RelativePath, StateError};

/// How often the file is replaced under the reader's eyes.
const REPLACEMENTS: u8 = 200;
/// Longer than a page, so that a torn file could be seen.
const LENGTH: usize = 64 * 1024;

fn path(text: &str) -> RelativePath {
    text.parse().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_reader_sees_the_old_file_or_the_new_one() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    folder
        .write(&path("file"), &vec![0; LENGTH], Access::Private)
        .unwrap();
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0_u32;
            while !done.load(Ordering::Relaxed) {
                let bytes = fs::read(folder.path().join("file")).unwrap();
                assert_eq!(bytes.len(), LENGTH);
                assert!(
                    bytes.iter().all(|byte| *byte == bytes[0]),
                    "bytes of two files in one"
                );
                seen += 1;
            }
            seen
        });
        for round in 1..=REPLACEMENTS {
            folder
                .write(&path("file"), &vec![round; LENGTH], Access::Private)
                .unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(seen > 0);
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["file"], "no temporary file is left");
}

#[test]
fn modes_are_what_was_asked_for() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path().join("home")).state(&"agent-aaaaa".parse().unwrap());
    let _lock = state.create().unwrap();
    let folder = state.folder();
    folder
        .create_folder(&path("egress"), Access::Private)
        .unwrap();
    folder
        .create_folder(&path("agent"), Access::Public)
        .unwrap();
    folder
        .write(&path("egress/ca-key.pem"), b"key", Access::Private)
        .unwrap();
    folder
        .write(&path("agent/ca.pem"), b"certificate", Access::Public)
        .unwrap();
    for (name, expected) in [
        ("", 0o700),
        (".lock", 0o600),
        ("egress", 0o700),
        ("egress/ca-key.pem", 0o600),
        ("agent", 0o755),
        ("agent/ca.pem", 0o644),
        ("..", 0o700),
        ("../..", 0o700),
    ] {
        assert_eq!(mode(&folder.path().join(name)), expected, "{name}");
    }
}

#[test]
fn a_file_is_given_to_its_owner() {
    use std::os::unix::fs::MetadataExt;
    if !rustix::process::getuid().is_root() {
        return;
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    let access = Access::PrivateTo(bottle_state::Owner {
        uid: 65532,
        gid: 65532,
    });
    folder.create_folder(&path("egress"), access).unwrap();
    folder
        .write(&path("egress/ca-key.pem"), b"key", access)
        .unwrap();
    for name in ["egress", "egress/ca-key.pem"] {
        let facts = fs::metadata(folder.path().join(name)).unwrap();
        assert_eq!((facts.uid(), facts.gid()), (65532, 65532), "{name}");
    }
    assert_eq!(mode(&folder.path().join("egress/ca-key.pem")), 0o600);
}

#[test]
fn nothing_is_written_or_read_through_a_link() {
    let temporary = tempfile::tempdir().unwrap();
    let outside = temporary.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), b"theirs").unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    symlink(&outside, folder.path().join("linked")).unwrap();
    symlink(outside.join("file"), folder.path().join("file")).unwrap();

    assert!(matches!(
        folder.write(&path("linked/file"), b"ours", Access::Private),
        Err(StateError::Io { .. })
    ));
    assert!(matches!(
        folder.read(&path("linked/file"), 100),
        Err(StateError::Io { .. })
    ));
    assert!(matches!(
        folder.read(&path("file"), 100),
        Err(StateError::Io { .. })
    ));
    assert!(matches!(
        folder.create_folder(&path("linked"), Access::Private),
        Err(StateError::Exists { .. })
    ));
    // A file takes the place of a link, not of what the link leads to.
    folder
        .write(&path("file"), b"ours", Access::Private)
        .unwrap();
    assert_eq!(fs::read(outside.join("file")).unwrap(), b"theirs");
    assert_eq!(
        folder.read(&path("file"), 100).unwrap().as_deref(),
        Some(b"ours".as_slice())
    );
}

#[test]
fn a_named_pipe_does_not_hold_a_reader_up() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    let fifo = folder.path().join("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    assert!(matches!(
        folder.read(&path("fifo"), 100),
        Err(StateError::Io { .. })
    ));
}

#[test]
fn what_is_missing_reads_as_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    assert_eq!(folder.read(&path("file"), 100).unwrap(), None);
    assert_eq!(folder.read(&path("no-folder/file"), 100).unwrap(), None);
}

#[test]
fn a_file_goes_and_what_a_link_leads_to_stays() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    fs::write(temporary.path().join("theirs"), b"").unwrap();
    symlink(temporary.path().join("theirs"), folder.path().join("link")).unwrap();
    folder.write(&path("file"), b"", Access::Private).unwrap();
    for name in ["file", "link", "missing", "missing/file"] {
        folder.remove_file(&path(name)).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(temporary.path().join("theirs").exists());
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::new(temporary.path().join("state"));
    folder.create().unwrap();
    folder
        .create_folder(&path("taken"), Access::Private)
        .unwrap();
    folder
        .write(&path("taken/x"), b"", Access::Private)
        .unwrap();
    // A file cannot take the place of a folder.
    assert!(
        folder
            .write(&path("taken"), b"bytes", Access::Private)
            .is_err()
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
