//! Members of a zip (APPNOTE 6.3.10), found by their own heads: readers differ in where they look for the list of them.

use std::io::Read as _;
use std::ops::Range;

use flate2::read::DeflateDecoder;

use super::super::found::shown_name;
use super::pack::Unreadable;

/// The head of a member.
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: usize = 30;
/// An entry of the list at the end.
const CENTRAL: &[u8] = b"PK\x01\x02";
const CENTRAL_LENGTH: usize = 46;
/// The end of the list.
const END: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
/// Zips that lie in one as they are have ends of their own. Of more than so many the rest is taken for ambiguous.
const MAX_ENDS: usize = 64;
/// Longer names only look like ones.
const MAX_NAME: u16 = 4096;
/// What points to the end of a list of the newer kind, and how far in front of the older end it stands.
const NEW_END: &[u8] = b"PK\x06\x07";
const NEW_END_LENGTH: usize = 20;
/// The highest version that there is. Readers do not mind, but what looks like a head and wants more may be part of a program.
const MAX_VERSION: u16 = 63;
/// The flag of a member that is encrypted.
const ENCRYPTED: u16 = 1;
/// The flag of a member whose own head does not say its size.
const SIZE_FOLLOWS: u16 = 8;
/// A size that stands in the field for longer ones.
const LONGER: u32 = u32::MAX;
/// The field for longer sizes.
const LONGER_FIELD: u16 = 1;
/// How a member lies there: as it is, and deflated.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// All ways that APPNOTE knows, so that other bytes are not taken for a head.
const METHODS: [u16; 17] = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 19, 20, 93];
/// And the newer ones.
const NEW_METHODS: std::ops::RangeInclusive<u16> = 94..=99;

/// A member, as its own head tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member<'a> {
    /// Where its head is.
    place: usize,
    pub(super) name: String,
    method: u16,
    /// Whether it is one for sure: the version that it wants is one, or a list has it.
    pub(super) is_usual: bool,
    is_encrypted: bool,
    /// How many bytes it has in the archive, if its head says that.
    size: Option<usize>,
    /// Where its bytes begin in the archive.
    start: usize,
    /// All behind its head: it ends where its compression does.
    bytes: &'a [u8],
}

/// What is in a member.
pub(super) enum Content<'a> {
    /// Nothing that is not looked at where it lies.
    Nothing,
    /// What lies there as it is, and where.
    Stored(&'a [u8], Range<usize>),
    /// What came out of it.
    Inflated(Inflated),
}

/// What came out of a member.
pub(super) struct Inflated {
    pub(super) plain: Vec<u8>,
    /// How many bytes were read for it.
    pub(super) read: usize,
}

/// All members, in the order of their heads.
pub(super) fn members(bytes: &[u8]) -> Vec<Member<'_>> {
    let heads = memchr::memmem::find_iter(bytes, LOCAL);
    heads.filter_map(|place| member(bytes, place)).collect()
}

fn member(bytes: &[u8], place: usize) -> Option<Member<'_>> {
    let (head, behind) = bytes.get(place..)?.split_at_checked(LOCAL_LENGTH)?;
    let (name, extra) = (short(head, 26)?, short(head, 28)?);
    let (flags, method) = (short(head, 6)?, short(head, 8)?);
    // No reader minds which version it wants.
    let is_one = name <= MAX_NAME && (METHODS.contains(&method) || NEW_METHODS.contains(&method));
    is_one.then_some(())?;
    let (name, behind) = behind.split_at_checked(name.into())?;
    let (extra, behind) = behind.split_at_checked(extra.into())?;
    let is_told = flags & SIZE_FOLLOWS == 0;
    Some(Member {
        place,
        name: shown_name(name),
        method,
        // The upper half is the system that it was made on.
        is_usual: short(head, 4)? & 0xff <= MAX_VERSION,
        is_encrypted: flags & ENCRYPTED != 0,
        size: is_told.then(|| size(head, 18, extra)).flatten(),
        start: bytes.len() - behind.len(),
        bytes: behind,
    })
}

/// The size in a record. That of what is not compressed stands first in the field for longer ones, if there.
fn size(record: &[u8], place: usize, mut extra: &[u8]) -> Option<usize> {
    let size = long(record, place)?;
    if size != LONGER {
        return usize::try_from(size).ok();
    }
    while let Some((head, behind)) = extra.split_at_checked(4) {
        let (field, rest) = behind.split_at_checked(short(head, 2)?.into())?;
        if short(head, 0)? == LONGER_FIELD {
            return usize::try_from(u64::from_le_bytes(*field.first_chunk()?)).ok();
        }
        extra = rest;
    }
    None
}

