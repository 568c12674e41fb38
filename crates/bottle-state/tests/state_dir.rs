//! The life of a state folder: made once, locked by one, removed without a step outside.
#![cfg(test)]

use std::env;
use std::ffi::CString;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use bottle_core::Identity;
use bottle_state::{Holder, Home, LockState, Mark, StateError};

/// Set for the copy of this program that holds a lock until it is killed.
const HOLDER: &str = "BOTTLE_STATE_TEST_HOLDER";

fn identity() -> Identity {
    "agent-aaaaa".parse().unwrap()
}

#[test]
fn is_made_once() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&identity());
    let _lock = state.create().unwrap();
    assert!(matches!(state.create(), Err(StateError::Exists { .. })));
}

#[test]
fn belongs_to_one_owner_at_a_time() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&identity());
    let lock = state.create().unwrap();
    assert_eq!(state.lock_state().unwrap(), LockState::Held);
    assert!(matches!(state.lock(), Err(StateError::Locked { .. })));
    drop(lock);
    assert_eq!(state.lock_state().unwrap(), LockState::Free);
    let _lock = state.lock().unwrap();
}

/// Not a test of its own: what the copy of this program does in the next one.
#[test]
fn holder() {
    let Ok(home) = env::var(HOLDER) else { return };
    let _lock = Home::new(home).state(&identity()).create().unwrap();
    println!("\nlocked");
    // Until the pipe breaks or we are killed.
    let _ = std::io::stdin().read(&mut [0]);
}

#[test]
fn the_lock_holds_across_processes_and_dies_with_its_owner() {
    let temporary = tempfile::tempdir().unwrap();
    let mut holder = Command::new(env::current_exe().unwrap())
        .args(["--exact", "holder", "--nocapture"])
        .env(HOLDER, temporary.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "locked"));

    let state = Home::new(temporary.path()).state(&identity());
    assert_eq!(state.lock_state().unwrap(), LockState::Held);
    assert!(matches!(state.lock(), Err(StateError::Locked { .. })));
    assert_eq!(state.holder().unwrap(), Some(Holder::Owner(holder.id())));
    // SIGKILL: nothing in the holder gets to clean up.
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(state.lock_state().unwrap(), LockState::Free);
    assert_eq!(state.holder().unwrap(), None);
    let lock = state.lock_to_end().unwrap();
    assert_eq!(state.holder().unwrap(), Some(Holder::Other));
    state.remove(lock).unwrap();
}

#[test]
fn is_kept_when_marked() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&identity());
    let _lock = state.create().unwrap();
    assert_eq!(state.mark().unwrap(), None);
    state.preserve(Mark::Automatic).unwrap();
    assert_eq!(state.mark().unwrap(), Some(Mark::Automatic));
    state.preserve(Mark::Asked).unwrap();
    state.preserve(Mark::Automatic).unwrap();
    assert_eq!(state.mark().unwrap(), Some(Mark::Asked));
    // A file that somebody touched by hand is a mark too.
    fs::write(state.path().join(".preserve"), b"").unwrap();
    assert_eq!(state.mark().unwrap(), Some(Mark::Asked));
}

#[test]
fn lists_what_is_called_like_a_bottle_and_is_a_folder() {
    let temporary = tempfile::tempdir().unwrap();
    let home = Home::new(temporary.path());
    assert_eq!(home.identities().unwrap(), []);
    let root = temporary.path().join("state");
    for name in ["b-22222", "a-11111", "Not-a-bottle", "..", "x"] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    fs::write(root.join("file-33333"), b"").unwrap();
    symlink("/", root.join("link-44444")).unwrap();
    let found: Vec<String> = home
        .identities()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, ["a-11111", "b-22222"]);
}

