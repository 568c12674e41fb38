//! Files that hold files: zip and what is one (jar, whl, docx), tar, ar, and compressed ones.
//!
//! What lies in an archive as it is stands in the bytes of the archive, which the scanner has looked at. Here the rest is
//! unpacked. Whoever wrote the archive may be hostile: what comes out of one file is bounded ([`MAX_UNPACKED`]), so are the
//! members and the depth, and what cannot be unpacked is a finding.

mod ar;
mod format;
mod pack;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

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
/// How many archives may lie in each other: a jar in an archive in a compressed archive.
const DEPTH: usize = 4;

/// Looks into a file, if it holds others. Its own bytes were looked at.
pub(super) fn look(scanner: &Scanner, name: &str, bytes: &[u8]) -> Vec<Found> {
    let mut unpacking = Unpacking {
        scanner,
        left: MAX_UNPACKED,
        work: MAX_READ,
        members: MAX_MEMBERS,
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
    found: Vec<Found>,
}

impl Unpacking<'_> {
    /// Looks into something whose own bytes were looked at.
    fn enter(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<(), Full> {
        match Format::of(bytes) {
            Some(Format::Sealed) => self.found.push(Found::whole(SEALED)),
            Some(Format::Compressed) => {
                self.compressed(name, bytes, depth)?;
            }
            Some(Format::Packed(packed)) => {
                let plain = pack::unpack(packed, bytes, self.left);
                match plain {
                    Ok(plain) => self.file(without_ending(name), &plain, depth)?,
                    Err(pack::Unreadable::TooLarge) => return Err(Full(BOMB)),
                    Err(pack::Unreadable::Broken) => self.found.push(Found::whole(SEALED)),
                }
            }
            Some(Format::Tar) => {
                for member in tar::members(bytes) {
                    self.stored(&member.name, member.bytes, depth)?;
                }
            }
            Some(Format::Ar) => {
                for member in ar::members(bytes) {
                    self.stored(&member.name, member.bytes, depth)?;
                }
            }
            None => {}
        }
        self.zip(bytes, depth)
    }

    /// Something in a compression that the scanner takes off, too: what came out was looked at, but not into.
    fn compressed(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<(), Full> {
        let depth = depth.checked_sub(1).ok_or(Full(BOMB))?;
        let plain = bottle_pipelock::plain(bytes, self.left).map_err(|_| Full(BOMB))?;
        let Some(Plain {
            bytes: plain,
            extent,
        }) = plain
        else {
            return Ok(());
        };
        // Two bytes make a zlib: other files begin so as well, and are none.
        if extent == Extent::Beginning && !format::is_zlib(bytes) {
            self.found.push(Found::whole(SEALED));
        }
        self.spend(plain.len())?;
        self.enter(name, &plain, depth)
    }

    /// A member whose bytes lie in the archive as they are: it was looked at there.
    fn stored(&mut self, name: &str, bytes: &[u8], depth: usize) -> Result<(), Full> {
        self.member()?;
        let depth = depth.checked_sub(1).ok_or(Full(BOMB))?;
        let Some(format) = Format::of(bytes) else {
            return Ok(());
        };
        if format == Format::Compressed {
            self.scan(name, bytes);
        }
        self.enter(name, bytes, depth)
    }

    /// The members of a zip, wherever in the bytes one lies: in front of it may be a program or a picture.
    fn zip(&mut self, bytes: &[u8], depth: usize) -> Result<(), Full> {
        let members = zip::members(bytes);
        if members.is_empty() {
            return Ok(());
        }
        let depth = depth.checked_sub(1).ok_or(Full(BOMB))?;
        if zip::is_ambiguous(bytes, &members) {
            self.found.push(Found::whole(AMBIGUOUS));
        }
        let mut is_sealed = false;
        for member in &members {
            self.member()?;
            match member.unpack(self.left) {
                Ok(None) => {}
                Ok(Some(inflated)) => {
                    self.work = self.work.checked_sub(inflated.read).ok_or(Full(BOMB))?;
                    self.file(&member.name, &inflated.plain, depth)?;
                }
                Err(pack::Unreadable::TooLarge) => return Err(Full(BOMB)),
                Err(pack::Unreadable::Broken) => is_sealed = true,
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

fn without_ending(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(front, _)| front)
}
