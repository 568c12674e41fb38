//! The card of one proposal, from its first look to the decision.

use super::event::{Approval, Decided, Order, Rejection, Unreadable};
use super::prompt::Typed;
use super::{Clock, Key, LeaseChoice, LeaseWish, Prompt, Scroll, Stamp};
use crate::dashboard::view::{AskChoice, CardView, Credential, ProposalKey, Terms, Variant};

/// The card that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenCard {
    /// Of which proposal.
    pub(crate) key: ProposalKey,
    /// As it was asked for, or what instead.
    pub(crate) variant: Variant,
    /// What is known of it.
    pub(crate) face: Face,
    /// What is to be said before anything else: that it changed, that it failed.
    pub(crate) notice: Option<String>,
    /// What was written in the editor and could not be read: where the next editing begins.
    pub(crate) draft: Option<String>,
    /// How far the deciding is.
    pub(crate) step: Step,
    /// How far down it is.
    pub(crate) scroll: Scroll,
    /// Whether its end was on the screen.
    pub(crate) is_read: bool,
    /// Since when what could be decided is on the screen.
    pub(crate) stamp: Stamp,
}

/// What is known of the proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Face {
    /// It is being looked up.
    Loading,
    /// All of it.
    Shown(Box<CardView>),
    /// It cannot be decided.
    Closed(String),
}

/// How far the deciding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is read.
    Reading,
    /// For how long is being chosen.
    Leasing(LeaseChoice),
    /// What will hold is shown, and waits for a yes.
    Confirming(LeaseWish),
    /// The reason of a refusal is typed.
    Reasoning(Prompt),
    /// It is being carried out.
    Working(&'static str),
}

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing that anybody else has to know.
    Stay,
    /// The card is put away.
    Close,
    /// These are to be done.
    Do(Vec<Order>),
}

impl OpenCard {
    /// A card that is yet to be looked up, and what is to be done for that.
    pub(crate) fn open(key: ProposalKey) -> (Self, Vec<Order>) {
        let card = Self {
            key: key.clone(),
            variant: Variant::default(),
            face: Face::Loading,
            notice: None,
            draft: None,
            step: Step::Reading,
            scroll: Scroll::default(),
            is_read: false,
            stamp: Stamp::default(),
        };
        (
            card,
            vec![Order::ForgetKeys, Order::Card(key, Variant::default())],
        )
    }

    /// Whether a key may decide.
    pub(crate) fn is_armed(&self, now: Clock) -> bool {
        matches!(self.face, Face::Shown(_)) && self.stamp.is_seen(now.since)
    }

    /// What was looked up. What nobody waits for any more is dropped.
    pub(crate) fn loaded(
        &mut self,
        variant: &Variant,
        found: Result<Box<CardView>, String>,
    ) -> Vec<Order> {
        if *variant != self.variant || self.face != Face::Loading {
            return Vec::new();
        }
        match found {
            Ok(view) => self.face = Face::Shown(view),
            // Where nothing else could be shown, what was asked for still can.
            Err(why) if !self.variant.is_as_asked() => {
                return self.look_at(Variant::default(), Some(why));
            }
            Err(why) => self.face = Face::Closed(why),
        }
        self.stamp = Stamp::default();
        vec![Order::ForgetKeys]
    }

    /// Looks up another variant, or the same one again.
    pub(crate) fn look_at(&mut self, variant: Variant, notice: Option<String>) -> Vec<Order> {
        self.variant = variant.clone();
        self.face = Face::Loading;
        self.step = Step::Reading;
        self.scroll = Scroll::default();
        self.stamp = Stamp::default();
        self.notice = notice;
        vec![Order::ForgetKeys, Order::Card(self.key.clone(), variant)]
    }

    /// It no longer waits, or has become another one, as the queue shows. While it is being decided here, that is what is
    /// expected.
    pub(crate) fn gone(&mut self, why: &str) {
        if !matches!(self.step, Step::Working(_)) {
            self.step = Step::Reading;
            self.face = Face::Closed(why.to_owned());
        }
    }

    /// The editor was closed.
    pub(crate) fn edited(&mut self, written: Result<String, Unreadable>) -> Vec<Order> {
        match written {
            Ok(yaml) => {
                self.draft = Some(yaml.clone());
                let variant = Variant {
                    ask: AskChoice::Edited(yaml),
                    credential: self.variant.credential,
                };
                self.look_at(variant, None)
            }
            Err(Unreadable { text, why }) => {
                self.draft = Some(text);
                self.notice = Some(why);
                self.scroll = Scroll::default();
                self.stamp = Stamp::default();
                vec![Order::ForgetKeys]
            }
        }
    }

    /// A decision ended without being carried out.
    pub(crate) fn refused(&mut self, decided: Decided) -> Vec<Order> {
        let (Decided::Changed(why) | Decided::Failed(why) | Decided::Done(why)) = decided;
        self.look_at(self.variant.clone(), Some(why))
    }

