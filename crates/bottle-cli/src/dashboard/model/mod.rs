//! What the screen shows and what keys do: a state machine. Events go in, orders come out, and nothing else happens here.

mod clock;
mod event;
mod grants_page;
mod key;
mod lease_choice;
mod lease_wish;
mod log;
mod open_card;
mod overview;
mod pick;
mod prompt;
mod proposals;
mod scroll;
mod stamp;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use bottle_core::Identity;

pub(crate) use self::clock::Clock;
pub(crate) use self::event::{Approval, Decided, Event, Order, Rejection, Unreadable};
pub(crate) use self::grants_page::GrantsPage;
pub(crate) use self::key::Key;
pub(crate) use self::lease_choice::LeaseChoice;
pub(crate) use self::lease_wish::{LeaseWish, LeaseWishError};
pub(crate) use self::log::Log;
use self::open_card::Turn;
pub(crate) use self::open_card::{Face, OpenCard, Step};
pub(crate) use self::pick::Pick;
pub(crate) use self::prompt::Prompt;
pub(crate) use self::proposals::Proposals;
pub(crate) use self::scroll::Scroll;
pub(crate) use self::stamp::Stamp;
use crate::dashboard::view::{LogRow, ProposalKey, Survey, Tally, Waiting};

/// The smallest window that holds a decision: columns and rows.
pub(crate) const SMALLEST: (u16, u16) = (60, 15);
/// How often ages are written anew.
const AGES: Duration = Duration::from_secs(30);
/// Rows of a window that are not the page's: the first, the last two.
const FRAME: u16 = 3;

/// Which part of the overview the keys are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pane {
    /// What waits.
    #[default]
    Waiting,
    /// What bottles there are.
    Bottles,
    /// What was decided.
    Log,
}

/// What fills the window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Page {
    /// Everything, a little of each.
    #[default]
    Overview,
    /// One proposal.
    Card(Box<OpenCard>),
    /// What was granted to a bottle.
    Grants(GrantsPage),
    /// One decision, whole.
    Row(Box<LogRow>, Scroll),
    /// The question whether a bottle is to be ended, and since when it is asked.
    Stop(Identity, Stamp),
}

/// The whole state of the screen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// What time it is.
    pub(crate) clock: Clock,
    /// Columns and rows.
    pub(crate) size: (u16, u16),
    /// What waits.
    pub(crate) proposals: Proposals,
    /// What bottles there are.
    pub(crate) survey: Survey,
    /// Which bottle is meant.
    pub(crate) bottle: Pick<Identity>,
    /// What passed and what did not.
    pub(crate) traffic: BTreeMap<Identity, Tally>,
    /// What was decided.
    pub(crate) log: Log,
    /// Which part of the overview the keys are for.
    pub(crate) pane: Pane,
    /// What fills the window.
    pub(crate) page: Page,
    /// The help, while it lies over the page.
    pub(crate) help: Option<Scroll>,
    /// What there is to say, until the next key.
    pub(crate) status: Option<String>,
    /// When the screen was drawn last.
    drawn: Duration,
    is_changed: bool,
}

impl Model {
    /// The screen of a window.
    pub(crate) fn new(size: (u16, u16), clock: Clock) -> Self {
        Self {
            clock,
            size,
            is_changed: true,
            ..Self::default()
        }
    }

    /// Whether anything can be shown and decided in this window.
    pub(crate) const fn is_too_small(&self) -> bool {
        self.size.0 < SMALLEST.0 || self.size.1 < SMALLEST.1
    }

    /// Whether the screen has to be drawn.
    pub(crate) const fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// When the screen changes by itself next, counted from when it was opened.
    pub(crate) fn next(&self) -> Duration {
        let now = self.clock.since;
        let stamp = self.stamp().and_then(|stamp| stamp.ahead(now));
        let ahead = [stamp, self.proposals.ahead(self.clock)];
        let ages = self.drawn.saturating_add(AGES);
        ahead.into_iter().flatten().fold(ages, Duration::min)
    }

    /// How many rows a page turns.
    pub(crate) fn page_rows(&self) -> usize {
        usize::from(self.size.1.saturating_sub(FRAME + 2)).max(1)
    }

