//! Waiting for answers.

use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use bottle_core::ProposalId;
use bottle_state::{Answer, AnswerWatch, Inbox};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::limits::LOOK;

/// Where answers come in.
#[derive(Debug, Clone)]
pub(crate) struct Answers {
    inbox: Arc<Inbox>,
    /// Changes whenever something appears in the folder.
    notices: watch::Receiver<()>,
}

impl Answers {
    /// Watches the folder from now on. Where that is not possible, it is looked into from time to time.
    pub(crate) fn open(inbox: Inbox) -> Self {
        let (sender, notices) = watch::channel(());
        let watched = inbox.watch().and_then(|watch| {
            let name = "answers".to_owned();
            Builder::new()
                .name(name)
                .spawn(move || pass_on(&watch, &sender))
        });
        if let Err(error) = watched {
            tracing::warn!(%error, "no notice of answers; looking for them instead");
        }
        Self {
            inbox: Arc::new(inbox),
            notices,
        }
    }

    /// The answer to a proposal, if there is one now.
    pub(crate) async fn look(&self, id: &ProposalId) -> Option<Answer> {
        let (inbox, id) = (Arc::clone(&self.inbox), id.clone());
        let looked = tokio::task::spawn_blocking(move || inbox.answer(&id));
        looked.await.ok().flatten()
    }

    /// The answer to a proposal, as soon as it is there; none when it does not come in that time.
    pub(crate) async fn wait(&self, id: &ProposalId, time: Duration) -> Option<Answer> {
        let end = Instant::now() + time;
        let mut notices = self.notices.clone();
        loop {
            // Before the look: what appears after it changes this again.
            notices.mark_unchanged();
            if let Some(answer) = self.look(id).await {
                return Some(answer);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let pause = left.min(LOOK);
            if let Ok(Err(_)) = timeout(pause, notices.changed()).await {
                // Nobody gives notice.
                sleep(pause).await;
            }
        }
    }
}

/// Passes every notice of the system on to those who wait, until nobody can.
fn pass_on(watch: &AnswerWatch, sender: &watch::Sender<()>) {
    while !sender.is_closed() {
        match watch.wait(LOOK) {
            Ok(true) => sender.send_replace(()),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "no more notice of answers; looking for them instead");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn answer(folder: &Path, id: &str) {
        let answer = json!({
            "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z", "verdict": "approved", "notes": "",
        });
        let fresh = folder.join("fresh");
        fs::write(&fresh, answer.to_string()).unwrap();
        fs::rename(fresh, folder.join(format!("{id}.json"))).unwrap();
    }

    fn id(text: &str) -> ProposalId {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn an_answer_ends_the_wait_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::open(Inbox::new(folder.path(), folder.path()));
        let asked = id("aaaaaaaaaa");
        let waiting = {
            let (answers, asked) = (answers.clone(), asked.clone());
            tokio::spawn(async move { answers.wait(&asked, Duration::from_secs(20)).await })
        };
        sleep(Duration::from_millis(100)).await;
        let since = Instant::now();
        answer(folder.path(), "aaaaaaaaaa");
        assert!(waiting.await.unwrap().is_some());
        // Much sooner than one would look.
        assert!(since.elapsed() < LOOK / 2, "{:?}", since.elapsed());
        assert!(answers.wait(&asked, Duration::ZERO).await.is_some());
        assert_eq!(answers.wait(&id("bbbbbbbbbb"), Duration::ZERO).await, None);
    }

    #[tokio::test]
    async fn without_notices_one_looks() {
        let folder = tempfile::tempdir().unwrap();
        let later = folder.path().join("later");
        let answers = Answers::open(Inbox::new(folder.path(), &later));
        let asked = id("aaaaaaaaaa");
        let waiting =
            tokio::spawn(async move { answers.wait(&asked, Duration::from_secs(20)).await });
        sleep(Duration::from_millis(50)).await;
        fs::create_dir(&later).unwrap();
        answer(&later, "aaaaaaaaaa");
        assert!(waiting.await.unwrap().is_some());
    }
}
