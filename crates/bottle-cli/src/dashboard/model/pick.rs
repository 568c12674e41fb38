//! Which row is chosen: by what it is, never by where it stands.

use super::Key;

/// A choice among rows that come and go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick<T>(Option<T>);

impl<T> Default for Pick<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone + PartialEq> Pick<T> {
    /// What is chosen.
    pub(crate) const fn chosen(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Where it stands among the rows.
    pub(crate) fn place(&self, rows: &[T]) -> Option<usize> {
        let chosen = self.0.as_ref()?;
        rows.iter().position(|row| row == chosen)
    }

    /// The rows have become these. What is gone is no longer chosen: the row that took its place is, or the last one.
    pub(crate) fn keep(&mut self, before: &[T], now: &[T]) {
        if self.place(now).is_none() {
            let place = self.place(before).unwrap_or_default();
            self.0 = now.get(place).or(now.last()).cloned();
        }
    }

    /// Moves by a key. Whether it was one that moves.
    pub(crate) fn key(&mut self, key: Key, rows: &[T], page: usize) -> bool {
        let place = self.place(rows).unwrap_or_default();
        let moved = key.moved(place, page);
        let Some(place) = moved else {
            return false;
        };
        self.0 = rows.get(place).or(rows.last()).cloned();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_sticks_to_what_it_is() {
        let mut pick = Pick::default();
        pick.keep(&[], &['a', 'b', 'c']);
        assert_eq!(pick.chosen(), Some(&'a'));
        assert!(pick.key(Key::Down, &['a', 'b', 'c'], 2));
        pick.keep(&['a', 'b', 'c'], &['x', 'y', 'a', 'b', 'c']);
        assert_eq!(pick.chosen(), Some(&'b'));
        pick.keep(&['x', 'b', 'c'], &['x', 'c']);
        assert_eq!(pick.chosen(), Some(&'c'));
        pick.keep(&['x', 'c'], &['x']);
        assert_eq!(pick.chosen(), Some(&'x'));
        pick.keep(&['x'], &[]);
        assert_eq!(pick.chosen(), None);
    }

    #[test]
    fn keys_stay_inside() {
        let rows = ['a', 'b', 'c'];
        let mut pick = Pick::default();
        pick.keep(&[], &rows);
        for (key, chosen) in [
            (Key::Up, 'a'),
            (Key::End, 'c'),
            (Key::Down, 'c'),
            (Key::Home, 'a'),
            (Key::PageDown, 'c'),
            (Key::PageUp, 'a'),
        ] {
            assert!(pick.key(key, &rows, 2));
            assert_eq!(pick.chosen(), Some(&chosen), "{key:?}");
        }
        assert!(!pick.key(Key::Char('a'), &rows, 2));
    }
}
