//! Members of a zip (APPNOTE 6.3.10), found by their own heads: readers differ in where they look for the list of them.

use std::io::Read as _;

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
/// The highest version that a head may want; anything else only looks like one.
const MAX_VERSION: u16 = 63;
/// Longer names only look like ones.
const MAX_NAME: u16 = 4096;
/// The flag of a member that is encrypted.
const ENCRYPTED: u16 = 1;
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
    is_encrypted: bool,
    /// All behind its head: it ends where its compression does.
    bytes: &'a [u8],
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
    // The upper half is the system that it was made on.
    let version = short(head, 4)? & 0xff;
    let is_one = version <= MAX_VERSION
        && name <= MAX_NAME
        && (METHODS.contains(&method) || NEW_METHODS.contains(&method));
    is_one.then_some(())?;
    let (name, behind) = behind.split_at_checked(name.into())?;
    Some(Member {
        place,
        name: shown_name(name),
        method,
        is_encrypted: flags & ENCRYPTED != 0,
        bytes: behind.get(extra.into()..)?,
    })
}

impl Member<'_> {
    /// What is in it. `None` for what lies there as it is, and for folders.
    pub(super) fn unpack(&self, limit: usize) -> Result<Option<Inflated>, Unreadable> {
        if self.is_encrypted {
            return Err(Unreadable::Broken);
        }
        match self.method {
            STORED => Ok(None),
            DEFLATED => {
                let most = u64::try_from(limit.saturating_add(1)).unwrap_or(u64::MAX);
                let (mut plain, mut decoder) = (Vec::new(), DeflateDecoder::new(self.bytes));
                // What is cut off gives what it has, as to every reader.
                let _ = (&mut decoder).take(most).read_to_end(&mut plain);
                if plain.len() > limit {
                    return Err(Unreadable::TooLarge);
                }
                let read = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
                Ok(Some(Inflated { plain, read }))
            }
            _ => Err(Unreadable::Broken),
        }
    }
}

/// Whether the list at the end has a member that the heads do not have, or have otherwise: some readers go by the list.
pub(super) fn is_ambiguous(bytes: &[u8], members: &[Member<'_>]) -> bool {
    let ends = memchr::memmem::find_iter(bytes, END);
    let bases = ends.filter_map(|end| base(bytes, end)).take(MAX_ENDS);
    let bases: Vec<usize> = bases.collect();
    let mut entries = memchr::memmem::find_iter(bytes, CENTRAL);
    entries.any(|entry| is_other(bytes, entry, members, &bases).unwrap_or(false))
}

/// Where the zip begins that ends here.
fn base(bytes: &[u8], end: usize) -> Option<usize> {
    let record = bytes.get(end..end.checked_add(END_LENGTH)?)?;
    let list = usize::try_from(long(record, 12)?).ok()?;
    let offset = usize::try_from(long(record, 16)?).ok()?;
    end.checked_sub(list)?.checked_sub(offset)
}

/// Whether an entry of the list says something else than the head that it means. `None` if it is no entry.
fn is_other(bytes: &[u8], entry: usize, members: &[Member<'_>], bases: &[usize]) -> Option<bool> {
    let record = bytes.get(entry..entry.checked_add(CENTRAL_LENGTH)?)?;
    let (flags, method) = (short(record, 8)?, short(record, 10)?);
    let offset = usize::try_from(long(record, 42)?).ok()?;
    let is_there = |base: &usize| {
        let place = base.checked_add(offset);
        let found = members.binary_search_by_key(&place, |member| Some(member.place));
        let member = found.ok().and_then(|number| members.get(number));
        member.is_some_and(|member| {
            member.method == method && member.is_encrypted == (flags & ENCRYPTED != 0)
        })
    };
    Some(!bases.iter().chain([&0]).any(is_there))
}

fn short(bytes: &[u8], place: usize) -> Option<u16> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u16::from_le_bytes(*bytes))
}

fn long(bytes: &[u8], place: usize) -> Option<u32> {
    let bytes = bytes.get(place..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes))
}