    /// Something happened. What is to be done about it.
    pub(crate) fn handle(&mut self, event: Event) -> Vec<Order> {
        match event {
            Event::Clock(clock) => {
                self.tick(clock);
                return Vec::new();
            }
            Event::Drawn(furthest, clock) => {
                self.was_drawn(furthest, clock);
                return Vec::new();
            }
            Event::Waiting(waiting) => return self.waiting(waiting),
            Event::Survey(survey) => {
                self.surveyed(survey);
                return Vec::new();
            }
            _ => {}
        }
        self.is_changed = true;
        match event {
            Event::Key(key) => self.key(key),
            Event::Paste(text) => {
                self.paste(&text);
                Vec::new()
            }
            Event::Resized(columns, rows) => {
                self.size = (columns, rows);
                // What is shown now is cut another way.
                self.show_anew();
                Vec::new()
            }
            Event::Anew(identity) => {
                self.log.forget(&identity);
                Vec::new()
            }
            Event::Logged(rows, traffic) => {
                self.log.take(rows);
                self.traffic = traffic;
                Vec::new()
            }
            Event::Said(text) => {
                self.status = Some(text);
                self.look_again()
            }
            about => self.about_card(about),
        }
    }

    /// What came of a card or of grants that were asked for.
    fn about_card(&mut self, event: Event) -> Vec<Order> {
        match (event, &mut self.page) {
            (Event::Decided(key, decided), _) => self.decided(&key, decided),
            (Event::Card(key, variant, found), Page::Card(card)) if card.key == key => {
                card.loaded(&variant, found)
            }
            (Event::Edited(key, written), Page::Card(card)) if card.key == key => {
                card.edited(written)
            }
            (Event::Grants(identity, found), Page::Grants(page)) if page.identity == identity => {
                page.loaded(found);
                Vec::new()
            }
            // What was asked for is no longer on the screen.
            _ => Vec::new(),
        }
    }

    fn decided(&mut self, key: &ProposalKey, decided: Decided) -> Vec<Order> {
        match (&mut self.page, decided) {
            (Page::Card(card), Decided::Done(text)) if card.key == *key => {
                self.page = Page::Overview;
                self.status = Some(text);
                Vec::new()
            }
            (Page::Card(card), decided) if card.key == *key => card.refused(decided),
            (_, Decided::Done(text) | Decided::Changed(text) | Decided::Failed(text)) => {
                self.status = Some(text);
                Vec::new()
            }
        }
    }

    /// What is shown may be another now.
    fn look_again(&self) -> Vec<Order> {
        match &self.page {
            Page::Grants(page) => vec![Order::Grants(page.identity.clone())],
            _ => Vec::new(),
        }
    }

    fn waiting(&mut self, waiting: Waiting) -> Vec<Order> {
        let before = self.proposals.clone();
        self.proposals.take(waiting, self.clock);
        self.is_changed |= self.proposals != before;
        let Page::Card(card) = &mut self.page else {
            return Vec::new();
        };
        match (before.find(&card.key), self.proposals.find(&card.key)) {
            (Some(_), None) => {
                card.gone("it no longer waits: it was answered, or its bottle has ended");
                Vec::new()
            }
            (Some(before), Some(now)) if before != now => {
                self.is_changed = true;
                let notice =
                    "the proposal has changed since it was shown: this is what it says now";
                card.look_at(card.variant.clone(), Some(notice.to_owned()))
            }
            _ => Vec::new(),
        }
    }

    fn surveyed(&mut self, survey: Survey) {
        if survey == self.survey {
            return;
        }
        let (before, after) = (identities(&self.survey), identities(&survey));
        self.survey = survey;
        self.bottle.keep(&before, &after);
        self.is_changed = true;
    }

    fn stamp(&self) -> Option<Stamp> {
        match &self.page {
            Page::Card(card) => Some(card.stamp),
            Page::Grants(page) => Some(page.stamp),
            Page::Stop(_, stamp) => Some(*stamp),
            Page::Overview | Page::Row(..) => None,
        }
    }

