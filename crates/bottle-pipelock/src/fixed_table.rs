//! A table of what is known beforehand, by its key.
//!
//! The hash is fixed, as nobody but this crate chooses what is in a table; whoever asks for other keys can make a search
//! no longer than the longest row of slots that are taken.

/// So many slots there are for each entry, at least: most searches end with the first one.
const SLOTS: usize = 4;
/// An odd number without a pattern in its bits (2^64 divided by the golden ratio).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Keys with their values.
#[derive(Debug)]
pub(crate) struct Table<K, V> {
    /// Each entry in the slot of its key, or in the next one that was free. A power of two.
    slots: Vec<Option<(K, V)>>,
}

/// What a table can be asked for.
pub(crate) trait Key: Copy + Eq {
    /// A number that differs for nearly all keys, in its high bits.
    fn hash(self) -> u64;
}

impl<K: Key, V> Table<K, V> {
    /// A table of these. Of two with the same key the first one is found.
    pub(crate) fn of(entries: impl Iterator<Item = (K, V)>) -> Self {
        let entries: Vec<_> = entries.collect();
        let length = (entries.len() * SLOTS).next_power_of_two();
        let mut table = Self {
            slots: std::iter::repeat_with(|| None).take(length).collect(),
        };
        for entry in entries {
            let mut places = table.places(entry.0);
            let free = places.find(|place| matches!(table.slots.get(*place), Some(None)));
            if let Some(slot) = free.and_then(|free| table.slots.get_mut(free)) {
                *slot = Some(entry);
            }
        }
        table
    }

    /// What belongs to a key.
    pub(crate) fn get(&self, key: K) -> Option<&V> {
        let slots = self.places(key).map_while(|place| self.slots.get(place));
        let mut taken = slots.map_while(Option::as_ref);
        let (_, value) = taken.find(|(known, _)| *known == key)?;
        Some(value)
    }

    /// The slots in which a key may be, in this order.
    fn places(&self, key: K) -> impl Iterator<Item = usize> + use<K, V> {
        let length = self.slots.len();
        let first = usize::try_from(key.hash() >> 32).unwrap_or_default();
        // The length is a power of two.
        (0..length).map(move |step| first.wrapping_add(step) & (length - 1))
    }
}

impl Key for u64 {
    fn hash(self) -> u64 {
        self.wrapping_mul(SPREAD)
    }
}

impl Key for &[u8] {
    fn hash(self) -> u64 {
        let (parts, rest) = self.as_chunks();
        let mut last = [0; 8];
        for (place, byte) in last.iter_mut().zip(rest) {
            *place = *byte;
        }
        let parts = parts.iter().chain([&last]);
        parts.fold(0, |hash: u64, part| {
            (hash.rotate_left(29) ^ u64::from_le_bytes(*part)).wrapping_mul(SPREAD)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The longest row of slots that are taken.
    fn longest_row<K, V>(table: &Table<K, V>) -> usize {
        let rows = table.slots.split(Option::is_none).map(<[_]>::len);
        rows.max().unwrap_or_default()
    }

    proptest! {
        #[test]
        fn everything_is_found_and_nothing_else(
            known in prop::collection::btree_map("[a-c]{0,20}", any::<u8>(), 0..50),
            asked in "[a-c]{0,20}",
        ) {
            let entries = known.iter().map(|(key, value)| (key.as_bytes(), *value));
            let table = Table::of(entries);
            for (key, value) in &known {
                prop_assert_eq!(table.get(key.as_bytes()), Some(value));
            }
            prop_assert_eq!(table.get(asked.as_bytes()), known.get(&asked));
        }

        #[test]
        fn numbers_as_well(known in prop::collection::btree_map(0_u64..200, any::<u8>(), 0..50)) {
            let table = Table::of(known.clone().into_iter());
            let found: BTreeMap<_, _> = (0..200).filter_map(|key| Some((key, *table.get(key)?))).collect();
            prop_assert_eq!(found, known);
        }
    }

    #[test]
    fn searches_are_short() {
        let list = bip39::Language::English.word_list();
        let entries = list.iter().map(|word| (word.as_bytes(), ()));
        assert!(longest_row(&Table::of(entries)) < 16);
    }
}
