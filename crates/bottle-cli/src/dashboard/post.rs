//! What the threads beside the screen have for it. Bounded: of facts the newest alone are kept, of decisions the last ones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bottle_core::Identity;

use super::model::Event;
use super::view::{LogRow, Survey, Tally, Waiting};

/// How many decisions wait to be shown. Protects our memory while the terminal is handed over.
const KEPT: usize = 2000;

/// What asks the screen to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Ctrl-C from outside. A program that has the terminal gets it, too, and it is that one's.
    Interrupt,
    /// SIGTERM, or a closed terminal.
    Terminate,
    /// One of our threads fell.
    Fallen,
}

/// Everything that lies in it.
#[derive(Debug, Default)]
struct Contents {
    waiting: Option<Waiting>,
    survey: Option<Survey>,
    rows: VecDeque<LogRow>,
    traffic: BTreeMap<Identity, Tally>,
    is_logged: bool,
    /// Whose decisions come again.
    anew: BTreeSet<Identity>,
    /// Answers to orders; there are no more of them than orders were given.
    answers: VecDeque<Event>,
    calls: VecDeque<Call>,
    is_resized: bool,
    is_rung: bool,
}

/// What was taken out.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// For the model.
    pub(crate) events: Vec<Event>,
    /// Who asks for the end.
    pub(crate) calls: Vec<Call>,
    /// Whether the window has another size.
    pub(crate) is_resized: bool,
}

/// The post of the screen.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    contents: Arc<Mutex<Contents>>,
    bell: Arc<PipeWriter>,
}

impl Post {
    /// A new one, and what can be read from when something lies in it.
    pub(crate) fn new() -> io::Result<(Self, PipeReader)> {
        let (ring, bell) = io::pipe()?;
        let post = Self {
            contents: Arc::default(),
            bell: Arc::new(bell),
        };
        Ok((post, ring))
    }

    /// What waits.
    pub(crate) fn waiting(&self, waiting: Waiting) {
        self.put(|contents| contents.waiting = Some(waiting));
    }

    /// What bottles there are.
    pub(crate) fn survey(&self, survey: Survey) {
        self.put(|contents| contents.survey = Some(survey));
    }

    /// One decision, and how many bytes passed with it where it counts for the sums.
    pub(crate) fn decision(&self, row: LogRow, bytes: Option<u64>) {
        self.put(|contents| {
            if let Some(bytes) = bytes {
                let tally = contents.traffic.entry(row.identity.clone()).or_default();
                tally.add(row.verdict, bytes);
            }
            if contents.rows.len() >= KEPT {
                contents.rows.pop_front();
            }
            contents.rows.push_back(row);
            contents.is_logged = true;
        });
    }

    /// The decisions and sums of a bottle begin anew: all of its log comes again.
    pub(crate) fn begin_anew(&self, identity: &Identity) {
        self.put(|contents| {
            contents.traffic.remove(identity);
            contents.rows.retain(|row| row.identity != *identity);
            contents.anew.insert(identity.clone());
        });
    }

    /// The answer to an order.
    pub(crate) fn answer(&self, event: Event) {
        self.put(|contents| contents.answers.push_back(event));
    }

    /// Somebody asks for the end.
    pub(crate) fn call(&self, call: Call) {
        self.put(|contents| {
            // One of each is enough.
            if !contents.calls.contains(&call) {
                contents.calls.push_back(call);
            }
        });
    }

    /// Whether anybody but Ctrl-C asks for the end; who does stays in the post.
    pub(crate) fn is_called_to_end(&self) -> bool {
        let contents = self.lock();
        contents.calls.iter().any(|call| *call != Call::Interrupt)
    }

    /// Ctrl-C was another program's until now.
    pub(crate) fn forget_interrupts(&self) {
        self.lock().calls.retain(|call| *call != Call::Interrupt);
    }

    /// The window has another size.
    pub(crate) fn resized(&self) {
        self.put(|contents| contents.is_resized = true);
    }

    /// Takes out everything.
    pub(crate) fn take(&self, mut ring: &PipeReader) -> Taken {
        let mut contents = self.lock();
        if contents.is_rung {
            // It was rung once since, and never more often.
            let _ = ring.read(&mut [0]);
            contents.is_rung = false;
        }
        let mut events = Vec::new();
        events.extend(contents.waiting.take().map(Event::Waiting));
        events.extend(contents.survey.take().map(Event::Survey));
        let anew = std::mem::take(&mut contents.anew);
        events.extend(anew.into_iter().map(Event::Anew));
        if std::mem::take(&mut contents.is_logged) {
            let rows = contents.rows.drain(..).collect();
            events.push(Event::Logged(rows, contents.traffic.clone()));
        }
        events.extend(contents.answers.drain(..));
        Taken {
            events,
            calls: contents.calls.drain(..).collect(),
            is_resized: std::mem::take(&mut contents.is_resized),
        }
    }

    fn put(&self, put: impl FnOnce(&mut Contents)) {
        let mut contents = self.lock();
        put(&mut contents);
        if !contents.is_rung {
            // A screen that is gone reads nothing more.
            contents.is_rung = (&*self.bell).write_all(&[0]).is_ok();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