    fn stamp_mut(&mut self) -> Option<&mut Stamp> {
        match &mut self.page {
            Page::Card(card) => Some(&mut card.stamp),
            Page::Grants(page) => Some(&mut page.stamp),
            Page::Stop(_, stamp) => Some(stamp),
            Page::Overview | Page::Row(..) => None,
        }
    }

    /// What is on the screen has to be seen again before it is decided.
    fn show_anew(&mut self) {
        if let Some(stamp) = self.stamp_mut() {
            *stamp = Stamp::default();
        }
    }

    fn tick(&mut self, clock: Clock) {
        // Something was waited for on the screen, and is due.
        self.is_changed |= self.next() <= clock.since;
        self.clock = clock;
    }

    fn was_drawn(&mut self, furthest: usize, clock: Clock) {
        self.is_changed = false;
        self.drawn = self.clock.since;
        // What became due while it was being drawn is drawn next. A slow terminal has it all only now.
        self.tick(clock);
        let now = clock.since;
        // What lies under the help or in too small a window was not seen.
        if let Some(scroll) = &mut self.help {
            scroll.drawn(furthest);
            return;
        }
        if self.is_too_small() {
            return;
        }
        match &mut self.page {
            Page::Card(card) => card.drawn(furthest),
            Page::Row(_, scroll) => scroll.drawn(furthest),
            _ => {}
        }
        let is_asking = match &self.page {
            Page::Card(card) => matches!(card.face, Face::Shown(_)),
            _ => true,
        };
        if let Some(stamp) = self.stamp_mut().filter(|_| is_asking) {
            stamp.drawn(now);
        }
    }

    fn key(&mut self, key: Key) -> Vec<Order> {
        match key {
            Key::Interrupt => return vec![Order::Quit],
            Key::Redraw => return vec![Order::Redraw],
            _ => {}
        }
        if key == Key::Char('q') && !self.is_typing() {
            return vec![Order::Quit];
        }
        if self.is_too_small() {
            return Vec::new();
        }
        let page = self.page_rows();
        if let Some(scroll) = &mut self.help {
            if !scroll.key(key, page) {
                self.help = None;
                self.show_anew();
            }
            return Vec::new();
        }
        if key == Key::Char('?') && !self.is_typing() {
            self.help = Some(Scroll::default());
            return Vec::new();
        }
        self.status = None;
        self.page_key(key, page)
    }

    fn page_key(&mut self, key: Key, page: usize) -> Vec<Order> {
        let turn = match &mut self.page {
            Page::Overview => return self.overview_key(key),
            Page::Card(card) => card.key(key, self.clock, page),
            Page::Grants(grants) => grants.key(key, self.clock, page),
            Page::Row(_, scroll) => {
                let is_moved = scroll.key(key, page);
                if is_moved { Turn::Stay } else { Turn::Close }
            }
            Page::Stop(identity, stamp) => match key {
                Key::Char('y') if stamp.is_seen(self.clock.since) => {
                    let order = Order::Stop(identity.clone());
                    self.status = Some(format!("ending {identity}: what it leaves is saved"));
                    self.page = Page::Overview;
                    Turn::Do(vec![order])
                }
                Key::Escape | Key::Char('n') => Turn::Close,
                _ => Turn::Stay,
            },
        };
        match turn {
            Turn::Stay => Vec::new(),
            Turn::Do(orders) => orders,
            Turn::Close => {
                self.page = Page::Overview;
                Vec::new()
            }
        }
    }

    /// Whether keys are text.
    pub(crate) fn is_typing(&self) -> bool {
        match &self.page {
            Page::Overview => self.log.typed.is_some(),
            Page::Card(card) => match &card.step {
                Step::Reasoning(_) => true,
                Step::Leasing(choice) => choice.typed.is_some(),
                _ => false,
            },
            _ => false,
        }
    }

    fn paste(&mut self, text: &str) {
        match &mut self.page {
            Page::Overview => {
                if let Some(prompt) = &mut self.log.typed {
                    prompt.paste(text);
                }
            }
            Page::Card(card) => card.paste(text),
            _ => {}
        }
    }
}

/// The names of the rows.
pub(crate) fn identities(survey: &Survey) -> Vec<Identity> {
    let bottles = survey.bottles.iter();
    bottles.map(|row| row.identity.clone()).collect()
}
