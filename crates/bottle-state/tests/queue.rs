//! The host's side of a queue, of which one folder is written by a container.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use bottle_core::{FileVersion, Identity, ProposalId};
use bottle_state::{
    Access, Answer, AnswerVerdict, Home, MAX_JUSTIFICATION, Proposal, ProposalProblem, Queue,
    QueueError, Timestamp,
};
use proptest::prelude::*;
use tempfile::TempDir;
use time::OffsetDateTime;

fn identity() -> Identity {
    "dev-x7k2q".parse().unwrap()
}

fn queue() -> (TempDir, Home, Queue) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let queue = home.queue(&identity());
    queue.create(Access::Private).unwrap();
    (folder, home, queue)
}

fn id(number: u32) -> ProposalId {
    format!("p{number:09}").parse().unwrap()
}

fn proposal(id: &ProposalId) -> Proposal {
    serde_json::from_value(serde_json::json!({
        "version": 1, "id": id, "identity": "dev-x7k2q", "created": "2026-05-25T23:16:00Z",
        "ask": { "tool": "egress-block", "host": "api.example.test" }, "justification": "because",
    }))
    .unwrap()
}

fn place(queue: &Queue, id: &ProposalId) -> PathBuf {
    queue.path().join(format!("proposals/{id}.json"))
}

fn put(queue: &Queue, id: &ProposalId, proposal: &Proposal) {
    fs::write(
        place(queue, id),
        serde_json::to_vec_pretty(proposal).unwrap(),
    )
    .unwrap();
}

fn answer(id: &ProposalId, notes: &str) -> Answer {
    Answer {
        version: FileVersion,
        proposal: id.clone(),
        answered: Timestamp::new(OffsetDateTime::UNIX_EPOCH),
        verdict: AnswerVerdict::Rejected,
        notes: notes.to_owned(),
        until: None,
        uses: None,
        granted: None,
    }
}

#[test]
fn what_is_asked_is_pending_until_it_is_answered() {
    let (_folder, home, queue) = queue();
    assert_eq!(home.queues().unwrap(), [identity()]);
    assert!(queue.pending().unwrap().proposals.is_empty());
    put(&queue, &id(1), &proposal(&id(1)));
    let pending = queue.pending().unwrap();
    assert_eq!(pending.proposals[0].proposal, Ok(proposal(&id(1))));
    assert!(pending.proposals[0].is_pending());
    queue.answer(&answer(&id(1), "no")).unwrap();
    assert!(queue.pending().unwrap().proposals.is_empty());
    let all = queue.all().unwrap().proposals;
    assert_eq!(all[0].answer, Some(answer(&id(1), "no")));
    assert!(!all[0].is_pending());
    queue.create(Access::Private).unwrap();
    assert_eq!(queue.all().unwrap().proposals.len(), 1, "it stays");
}

#[test]
fn the_second_answer_is_told_what_the_first_was() {
    let (_folder, _home, queue) = queue();
    let barrier = Barrier::new(8);
    let won: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (queue, barrier) = (&queue, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    let answer = answer(&id(1), &number.to_string());
                    match queue.answer(&answer) {
                        Ok(()) => true,
                        Err(QueueError::AlreadyAnswered {
                            answer: Some(first),
                            ..
                        }) => {
                            assert_eq!(first.proposal, id(1));
                            false
                        }
                        Err(error) => panic!("{error}"),
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|each| each.join().unwrap())
            .collect()
    });
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let left = fs::read_dir(queue.path().join("answers")).unwrap().count();
    assert_eq!(left, 1, "nothing else is left behind");
}

#[test]
fn an_answer_that_cannot_be_read_is_not_a_proposal_that_waits() {
    let (_folder, _home, queue) = queue();
    put(&queue, &id(1), &proposal(&id(1)));
    fs::write(queue.path().join(format!("answers/{}.json", id(1))), "x").unwrap();
    assert!(queue.pending().unwrap().proposals.is_empty());
    assert!(matches!(
        queue.answered(&id(1)),
        Err(QueueError::Answer { .. })
    ));
    assert!(queue.answer(&answer(&id(1), "")).is_err());
}

