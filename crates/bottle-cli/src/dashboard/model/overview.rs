//! The keys of the overview.

use super::prompt::Typed;
use super::{
    GrantsPage, Key, Model, OpenCard, Order, Page, Pane, Prompt, Scroll, Stamp, identities,
};

impl Model {
    pub(super) fn overview_key(&mut self, key: Key) -> Vec<Order> {
        if self.log.typed.is_some() {
            self.filter_key(key);
            return Vec::new();
        }
        match key {
            Key::Tab => self.pane = next(self.pane),
            Key::BackTab => self.pane = next(next(self.pane)),
            Key::Char('/') => {
                self.pane = Pane::Log;
                self.log.typed = Some(Prompt::of(&self.log.filter));
            }
            _ => return self.pane_key(key),
        }
        Vec::new()
    }

    fn pane_key(&mut self, key: Key) -> Vec<Order> {
        // A third of the window is a pane.
        let page = (self.page_rows() / 3).max(1);
        match self.pane {
            Pane::Waiting => {
                let keys = self.proposals.keys();
                if !self.proposals.pick.key(key, &keys, page) && key == Key::Enter {
                    return self.open_card();
                }
                Vec::new()
            }
            Pane::Bottles => {
                let rows = identities(&self.survey);
                if self.bottle.key(key, &rows, page) {
                    return Vec::new();
                }
                self.bottle_key(key)
            }
            Pane::Log => {
                if !self.log.key(key, page)
                    && key == Key::Enter
                    && let Some(row) = self.log.chosen()
                {
                    self.page = Page::Row(Box::new(row), Scroll::default());
                }
                Vec::new()
            }
        }
    }

    fn open_card(&mut self) -> Vec<Order> {
        let Some(key) = self.proposals.pick.chosen() else {
            return Vec::new();
        };
        let (card, orders) = OpenCard::open(key.clone());
        self.page = Page::Card(Box::new(card));
        orders
    }

    fn bottle_key(&mut self, key: Key) -> Vec<Order> {
        let Some(identity) = self.bottle.chosen().cloned() else {
            return Vec::new();
        };
        let mut bottles = self.survey.bottles.iter();
        let is_live = bottles.any(|row| row.identity == identity && row.is_live);
        match key {
            Key::Char('l') => return vec![Order::Page(identity)],
            Key::Enter | Key::Char('g' | 's' | 't') if !is_live => {
                self.status = Some(format!("{identity} does not run"));
            }
            Key::Enter | Key::Char('g') => {
                let (page, orders) = GrantsPage::open(identity);
                self.page = Page::Grants(page);
                return orders;
            }
            Key::Char('t') => return vec![Order::Attach(identity)],
            Key::Char('s') => {
                self.page = Page::Stop(identity, Stamp::default());
                return vec![Order::ForgetKeys];
            }
            _ => {}
        }
        Vec::new()
    }

    fn filter_key(&mut self, key: Key) {
        let Some(prompt) = &mut self.log.typed else {
            return;
        };
        match prompt.key(key) {
            Typed::On => {}
            Typed::GivenUp => self.log.typed = None,
            Typed::Entered => {
                self.log.filter = prompt.text.trim().to_owned();
                self.log.typed = None;
            }
        }
    }
}

const fn next(pane: Pane) -> Pane {
    match pane {
        Pane::Waiting => Pane::Bottles,
        Pane::Bottles => Pane::Log,
        Pane::Log => Pane::Waiting,
    }
}