    /// One key.
    pub(crate) fn key(&mut self, key: Key, now: Clock, page: usize) -> Turn {
        let is_armed = self.is_armed(now);
        match &mut self.step {
            Step::Working(_) => Turn::Stay,
            Step::Reading => self.reading(key, is_armed, page),
            Step::Leasing(choice) => match choice.key(key) {
                Typed::On => Turn::Stay,
                Typed::GivenUp => self.step_to(Step::Reading),
                Typed::Entered => {
                    let wish = choice.wish();
                    self.step_to(Step::Confirming(wish))
                }
            },
            Step::Confirming(lease) => {
                let lease = *lease;
                let is_seen = is_armed && self.is_read;
                self.confirming(key, is_seen.then_some(lease), page)
            }
            Step::Reasoning(prompt) => match prompt.key(key) {
                Typed::On => Turn::Stay,
                Typed::GivenUp => self.step_to(Step::Reading),
                Typed::Entered => self.reject(is_armed),
            },
        }
    }

    /// What was pasted goes where something is typed, and nowhere else.
    pub(crate) fn paste(&mut self, text: &str) {
        match &mut self.step {
            Step::Reasoning(prompt) => prompt.paste(text),
            Step::Leasing(choice) => choice.paste(text),
            _ => {}
        }
    }

    /// Puts another question on the screen, which has to be seen before it is answered.
    fn step_to(&mut self, step: Step) -> Turn {
        self.step = step;
        self.is_read = false;
        self.scroll = Scroll::default();
        self.stamp = Stamp::default();
        Turn::Do(vec![Order::ForgetKeys])
    }

    fn reading(&mut self, key: Key, is_armed: bool, page: usize) -> Turn {
        if self.scroll.key(key, page) {
            return Turn::Stay;
        }
        let Face::Shown(view) = &self.face else {
            return if key == Key::Escape {
                Turn::Close
            } else {
                Turn::Stay
            };
        };
        match key {
            Key::Escape if self.variant.is_as_asked() => Turn::Close,
            Key::Escape => Turn::Do(self.look_at(Variant::default(), None)),
            _ if !is_armed => Turn::Stay,
            Key::Char('a') if !view.refusals.is_empty() => Turn::Stay,
            Key::Char('a') if view.terms == Terms::Leased => {
                self.step_to(Step::Leasing(LeaseChoice::default()))
            }
            Key::Char('a') => self.step_to(Step::Confirming(LeaseWish::default())),
            Key::Char('r') => self.step_to(Step::Reasoning(Prompt::default())),
            Key::Char('n') => match &view.narrower {
                Some(narrower) => {
                    let variant = Variant {
                        ask: AskChoice::Narrower(Box::new(narrower.ask.clone())),
                        credential: self.variant.credential,
                    };
                    Turn::Do(self.look_at(variant, None))
                }
                None => Turn::Stay,
            },
            Key::Char('c') if view.asks_credential => Turn::Do(self.other_credential()),
            Key::Char('m') => match &view.yaml {
                Some(yaml) => {
                    let text = self.draft.as_ref().unwrap_or(yaml).clone();
                    Turn::Do(vec![Order::Edit(self.key.clone(), text)])
                }
                None => Turn::Stay,
            },
            _ => Turn::Stay,
        }
    }

    /// With the credential where it was without, or the other way round.
    fn other_credential(&mut self) -> Vec<Order> {
        let credential = match self.variant.credential {
            Credential::Withheld => Credential::Given,
            Credential::Given => Credential::Withheld,
        };
        let ask = self.variant.ask.clone();
        self.look_at(Variant { ask, credential }, None)
    }

    /// It was drawn, and cannot be scrolled further than this.
    pub(crate) fn drawn(&mut self, furthest: usize) {
        self.scroll.drawn(furthest);
        self.is_read |= self.scroll.0 >= furthest;
    }

    /// The second step: `armed` is the lease once the question has been seen, to its end.
    fn confirming(&mut self, key: Key, armed: Option<LeaseWish>, page: usize) -> Turn {
        if self.scroll.key(key, page) {
            return Turn::Stay;
        }
        match (key, armed, &self.face) {
            (Key::Escape | Key::Char('n'), ..) => self.step_to(Step::Reading),
            (Key::Char('y'), Some(lease), Face::Shown(view)) => {
                let approval = Approval {
                    key: self.key.clone(),
                    variant: self.variant.clone(),
                    token: view.token.clone(),
                    lease,
                };
                self.step = Step::Working("approving: the rules are written, loaded and looked at");
                Turn::Do(vec![Order::Approve(approval)])
            }
            _ => Turn::Stay,
        }
    }

    fn reject(&mut self, is_armed: bool) -> Turn {
        let Step::Reasoning(prompt) = &mut self.step else {
            return Turn::Stay;
        };
        let reason = prompt.text.trim().to_owned();
        if reason.is_empty() {
            prompt.problem = Some("the agent reads the reason: write one".to_owned());
            return Turn::Stay;
        }
        if !is_armed {
            return Turn::Stay;
        }
        let rejection = Rejection {
            key: self.key.clone(),
            reason,
        };
        self.step = Step::Working("rejecting");
        Turn::Do(vec![Order::Reject(rejection)])
    }
}
