//! Single letters folded, kept for those of two bytes: Greek, Cyrillic, Latin with marks. Texts in these alphabets consist
//! of little else, and each of them is asked for again and again.

use std::borrow::Cow;
use std::sync::LazyLock;

/// The first and the last character of two bytes in UTF-8.
const FIRST: u32 = 0x80;
const LAST: u32 = 0x7ff;

/// Their folded views, in their order.
static FOLDED: LazyLock<Vec<Option<Vec<u8>>>> = LazyLock::new(|| {
    let letters = (FIRST..=LAST).filter_map(char::from_u32);
    letters.map(fold).collect()
});

/// What [`super::fold`] makes of one letter.
pub(crate) fn letter(letter: char) -> Option<Cow<'static, [u8]>> {
    match kept(letter) {
        Some(folded) => folded.as_deref().map(Cow::Borrowed),
        None => fold(letter).map(Cow::Owned),
    }
}

/// Whether a letter stays one that is not ASCII, as far as that is known without folding it.
pub(crate) fn stays_foreign(letter: char) -> bool {
    kept(letter).is_some_and(|folded| folded.as_ref().is_none_or(|folded| !folded.is_ascii()))
}

/// The folded view of a letter of two bytes.
fn kept(letter: char) -> Option<&'static Option<Vec<u8>>> {
    let place = u32::from(letter).checked_sub(FIRST)?;
    FOLDED.get(usize::try_from(place).ok()?)
}

fn fold(letter: char) -> Option<Vec<u8>> {
    super::fold(letter.encode_utf8(&mut [0; 4]).as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_letters_of_two_bytes_are_kept() {
        assert_eq!(FOLDED.len(), 0x780);
        for code in FIRST..=LAST {
            let char = char::from_u32(code).unwrap();
            assert_eq!(letter(char).map(Cow::into_owned), fold(char), "{code:x}");
        }
    }

    #[test]
    fn what_hides_a_letter_of_ascii_does_not_stay_foreign() {
        assert!(stays_foreign('\u{436}'));
        for letter in ['a', '\u{430}', '\u{e9}', '\u{301}', '\u{4f60}'] {
            assert!(!stays_foreign(letter), "{letter}");
        }
    }

    proptest! {
        #[test]
        fn as_a_text_of_it_alone(char in any::<char>()) {
            prop_assert_eq!(letter(char).map(Cow::into_owned), fold(char));
        }
    }
}
