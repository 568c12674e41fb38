//! The loop around the model: waits, hands events in, carries orders out, draws.

use std::io::{self, PipeReader};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::decoder::Input;
use super::draw::Ink;
use super::errand::{self, Ran, Written};
use super::feed::Source;
use super::model::{Clock, Event, Model, Order};
use super::post::{Call, Post, Taken};
use super::screen::{Screen, ready};
use super::view::ProposalKey;
use crate::printer::Printer;

/// The shortest time between two drawings of what comes by itself: a bottle that asks without end costs no more than this.
const FRAME: Duration = Duration::from_millis(100);
/// How often it is looked what bottles there are, where nothing tells. Asks the engine one question.
const LOOK: Duration = Duration::from_secs(5);

/// What the loop needs.
pub(crate) struct Shell<S> {
    source: Arc<S>,
    post: Post,
    ring: PipeReader,
    ink: Ink,
    screen: Screen,
    model: Model,
    opened: Instant,
    jobs: Vec<JoinHandle<()>>,
    printer: Printer,
}

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// By a key.
    Quit,
    /// By a signal.
    Called,
    /// One of our threads fell, and has told why.
    Fallen,
}

impl<S: Source> Shell<S> {
    /// Opens the screen over a source.
    pub(crate) fn open(
        source: S,
        (ink, printer): (Ink, Printer),
        (post, ring): (Post, PipeReader),
    ) -> io::Result<Self> {
        let screen = Screen::open(&post)?;
        let opened = Instant::now();
        let model = Model::new(screen.size()?, clock(opened));
        Ok(Self {
            source: Arc::new(source),
            post,
            ring,
            ink,
            screen,
            model,
            opened,
            jobs: Vec::new(),
            printer,
        })
    }

    /// Shows the screen until it is left. What is being carried out then is waited for.
    pub(crate) fn run(mut self) -> io::Result<Left> {
        watch(&self.source, &self.post);
        let left = self.turn();
        // The terminal is given back first, so that a message can be read.
        drop(self.screen);
        if self.jobs.iter().any(|job| !job.is_finished()) {
            self.printer
                .say("what is being carried out comes to its end first ...");
        }
        for job in self.jobs {
            // One that fell has told that itself.
            let _ = job.join();
        }
        left
    }

    fn turn(&mut self) -> io::Result<Left> {
        let mut drawn = Instant::now();
        loop {
            self.happens(Event::Clock(clock(self.opened)));
            if self.model.is_changed() {
                let furthest = self.screen.draw(&self.model, self.ink)?;
                drawn = Instant::now();
                self.happens(Event::Drawn(furthest, clock(self.opened)));
            }
            let typed = self.wait(drawn)?;
            self.happens(Event::Clock(clock(self.opened)));
            let taken = self.post.take(&self.ring);
            if let Some(left) = self.news(taken)? {
                return Ok(left);
            }
            if typed && self.keys()? {
                return Ok(Left::Quit);
            }
        }
    }

    /// Waits for a key, for post, or for the time when the screen changes by itself. Whether there is a key.
    fn wait(&self, drawn: Instant) -> io::Result<bool> {
        let next = self.opened + self.model.next();
        // What was drawn a moment ago is not drawn again for what comes by itself; a key is answered at once.
        let earliest = drawn + FRAME;
        let is_typed = ready(&io::stdin(), None, earliest)?;
        if is_typed {
            return Ok(true);
        }
        ready(&io::stdin(), Some(&self.ring), next)
    }

    /// What lay in the post. Whether that is the end.
    fn news(&mut self, taken: Taken) -> io::Result<Option<Left>> {
        if taken.calls.contains(&Call::Fallen) {
            return Ok(Some(Left::Fallen));
        }
        if !taken.calls.is_empty() {
            return Ok(Some(Left::Called));
        }
        if taken.is_resized {
            let (columns, rows) = self.screen.size()?;
            self.model.handle(Event::Resized(columns, rows));
        }
        for event in taken.events {
            if let Event::Survey(survey) = &event {
                self.source.follow(survey, &self.post);
            }
            for order in self.model.handle(event) {
                self.carry_out(order)?;
            }
        }
        Ok(None)
    }

    /// What was typed. Whether that was the end.
    fn keys(&mut self) -> io::Result<bool> {
        for input in self.screen.read()? {
            let event = match input {
                Input::Key(key) => Event::Key(key),
                Input::Paste(text) => Event::Paste(text),
            };
            let orders = self.model.handle(event);
            if orders.contains(&Order::Quit) {
                return Ok(true);
            }
            // What was read together with it was typed before, too.
            let is_last = orders.contains(&Order::ForgetKeys);
            orders
                .into_iter()
                .try_for_each(|order| self.carry_out(order))?;
            if is_last {
                break;
            }
        }
        Ok(false)
    }