#[test]
fn a_link_in_the_place_of_a_state_folder_is_not_entered() {
    let temporary = tempfile::tempdir().unwrap();
    let home = Home::new(temporary.path());
    let outside = temporary.path().join("outside");
    fs::create_dir_all(temporary.path().join("state")).unwrap();
    fs::create_dir(&outside).unwrap();
    symlink(&outside, temporary.path().join("state/agent-aaaaa")).unwrap();
    assert!(home.state(&identity()).lock().is_err());
    assert!(home.state(&identity()).create().is_err());
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn an_identity_cannot_lead_out_of_the_home() {
    for text in [
        "../agent-aaaaa",
        "a/../../b-aaaaa",
        "/etc-aaaaa",
        "..-aaaaa",
        "agent-aaaaa/",
        "agent-aaaa\u{0}",
    ] {
        assert!(text.parse::<Identity>().is_err(), "{text:?}");
    }
}

#[test]
fn removal_does_not_step_outside() {
    let temporary = tempfile::tempdir().unwrap();
    let outside = temporary.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), b"theirs").unwrap();
    let state = Home::new(temporary.path()).state(&identity());
    let lock = state.create().unwrap();
    let inside = state.path().join("agent");
    fs::create_dir(&inside).unwrap();
    symlink(&outside, inside.join("folder-link")).unwrap();
    symlink(outside.join("file"), inside.join("file-link")).unwrap();
    symlink(&outside, state.path().join("top-link")).unwrap();
    // Names that the removal itself uses, already taken.
    fs::create_dir_all(state.path().join(".removed-0/full")).unwrap();
    fs::write(state.path().join(".removed-1"), b"").unwrap();
    fs::create_dir_all(inside.join("locked/inner")).unwrap();
    fs::set_permissions(
        inside.join("locked/inner"),
        fs::Permissions::from_mode(0o000),
    )
    .unwrap();
    fs::set_permissions(inside.join("locked"), fs::Permissions::from_mode(0o000)).unwrap();

    state.remove(lock).unwrap();
    assert!(!state.path().exists());
    assert_eq!(fs::read(outside.join("file")).unwrap(), b"theirs");
}

#[test]
fn depth_does_not_stop_removal() {
    /// Deeper than open files and path lengths go.
    const DEPTH: usize = 3_000;
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&identity());
    let lock = state.create().unwrap();
    dig(state.path(), DEPTH);
    state.remove(lock).unwrap();
    assert!(!state.path().exists());
}

/// Makes folders in folders, each from within the last.
fn dig(top: &Path, depth: usize) {
    let name = CString::new("d").unwrap();
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY;
    let mode = rustix::fs::Mode::RWXU;
    let mut folder = rustix::fs::open(top, flags, mode).unwrap();
    for _ in 0..depth {
        rustix::fs::mkdirat(&folder, &name, mode).unwrap();
        folder = rustix::fs::openat(&folder, &name, flags, mode).unwrap();
    }
}

#[test]
fn whoever_comes_second_to_a_removal_is_told() {
    let temporary = tempfile::tempdir().unwrap();
    let state = Home::new(temporary.path()).state(&identity());
    let lock = state.create().unwrap();
    state.remove(lock).unwrap();
    assert!(state.lock().is_err());
    assert!(matches!(state.lock_state(), Err(StateError::Io { .. })));
}

#[test]
fn a_home_has_one_label_under_all_its_names() {
    let temporary = tempfile::tempdir().unwrap();
    let real = temporary.path().join("real");
    fs::create_dir(&real).unwrap();
    symlink(&real, temporary.path().join("other")).unwrap();
    let label = Home::new(&real).label().unwrap();
    assert_eq!(
        Home::new(temporary.path().join("other")).label().unwrap(),
        label
    );
    assert_eq!(
        Home::new(temporary.path().join("real/../real"))
            .label()
            .unwrap(),
        label
    );
    // One that does not exist yet has a label too.
    let future = Home::new(temporary.path().join("future")).label().unwrap();
    assert!(future.ends_with("/future"));
}
