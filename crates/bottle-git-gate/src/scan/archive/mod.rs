//! Files that hold files: zip and what is one (jar, whl, docx), tar, ar, and compressed ones.
//!
//! What lies in an archive as it is stands in the bytes of the archive, which the scanner has looked at. Here the rest is
//! unpacked, compressed streams inside of other files among it ([`inside`]). Whoever wrote the archive may be hostile: what comes out of one file is bounded ([`MAX_UNPACKED`]), so are the
//! members and the depth, and what cannot be unpacked is a finding.

mod ar;
mod format;
mod inside;
mod pack;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use std::ops::Range;

use bottle_pipelock::{Extent, Plain, Scanner};

use self::format::Format;
use super::found::Found;
use super::rule::{AMBIGUOUS, BOMB, SEALED};

/// What may come out of one file, in bytes, all members of all archives in it together.
const MAX_UNPACKED: usize = 64 * 1024 * 1024;
/// What members of zips in one file may be read for that, in bytes: they may lie over each other.
const MAX_READ: usize = 256 * 1024 * 1024;
/// How many members one file may have, those of archives in it included. The largest jars have tens of thousands.
const MAX_MEMBERS: usize = 100_000;
/// How many places of one file may look as if something compressed began there.
const MAX_INSIDE: usize = 20_000;
/// How many archives may lie in each other: a jar in an archive in a compressed archive.
const DEPTH: usize = 4;

/// Looks into a file, if it holds others. Its own bytes were looked at.
pub(super) fn look(scanner: &Scanner, name: &str, bytes: &[u8]) -> Vec<Found> {
    let mut unpacking = Unpacking {
        scanner,
        left: MAX_UNPACKED,
        work: MAX_READ,
        members: MAX_MEMBERS,
        inside: MAX_INSIDE,
        found: Vec::new(),
    };
    if let Err(Full(rule)) = unpacking.enter(name, bytes, DEPTH) {
        unpacking.found.push(Found::whole(rule));
    }
    unpacking.found
}

/// Why nothing more is looked at, by its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Full(&'static str);

/// What is being unpacked, and how much still may be.
struct Unpacking<'a> {
    scanner: &'a Scanner,
    left: usize,
    work: usize,
    members: usize,
    inside: usize,
    found: Vec<Found>,
}

