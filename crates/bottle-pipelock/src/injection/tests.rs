//! Orders, and texts that only look like them.

mod hostile;
mod linear;
mod ordinary;
mod rows;

use proptest::prelude::*;

use super::find_injection;

proptest! {
    #[test]
    fn any_bytes_are_read_and_a_sign_lies_within_them(text in proptest::collection::vec(any::<u8>(), 0..2048)) {
        if let Some(found) = find_injection(&text) {
            prop_assert!(found.offset < text.len());
        }
    }

    #[test]
    fn what_stands_around_an_order_does_not_hide_it(
        which in 0..hostile::TEXTS.len(),
        before in "([A-Z][a-z]{2,9}( [a-z]{2,9}){0,40}[.]\n\n){0,20}",
        behind in "(\n\n[A-Z][a-z]{2,9}( [a-z]{2,9}){0,40}[.]){0,20}",
    ) {
        let order = hostile::TEXTS[which].1;
        let text = format!("{before}{order}{behind}");
        prop_assert!(find_injection(text.as_bytes()).is_some(), "{}", text);
    }
}
