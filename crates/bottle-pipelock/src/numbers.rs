//! Where numbers of cards and accounts may begin: in groups of digits and capitals.

use std::ops::Range;

use crate::bytes::ByteSet;
use crate::runs::runs;

/// The shortest number: that of an account in Norway.
const SHORTEST: usize = 15;
/// How many of it are digits at least.
const MIN_DIGITS: usize = 10;

static DIGITS_AND_CAPITALS: ByteSet = ByteSet::of(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -");

/// All rows of groups that are long enough to be such a number.
pub(crate) fn rows(text: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let rows = runs(text, &DIGITS_AND_CAPITALS, SHORTEST);
    rows.filter(|row| {
        let row = text.get(row.clone()).unwrap_or_default().iter();
        row.filter(|byte| byte.is_ascii_digit())
            .take(MIN_DIGITS)
            .count()
            == MIN_DIGITS
    })
}