impl<'a> Member<'a> {
    /// What is in it.
    pub(super) fn unpack(&self, limit: usize) -> Result<Content<'a>, Unreadable> {
        if self.is_encrypted {
            return Err(Unreadable::Broken);
        }
        match self.method {
            STORED => Ok(self.stored()),
            DEFLATED => {
                let most = u64::try_from(limit.saturating_add(1)).unwrap_or(u64::MAX);
                let (mut plain, mut decoder) = (Vec::new(), DeflateDecoder::new(self.bytes));
                // What is cut off gives what it has, as to every reader.
                let _ = (&mut decoder).take(most).read_to_end(&mut plain);
                if plain.len() > limit {
                    return Err(Unreadable::TooLarge);
                }
                let read = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
                Ok(Content::Inflated(Inflated { plain, read }))
            }
            _ => Err(Unreadable::Broken),
        }
    }

    /// Without its size it is in an archive that is ambiguous. What is cut off is as long as it is.
    fn stored(&self) -> Content<'a> {
        self.size.map_or(Content::Nothing, |size| {
            let bytes = self.bytes.get(..size).unwrap_or(self.bytes);
            Content::Stored(bytes, self.start..self.start + bytes.len())
        })
    }
}

/// Whether the list at the end has a member that the heads do not have, or have otherwise, or nothing says how long one is
/// that lies there as it is: some readers go by the list. Members get the sizes that only the list has.
pub(super) fn is_ambiguous(bytes: &[u8], members: &mut [Member<'_>]) -> bool {
    let ends: Vec<usize> = memchr::memmem::find_iter(bytes, END).collect();
    let bases = ends.iter().filter_map(|end| base(bytes, *end));
    let bases: Vec<usize> = bases.take(MAX_ENDS).collect();
    let is_usual = members.iter().any(|member| member.is_usual);
    for place in memchr::memmem::find_iter(bytes, CENTRAL) {
        // Programs that read zips hold the words of their heads, too.
        if !is_usual && !is_listed(bytes, place, &ends) {
            continue;
        }
        if is_other(bytes, place, members, &bases).unwrap_or(false) {
            return true;
        }
    }
    members.iter().any(|member| {
        let is_stored = member.method == STORED && !member.is_encrypted;
        is_stored && member.is_usual && member.size.is_none()
    })
}

/// Where the zip begins that ends here.
fn base(bytes: &[u8], end: usize) -> Option<usize> {
    let list = list(bytes, end)?;
    let (length, offset) = (list.end - list.start, list.start);
    end.checked_sub(length)?.checked_sub(offset)
}

/// Where the list is, by what its end says.
fn list(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let record = bytes.get(end..end.checked_add(END_LENGTH)?)?;
    let length = usize::try_from(long(record, 12)?).ok()?;
    let offset = usize::try_from(long(record, 16)?).ok()?;
    Some(offset..offset.checked_add(length)?)
}

/// Whether a reader that goes by one of the ends would meet an entry here.
fn is_listed(bytes: &[u8], entry: usize, ends: &[usize]) -> bool {
    ends.iter().take(MAX_ENDS).any(|end| {
        let new = end.checked_sub(NEW_END_LENGTH);
        let new = new.and_then(|place| bytes.get(place..));
        let is_new = new.is_some_and(|new| new.starts_with(NEW_END));
        let is_in = list(bytes, *end).is_some_and(|list| {
            let before = end.saturating_sub(list.len())..*end;
            before.contains(&entry) || list.contains(&entry)
        });
        is_new || is_in
    }) || ends.len() > MAX_ENDS
}

/// Whether an entry of the list says something else than the head that it means. `None` if it is no entry.
fn is_other(
    bytes: &[u8],
    entry: usize,
    members: &mut [Member<'_>],
    bases: &[usize],
) -> Option<bool> {
    let behind = entry.checked_add(CENTRAL_LENGTH)?;
    let record = bytes.get(entry..behind)?;
    let (flags, method) = (short(record, 8)?, short(record, 10)?);
    let offset = usize::try_from(long(record, 42)?).ok()?;
    let extra = behind.checked_add(short(record, 28)?.into())?;
    let extra = bytes.get(extra..extra.checked_add(short(record, 30)?.into())?);
    let size = size(record, 20, extra.unwrap_or_default());
    let mut is_there = |base: &usize| {
        let place = base.checked_add(offset);
        let found = members.binary_search_by_key(&place, |member| Some(member.place));
        let member = found.ok().and_then(|number| members.get_mut(number));
        member.is_some_and(|member| {
            let is_same = member.method == method
                && member.is_encrypted == (flags & ENCRYPTED != 0)
                && (method != STORED || member.size.is_none() || member.size == size);
            if is_same {
                member.size = member.size.or(size);
                member.is_usual = true;
            }
            is_same
        })
    };
    Some(!bases.iter().chain([&0]).any(&mut is_there))
}

fn short(bytes: &[u8], place: usize) -> Option<u16> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

fn long(bytes: &[u8], place: usize) -> Option<u32> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}