    /// An event that orders nothing.
    fn happens(&mut self, event: Event) {
        self.model.handle(event);
    }

    fn carry_out(&mut self, order: Order) -> io::Result<()> {
        match order {
            Order::Quit => {}
            Order::Redraw => self.screen.forget()?,
            Order::ForgetKeys => self.screen.forget_keys()?,
            Order::Edit(key, yaml) => self.edit(key, &yaml)?,
            Order::Attach(identity) => {
                let mut command = errand::attach(&identity)?;
                self.lend(|is_over| errand::run(&mut command, is_over))?;
            }
            Order::Page(identity) => self.lend(|is_over| errand::page(&identity, is_over))?,
            order => {
                self.jobs.retain(|job| !job.is_finished());
                let (source, post) = (Arc::clone(&self.source), self.post.clone());
                self.jobs
                    .push(thread::spawn(move || post.answer(job(&*source, order))));
            }
        }
        Ok(())
    }

    /// Hands the terminal to another program, and takes it back.
    fn lend(
        &mut self,
        errand: impl FnOnce(&dyn Fn() -> bool) -> io::Result<Ran>,
    ) -> io::Result<()> {
        let ran = self.hand_over(errand)?;
        let text = match ran {
            Ok(Ran::Fine | Ran::Ended) => return Ok(()),
            Ok(Ran::Badly) => "it did not end well".to_owned(),
            Err(error) => format!("it could not be started: {error}"),
        };
        self.happens(Event::Said(text));
        Ok(())
    }

    fn edit(&mut self, key: ProposalKey, yaml: &str) -> io::Result<()> {
        let event = match self.hand_over(|is_over| errand::edit(yaml, is_over))? {
            Ok(Written::Changed(text)) => Event::Edited(key, Ok(text)),
            Ok(Written::Unreadable(why)) => Event::Edited(key, Err(why)),
            Ok(Written::Unchanged) => Event::Said("nothing was changed".to_owned()),
            Err(error) => Event::Said(format!("the editor could not be used: {error}")),
        };
        for order in self.model.handle(event) {
            self.carry_out(order)?;
        }
        Ok(())
    }

    /// The inner result is the errand's, the outer one the terminal's.
    fn hand_over<T>(
        &mut self,
        errand: impl FnOnce(&dyn Fn() -> bool) -> io::Result<T>,
    ) -> io::Result<io::Result<T>> {
        self.screen.hand_over();
        let is_over = || self.post.is_called_to_end();
        let ran = errand(&is_over);
        self.post.forget_interrupts();
        self.screen.take()?;
        self.screen.forget_keys()?;
        let (columns, rows) = self.screen.size()?;
        self.model.handle(Event::Resized(columns, rows));
        Ok(ran)
    }
}

/// What is on the screen is drawn within a moment of this.
fn clock(opened: Instant) -> Clock {
    Clock {
        since: opened.elapsed(),
        wall: OffsetDateTime::now_utc().unix_timestamp(),
    }
}

/// Carries out what takes time, on a thread of its own.
fn job(source: &impl Source, order: Order) -> Event {
    let said =
        |result: anyhow::Result<String>| Event::Said(result.unwrap_or_else(|error| told(&error)));
    match order {
        Order::Card(key, variant) => {
            let found = source.card(&key, &variant);
            Event::Card(
                key,
                variant,
                found.map(Box::new).map_err(|error| told(&error)),
            )
        }
        Order::Approve(approval) => {
            let decided = source.approve(&approval);
            Event::Decided(approval.key, decided)
        }
        Order::Reject(rejection) => {
            let decided = source.reject(&rejection);
            Event::Decided(rejection.key, decided)
        }
        Order::Grants(identity) => {
            let found = source.grants(&identity).map_err(|error| told(&error));
            Event::Grants(identity, found)
        }
        Order::Revoke(identity, grant) => said(source.revoke(&identity, &grant)),
        Order::Stop(identity) => said(source.stop(&identity)),
        // Carried out where the terminal is.
        Order::Quit
        | Order::Redraw
        | Order::ForgetKeys
        | Order::Edit(..)
        | Order::Attach(_)
        | Order::Page(_) => Event::Said(String::new()),
    }
}

/// An error with its causes, on one line.
pub(crate) fn told(error: &anyhow::Error) -> String {
    bottle_core::causes(error.as_ref())
}

/// Looks at what waits whenever something tells, and at what runs now and then, on threads that end with the process.
fn watch<S: Source>(source: &Arc<S>, post: &Post) {
    let (queues, told) = (Arc::clone(source), post.clone());
    thread::spawn(move || {
        let mut watch = queues.watch();
        loop {
            told.waiting(queues.waiting());
            watch.wait(LOOK);
        }
    });
    let (bottles, told) = (Arc::clone(source), post.clone());
    thread::spawn(move || {
        loop {
            told.survey(bottles.survey());
            thread::sleep(LOOK);
        }
    });
}