impl Unpacking<'_> {
    /// Looks into something whose own bytes were looked at.
    fn enter(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<(), Full> {
        // What is read already, at its places.
        let mut opened = Vec::new();
        match Format::of(bytes) {
            Some(Format::Sealed) => self.found.push(Found::whole(SEALED)),
            Some(Format::Compressed) => {
                let is_read = self.compressed(name, bytes, depth)?;
                opened.extend(is_read.then_some(0..bytes.len()));
            }
            Some(Format::Packed(packed)) => {
                let plain = pack::unpack(packed, bytes, self.left);
                match plain {
                    Ok(plain) => self.file(without_ending(name), &plain, depth)?,
                    Err(pack::Unreadable::TooLarge) => return Err(Full(BOMB)),
                    Err(pack::Unreadable::Broken) => self.found.push(Found::whole(SEALED)),
                }
                opened.push(0..bytes.len());
            }
            Some(Format::Tar) => self.members(tar::members(bytes), depth, &mut opened)?,
            Some(Format::Ar) => self.members(ar::members(bytes), depth, &mut opened)?,
            None => {}
        }
        self.zip(bytes, depth, &mut opened)?;
        self.inside(name, bytes, depth, opened)
    }

    /// Members that lie in their archive as they are.
    fn members<'a>(
        &mut self,
        members: impl Iterator<Item = tar::Member<'a>>,
        depth: usize,
        opened: &mut Vec<Range<usize>>,
    ) -> Result<(), Full> {
        for member in members {
            self.member()?;
            if self.stored(&member.name, member.bytes, depth)? {
                opened.push(member.start..member.start + member.bytes.len());
            }
        }
        Ok(())
    }

    /// Compressed streams anywhere else.
    fn inside(
        &mut self,
        name: &str,
        bytes: &[u8],
        depth: usize,
        opened: Vec<Range<usize>>,
    ) -> Result<(), Full> {
        let mut is_sealed = false;
        let opened = inside::Opened::new(opened);
        let most = self.inside.saturating_add(1);
        for (place, kind) in inside::places(bytes, &opened, most) {
            self.inside = self.inside.checked_sub(1).ok_or(Full(BOMB))?;
            is_sealed |= kind == inside::Kind::Xz;
            let stream = bytes.get(place..).unwrap_or_default();
            let came = inside::unpack(kind, stream, self.left);
            self.work = self.work.checked_sub(came.work).ok_or(Full(BOMB))?;
            if !came.plain.is_empty() {
                self.file(name, &came.plain, depth)?;
            }
        }
        if is_sealed {
            self.found.push(Found::whole(SEALED));
        }
        Ok(())
    }

    /// Something in a compression that the scanner takes off, too: what came out was looked at, but not into.
    /// Whether it was one as a whole, or told.
    fn compressed(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<bool, Full> {
        let depth = depth.checked_sub(1).ok_or(Full(BOMB))?;
        let plain = bottle_pipelock::plain(bytes, self.left).map_err(|_| Full(BOMB))?;
        let Some(Plain {
            bytes: plain,
            extent,
        }) = plain
        else {
            return Ok(false);
        };
        let is_whole = extent == Extent::Whole;
        // Two bytes make a zlib: other files begin so as well, and are none.
        let is_told = !is_whole && !format::is_zlib(bytes);
        if is_told {
            self.found.push(Found::whole(SEALED));
        }
        self.spend(plain.len())?;
        self.enter(name, &plain, depth)?;
        Ok(is_whole || is_told)
    }

    /// A member whose bytes lie in the archive as they are: it was looked at there. Whether it was
    /// looked into.
    fn stored(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<bool, Full> {
        let depth = depth.checked_sub(1).ok_or(Full(BOMB))?;
        let format = Format::of(bytes);
        if format == Some(Format::Compressed) || (format.is_none() && is_brotli(name)) {
            self.scan(name, bytes);
        }
        if format.is_none() && !inside::is_pdf(bytes) {
            return Ok(false);
        }
        // It may lie over others.
        self.work = self.work.checked_sub(bytes.len()).ok_or(Full(BOMB))?;
        self.enter(name, bytes, depth)?;
        Ok(true)
    }

    /// The members of a zip, wherever in the bytes one lies: in front of it may be a program or a picture.
    fn zip(
        &mut self,
        bytes: &[u8],
        depth: usize,
        opened: &mut Vec<Range<usize>>,
    ) -> Result<(), Full> {
        let mut members = zip::members(bytes);
        if zip::is_ambiguous(bytes, &mut members) {
            self.found.push(Found::whole(AMBIGUOUS));
        }
        if members.is_empty() {
            return Ok(());
        }
        let below = depth.checked_sub(1).ok_or(Full(BOMB))?;
        let mut is_sealed = false;
        for member in &members {
            self.member()?;
            match member.unpack(self.left) {
                Ok(zip::Content::Nothing) => {}
                Ok(zip::Content::Stored(bytes, place)) => {
                    if self.stored(&member.name, bytes, depth)? {
                        opened.push(place);
                    }
                }
                Ok(zip::Content::Inflated(inflated)) => {
                    self.work = self.work.checked_sub(inflated.read).ok_or(Full(BOMB))?;
                    self.file(&member.name, &inflated.plain, below)?;
                }
                Err(pack::Unreadable::TooLarge) => return Err(Full(BOMB)),
                Err(pack::Unreadable::Broken) => is_sealed |= member.is_usual,
            }
        }
        if is_sealed {
            self.found.push(Found::whole(SEALED));
        }
        Ok(())
    }

    /// A file that came out of an archive.
    fn file(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<(), Full> {
        self.spend(bytes.len())?;
        let depth = depth.checked_sub(1).ok_or(Full(BOMB))?;
        self.scan(name, bytes);
        self.enter(name, bytes, depth)
    }

    fn scan(&mut self, name: &str, bytes: &[u8]) {
        let found = self.scanner.find_in_file(file_name(name), bytes);
        let found = found.iter().map(|each| Found::within(name, &each.finding));
        self.found.extend(found);
    }

    fn member(&mut self) -> Result<(), Full> {
        self.members = self.members.checked_sub(1).ok_or(Full(BOMB))?;
        Ok(())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Full> {
        self.left = self.left.checked_sub(bytes).ok_or(Full(BOMB))?;
        Ok(())
    }
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The only compression that does not show itself.
fn is_brotli(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".br")
}

fn without_ending(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(front, _)| front)
}