#[test]
fn what_is_no_proposal_of_this_bottle_is_told_and_not_shown() {
    let (folder, _home, queue) = queue();
    let mut other = proposal(&id(1));
    put(&queue, &id(2), &other);
    other.identity = "dev-zzzzz".parse().unwrap();
    put(&queue, &id(1), &other);
    let mut long = proposal(&id(3));
    long.justification = "x".repeat(MAX_JUSTIFICATION + 1);
    put(&queue, &id(3), &long);
    let text = serde_json::to_string(&proposal(&id(4))).unwrap();
    fs::write(
        place(&queue, &id(4)),
        text.replace("\"host\"", "\"\\u001b[2J\""),
    )
    .unwrap();
    fs::write(
        place(&queue, &id(5)),
        text.replacen('{', "{\"version\":1,", 1),
    )
    .unwrap();
    symlink("/etc/passwd", place(&queue, &id(6))).unwrap();
    fs::create_dir(place(&queue, &id(7))).unwrap();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        place(&queue, &id(8)),
        rustix::fs::Mode::RUSR,
    )
    .unwrap();
    let large = fs::File::create(place(&queue, &id(9))).unwrap();
    large.set_len(1 << 40).unwrap();
    for name in ["x.json", "..json", "p000000001.jso", "P000000001.json"] {
        fs::write(queue.path().join("proposals").join(name), "").unwrap();
    }
    let since = Instant::now();
    let found: Vec<_> = queue
        .pending()
        .unwrap()
        .proposals
        .into_iter()
        .map(|each| each.proposal.unwrap_err())
        .collect();
    assert!(since.elapsed() < Duration::from_secs(5));
    assert_eq!(found[0], ProposalProblem::OtherBottle);
    assert_eq!(found[1], ProposalProblem::OtherName);
    assert_eq!(found[2], ProposalProblem::TooLarge);
    assert!(matches!(found[3], ProposalProblem::Form { .. }));
    assert!(matches!(found[4], ProposalProblem::Form { .. }), "twice");
    assert_eq!(found[5..], [ProposalProblem::NoFile; 4]);
    let error = queue.read(&id(4)).unwrap_err().to_string();
    assert!(
        !error.contains('\u{1b}') && !error.contains("[2J"),
        "{error}"
    );
    drop(folder);
}

#[test]
fn a_folder_that_is_a_link_is_not_followed() {
    let (folder, _home, queue) = queue();
    put(&queue, &id(1), &proposal(&id(1)));
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(queue.path().join("proposals"), &elsewhere).unwrap();
    symlink(&elsewhere, queue.path().join("proposals")).unwrap();
    assert!(queue.all().is_err());
    assert!(queue.read(&id(1)).is_err());
}

#[test]
fn ten_thousand_files_are_looked_at_in_part() {
    let (_folder, _home, queue) = queue();
    for number in 0..10_000 {
        fs::write(place(&queue, &id(number)), "{}").unwrap();
    }
    let since = Instant::now();
    let all = queue.all().unwrap();
    assert!(all.is_cut);
    assert!(all.proposals.len() <= 4096);
    assert!(since.elapsed() < Duration::from_secs(20));
}

#[test]
fn one_operator_decides_at_a_time() {
    let (_folder, _home, queue) = queue();
    let first = queue.lock().unwrap();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let _lock = queue.lock().unwrap();
            Instant::now()
        });
        std::thread::sleep(Duration::from_millis(200));
        let given_back = Instant::now();
        drop(first);
        assert!(second.join().unwrap() >= given_back);
    });
}

#[test]
fn a_change_wakes_whoever_watches() {
    let (_folder, home, queue) = queue();
    let mut watch = home.watch_queues();
    while watch.wait(Duration::from_millis(300)) {}
    let other: Identity = "dev-11111".parse().unwrap();
    for step in 0..4 {
        let woken = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let since = Instant::now();
                (watch.wait(Duration::from_secs(20)), since.elapsed())
            });
            std::thread::sleep(Duration::from_millis(100));
            match step {
                0 => put(&queue, &id(1), &proposal(&id(1))),
                1 => queue.answer(&answer(&id(1), "")).unwrap(),
                2 => home.queue(&other).create(Access::Private).unwrap(),
                _ => fs::write(place(&home.queue(&other), &id(1)), "").unwrap(),
            }
            waiting.join().unwrap()
        });
        assert!(woken.0, "step {step}");
        assert!(woken.1 < Duration::from_secs(10), "step {step}: {woken:?}");
        while watch.wait(Duration::from_millis(300)) {}
    }
}

#[test]
fn a_home_without_queues_is_looked_at_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut watch = home.watch_queues();
    let since = Instant::now();
    assert!(watch.wait(Duration::from_secs(20)));
    assert!(since.elapsed() < Duration::from_secs(10));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (_folder, _home, queue) = queue();
        fs::write(place(&queue, &id(1)), &bytes).unwrap();
        let all = queue.all().unwrap();
        prop_assert_eq!(all.proposals.len(), 1);
        prop_assert!(queue.read(&id(1)).is_err());
    }
}
