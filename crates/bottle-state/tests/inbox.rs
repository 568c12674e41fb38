//! The container's side of a queue: nothing is written twice, and nothing but the answer to a proposal is its answer.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::Duration;

use bottle_core::{Identity, ProposalId};
use bottle_state::{
    ANSWERS, Answer, AnswerVerdict, Ask, Inbox, MAX_ANSWER, PROPOSALS, Proposal, StateError,
};
use proptest::prelude::*;
use serde_json::{Value, json};

struct World {
    folder: tempfile::TempDir,
    inbox: Inbox,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (proposals, answers) = (
            folder.path().join(PROPOSALS.as_str()),
            folder.path().join(ANSWERS.as_str()),
        );
        fs::create_dir(&proposals).unwrap();
        fs::create_dir(&answers).unwrap();
        let inbox = Inbox::new(proposals, answers);
        Self { folder, inbox }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn answer(&self, name: &str, answer: &Value) {
        fs::write(self.path("answers").join(name), answer.to_string()).unwrap();
    }
}

fn me() -> Identity {
    "dev-x7k2q".parse().unwrap()
}

fn id(text: &str) -> ProposalId {
    text.parse().unwrap()
}

fn proposal(name: &str, created: &str) -> Proposal {
    let ask: Ask =
        serde_json::from_value(json!({"tool": "egress-block", "host": "a.test"})).unwrap();
    serde_json::from_value(json!({
        "version": 1,
        "id": name,
        "identity": me().to_string(),
        "created": created,
        "ask": ask,
        "justification": "because\u{1b}[2J",
    }))
    .unwrap()
}

fn approved(name: &str) -> Value {
    json!({
        "version": 1,
        "proposal": name,
        "answered": "2026-05-25T23:16:00Z",
        "verdict": "approved",
        "notes": "",
    })
}

#[test]
fn proposals_are_read_as_they_were_written() {
    let world = World::new();
    let young = proposal("aaaaaaaaaa", "2026-05-25T23:17:00Z");
    let old = proposal("bbbbbbbbbb", "2026-05-25T23:16:00Z");
    world.inbox.write(&young).unwrap();
    world.inbox.write(&old).unwrap();
    assert_eq!(
        world.inbox.proposals(&me()).unwrap(),
        [old.clone(), young.clone()]
    );
    let file = world.path("proposals/aaaaaaaaaa.json");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let again = world.inbox.write(&young).unwrap_err();
    assert!(matches!(again, StateError::Exists { .. }), "{again}");
    world.inbox.remove(&old.id).unwrap();
    world.inbox.remove(&old.id).unwrap();
    assert_eq!(world.inbox.proposals(&me()).unwrap(), [young]);
}

#[test]
fn what_is_no_proposal_of_this_bottle_is_left_out() {
    let world = World::new();
    let mut foreign = proposal("aaaaaaaaaa", "2026-05-25T23:17:00Z");
    foreign.identity = "other-x7k2q".parse().unwrap();
    world.inbox.write(&foreign).unwrap();
    let text = serde_json::to_string(&proposal("bbbbbbbbbb", "2026-05-25T23:17:00Z")).unwrap();
    let folder = world.path("proposals");
    fs::write(folder.join("cccccccccc.json"), &text).unwrap();
    fs::write(folder.join("dddddddddd.json"), "{").unwrap();
    fs::write(folder.join("bbbbbbbbbb.txt"), &text).unwrap();
    fs::write(world.path("outside.json"), &text).unwrap();
    symlink(world.path("outside.json"), folder.join("bbbbbbbbbb.json")).unwrap();
    fs::write(folder.join(".eeeeeeeeee.json.0011223344556677.tmp"), &text).unwrap();
    assert_eq!(world.inbox.proposals(&me()).unwrap(), []);
    world.inbox.tidy().unwrap();
    let left = fs::read_dir(&folder).unwrap();
    let mut names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| name.strip_suffix(".tmp").is_none()));
    // The same file where it belongs is one.
    fs::remove_file(folder.join("bbbbbbbbbb.json")).unwrap();
    fs::write(folder.join("bbbbbbbbbb.json"), &text).unwrap();
    assert_eq!(world.inbox.proposals(&me()).unwrap().len(), 1);
}

#[test]
fn only_the_answer_to_a_proposal_is_its_answer() {
    let world = World::new();
    let asked = id("aaaaaaaaaa");
    assert_eq!(world.inbox.answer(&asked), None);
    let mut unknown = approved("aaaaaaaaaa");
    unknown["everything"] = json!(true);
    let mut later = approved("aaaaaaaaaa");
    later["version"] = json!(2);
    let mut long = approved("aaaaaaaaaa");
    long["notes"] = json!("x".repeat(usize::try_from(MAX_ANSWER).unwrap()));
    for wrong in [
        approved("bbbbbbbbbb"),
        unknown,
        later,
        long,
        json!([]),
        json!(null),
    ] {
        world.answer("aaaaaaaaaa.json", &wrong);
        assert_eq!(world.inbox.answer(&asked), None, "{wrong}");
    }
    fs::write(world.path("outside"), approved("aaaaaaaaaa").to_string()).unwrap();
    let place = world.path("answers/aaaaaaaaaa.json");
    fs::remove_file(&place).unwrap();
    symlink(world.path("outside"), &place).unwrap();
    assert_eq!(world.inbox.answer(&asked), None);
    fs::remove_file(&place).unwrap();
    world.answer("aaaaaaaaaa.json", &approved("aaaaaaaaaa"));
    let answer = world.inbox.answer(&asked).unwrap();
    assert_eq!(answer.verdict, AnswerVerdict::Approved);
}

#[test]
fn an_answer_is_noticed() {
    let world = World::new();
    let watch = world.inbox.watch().unwrap();
    let noticed = || watch.wait(Duration::from_millis(50)).unwrap();
    assert!(!noticed());
    world.answer("aaaaaaaaaa.json", &approved("aaaaaaaaaa"));
    assert!(noticed());
    assert!(!noticed());
    fs::write(world.path("outside"), "").unwrap();
    assert!(!noticed());
    fs::rename(world.path("outside"), world.path("answers/moved")).unwrap();
    assert!(noticed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_lies_in_a_folder_is_read_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        notes in ".{0,40}",
        own in any::<bool>(),
    ) {
        let world = World::new();
        let asked = id("aaaaaaaaaa");
        fs::write(world.path("answers/aaaaaaaaaa.json"), &bytes).unwrap();
        fs::write(world.path("proposals/aaaaaaaaaa.json"), &bytes).unwrap();
        prop_assert_eq!(world.inbox.answer(&asked), None);
        prop_assert!(world.inbox.proposals(&me()).unwrap().is_empty());
        let mut answer = approved(if own { "aaaaaaaaaa" } else { "aaaaaaaaab" });
        answer["notes"] = json!(notes);
        world.answer("aaaaaaaaaa.json", &answer);
        let read: Option<Answer> = world.inbox.answer(&asked);
        prop_assert_eq!(read.map(|answer| answer.notes), own.then_some(notes));
    }
}
