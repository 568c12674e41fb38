//! Members of an ar: a package of Debian, a static library.

use super::super::found::shown_name;
use super::tar::Member;

const MAGIC: &[u8] = b"!<arch>\n";
const HEAD: usize = 60;

/// Whether an ar begins here.
pub(super) fn is_ar(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The members, up to where something else begins.
pub(super) fn members(bytes: &[u8]) -> impl Iterator<Item = Member<'_>> {
    let mut rest = bytes.get(MAGIC.len()..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, behind) = rest.split_at_checked(HEAD)?;
        head.ends_with(b"`\n").then_some(())?;
        let size = std::str::from_utf8(head.get(48..58)?).ok()?;
        let size: usize = size.trim_ascii_end().parse().ok()?;
        let content = behind.get(..size).unwrap_or(behind);
        rest = behind
            .get(size.checked_next_multiple_of(2)?..)
            .unwrap_or_default();
        Some(Member {
            name: shown_name(head.get(..16)?.trim_ascii_end()),
            start: bytes.len() - behind.len(),
            bytes: content,
        })
    })
}
