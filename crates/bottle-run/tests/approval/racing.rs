//! Two operators at once.

use std::sync::Barrier;

use bottle_run::approval::ApprovalError;
use bottle_state::{AnswerVerdict, QueueError};

use crate::world::{World, operator, yes};

fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

#[test]
fn of_two_who_decide_at_once_one_wins() {
    for round in 0..4 {
        let world = World::new();
        let subject = world.ask_host(1, "docs.example.test");
        let token = wait_for(world.token(&subject));
        let barrier = Barrier::new(2);
        let decide = |approves: bool| {
            barrier.wait();
            let desk = world.desk();
            if approves {
                wait_for(desk.approve(&subject, &token, &yes())).map(drop)
            } else {
                wait_for(desk.reject(&subject, "no", &operator()))
            }
        };
        let results = std::thread::scope(|scope| {
            let one = scope.spawn(|| decide(true));
            let other = scope.spawn(|| decide(round % 2 == 0));
            [one.join().unwrap(), other.join().unwrap()]
        });
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        let error = lost.into_iter().next().unwrap().unwrap_err();
        assert!(
            matches!(
                &error,
                ApprovalError::Queue(QueueError::AlreadyAnswered {
                    answer: Some(_),
                    ..
                })
            ),
            "{error}"
        );
        let answer = world.answer(&subject).unwrap();
        let is_open = answer.verdict == AnswerVerdict::Approved;
        assert_eq!(world.table().grants().len(), usize::from(is_open));
        assert_eq!(world.trail().len(), 1);
    }
}
