//! A secret that is cut over consecutive requests to one destination.
//!
//! What one request says at a place (a parameter of its query, a member of its JSON document) is put behind what the last
//! ones said at the same place, as far as a token reaches, and looked at together; and once more without the words around it
//! that both have. A value that is said again and again counts once.

mod members;
mod names;
mod place;
mod sent;
#[cfg(test)]
mod tests;
mod value;
mod window;

use std::collections::BTreeMap;
use std::time::Duration;

use self::names::Names;
pub(crate) use self::place::Place;
pub use self::sent::{MAX_TAKEN_APART, Sent};
use self::window::Window;
use crate::exchange::{Located, Part};
use crate::scanner::Scanner;

/// What is kept of the past.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// At how many places, 4 KiB for each.
    pub places: usize,
    /// For how long nothing was said at a place.
    pub age: Duration,
}

/// What was sent to one destination lately, as far as something could be cut over it and what comes next.
///
/// ```
/// use std::time::Duration;
/// use bottle_pipelock::{Line, Memory, Scanner, Sent, Trail};
///
/// let host = "api.example.com".parse().unwrap();
/// let sent = |target| {
///     let line = Line { method: "GET", host: &host, host_is_given: true, target };
///     Sent::of(&line, [], None)
/// };
/// let memory = Memory { places: 8, age: Duration::from_secs(60) };
/// let (mut trail, scanner) = (Trail::default(), Scanner::new());
/// let mut push = |target, second| trail.push(&scanner, sent(target), Duration::from_secs(second), &memory);
/// assert_eq!(push("/?n=1&d=AKIAQ3EGT", 0), None);
/// let found = push("/?n=2&d=HP7K5ZWXN2M", 1).unwrap();
/// assert_eq!((found.finding.rule, found.part.to_string()), ("aws-access-key-id", "target".to_owned()));
/// ```
#[derive(Debug, Default)]
pub struct Trail {
    windows: BTreeMap<Place, Window>,
    names: Names,
}

impl Trail {
    /// The first secret that begins in what was sent before and goes on in what is sent now, and where it goes on. Unless
    /// there is one, what is sent is kept; `now` counts from any moment.
    pub fn push(
        &mut self,
        scanner: &Scanner,
        sent: Sent,
        now: Duration,
        memory: &Memory,
    ) -> Option<Located> {
        self.windows
            .retain(|_, window| now.saturating_sub(window.last()) <= memory.age);
        let Sent { values, name } = sent;
        let mut values: Vec<_> = values.into_iter().take(memory.places).collect();
        values.retain(|(place, value)| match self.windows.get_mut(place) {
            // What is said again says nothing new.
            Some(window) if window.is_last(value) => {
                window.touch(now);
                false
            }
            _ => true,
        });
        let at_a_place = values.iter().find_map(|(place, value)| {
            let finding = self.windows.get(place)?.joined_with(scanner, value)?;
            Some(Located::at(place.part())(finding))
        });
        let found = at_a_place.or_else(|| {
            let in_names = self
                .names
                .joined_with(scanner, name.as_ref()?, now, memory)?;
            Some(Located::at(Part::Host)(in_names))
        });
        if found.is_some() {
            return found;
        }
        for (place, value) in values {
            // A secret that passed may go there, whole: it is nobody's beginning.
            if scanner.scan_body(value.end()).is_none() {
                self.make_room(&place, memory.places);
                self.windows.entry(place).or_default().keep(value, now);
            }
        }
        if let Some(name) = &name {
            self.names.keep(name, now);
        }
        None
    }

    /// How many bytes are looked at because of what is sent, about.
    pub fn work(&self, sent: &Sent) -> usize {
        let each = sent.values.iter().map(|(place, value)| {
            let window = self.windows.get(place);
            let window = window.filter(|window| !window.is_last(value));
            window.map_or(0, |window| window.work(value)) + value.end().len()
        });
        each.sum()
    }

    /// The place at which nothing was said for the longest time gives way.
    fn make_room(&mut self, place: &Place, places: usize) {
        if self.windows.len() < places || self.windows.contains_key(place) {
            return;
        }
        let oldest = self.windows.iter().min_by_key(|(_, window)| window.last());
        if let Some(oldest) = oldest.map(|(place, _)| place.clone()) {
            self.windows.remove(&oldest);
        }
    }
}
