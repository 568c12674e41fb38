//! Which objects are new: those that the pushed ids reach and nothing does that upstream has.

use std::io::{BufRead, BufReader, Read as _};
use std::ops::Range;
use std::time::Instant;

use bottle_core::PushPolicy;

use super::batch::{Header, Kind};
use super::error::{Limit, ScanError};
use super::limits::{MAX_DEPTH, MAX_PATH, MAX_PATHS, MAX_TEXT, MAX_TREE, MAX_UNPACKED};
use super::object_id::ObjectId;
use super::process::Running;
use crate::base::Base;
use crate::git::Git;

/// What a line has in front of the path: id, kind, size and the spaces between.
const MAX_FRONT: usize = 128;
/// A line of the listing; the path follows the size.
const FORMAT: &str = "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)";

/// The new objects, in the order in which git found them: commits from the newest on, then what is in them.
#[derive(Debug, Default)]
pub(super) struct Listing {
    objects: Vec<Listed>,
    paths: Vec<u8>,
    /// What all of them have, unpacked.
    pub(super) bytes: u64,
}

/// One of them.
#[derive(Debug, Clone)]
struct Listed {
    header: Header,
    path: Range<usize>,
}

impl Listing {
    /// Asks git. No content is read: sizes come from what the pack says in front of each object.
    pub(super) fn read(
        git: &Git,
        (new, base): (&[ObjectId], &Base),
        limits: &PushPolicy,
        deadline: Instant,
    ) -> Result<Self, ScanError> {
        let mut command = git.command(["rev-list", "--objects"]);
        command.args(new.iter().map(ObjectId::to_string));
        let (walk, found) = Running::without("rev-list", command, base, deadline)?;
        let command = git.command(["cat-file", "--buffer", FORMAT]);
        let (sizes, output) = Running::reading("cat-file", command, found.into(), deadline)?;
        let mut listing = Self::default();
        let mut output = BufReader::with_capacity(256 * 1024, output);
        while listing
            .line(&mut output, limits)
            .map_err(|error| match error {
                ScanError::Answer(_) => sizes.failure(),
                error => error,
            })?
        {}
        walk.finish()?;
        sizes.finish()?;
        Ok(listing)
    }

    /// Reads a line. Whether there was one.
    fn line(&mut self, from: &mut impl BufRead, limits: &PushPolicy) -> Result<bool, ScanError> {
        let mut line = Vec::with_capacity(128);
        let most = u64::try_from(MAX_FRONT + MAX_PATH).unwrap_or(u64::MAX);
        let mut from = from.take(most);
        from.read_until(b'\n', &mut line).map_err(ScanError::Run)?;
        if line.is_empty() {
            return Ok(false);
        }
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err(ScanError::Limits(Limit::Path));
        };
        let front = memchr::memchr_iter(b' ', line).nth(2);
        let (front, path) = line
            .split_at_checked(front.unwrap_or(line.len()))
            .unwrap_or_default();
        let header = Header::parse(front).ok_or(ScanError::Answer("cat-file"))?;
        self.add(header, path.get(1..).unwrap_or_default())?;
        let count = u64::try_from(self.objects.len()).unwrap_or(u64::MAX);
        if count > limits.max_objects {
            return Err(ScanError::Limits(Limit::Objects(limits.max_objects)));
        }
        Ok(true)
    }

    fn add(&mut self, header: Header, path: &[u8]) -> Result<(), ScanError> {
        let most = match header.kind {
            Kind::Commit | Kind::Tag => Some((MAX_TEXT, Limit::Text)),
            Kind::Tree => Some((MAX_TREE, Limit::Tree)),
            Kind::Blob => None,
        };
        if let Some((_, limit)) = most.filter(|(most, _)| header.size > *most) {
            return Err(ScanError::Limits(limit));
        }
        self.bytes = self.bytes.saturating_add(header.size);
        if self.bytes > MAX_UNPACKED {
            return Err(ScanError::Limits(Limit::Bytes(MAX_UNPACKED)));
        }
        if memchr::memchr_iter(b'/', path).count() > MAX_DEPTH {
            return Err(ScanError::Limits(Limit::Depth));
        }
        let start = self.paths.len();
        if start + path.len() > MAX_PATHS {
            return Err(ScanError::Limits(Limit::Paths));
        }
        self.paths.extend_from_slice(path);
        let path = start..self.paths.len();
        self.objects.push(Listed { header, path });
        Ok(())
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.objects.len()
    }

    /// What is known of one of them.
    pub(super) fn header(&self, number: usize) -> Option<&Header> {
        self.objects.get(number).map(|listed| &listed.header)
    }

    /// The path at which git met it first; the name of a tag. Empty where there is none. What follows a line end in a
    /// path is not told by git.
    pub(super) fn path(&self, number: usize) -> &[u8] {
        let listed = self.objects.get(number);
        let path = listed.and_then(|listed| self.paths.get(listed.path.clone()));
        path.unwrap_or_default()
    }

    /// The numbers of all objects of a kind, in order.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = usize> + '_ {
        let objects = self.objects.iter().enumerate();
        objects
            .filter(move |(_, listed)| listed.header.kind == kind)
            .map(|(number, _)| number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "3f786850e387550fdab836ed7e6dc881de23001b";

    fn read(text: &str, limits: &PushPolicy) -> Result<Listing, ScanError> {
        let mut listing = Listing::default();
        let mut from = text.as_bytes();
        while listing.line(&mut from, limits)? {}
        Ok(listing)
    }

    #[test]
    fn lines_are_read_with_their_paths() {
        let text = format!("{ID} commit 9 \n{ID} blob 3 a b/c  d\n{ID} tree 0 a\n{ID} commit 1\n");
        let listing = read(&text, &PushPolicy::default()).unwrap();
        let paths: Vec<_> = (0..listing.len())
            .map(|number| listing.path(number))
            .collect();
        assert_eq!(paths, [b"".as_slice(), b"a b/c  d", b"a", b""]);
        assert_eq!(listing.of(Kind::Blob).collect::<Vec<_>>(), [1]);
        assert_eq!(listing.bytes, 13);
    }

    #[test]
    fn nothing_is_taken_that_is_too_much() {
        let few = PushPolicy {
            max_objects: 2,
            ..PushPolicy::default()
        };
        let limit = |text: String| match read(&text, &few) {
            Err(ScanError::Limits(limit)) => Some(limit),
            _ => None,
        };
        assert_eq!(limit(format!("{ID} blob 1 a\n").repeat(2)), None);
        assert_eq!(
            limit(format!("{ID} blob 1 a\n").repeat(3)),
            Some(Limit::Objects(2))
        );
        assert_eq!(
            limit(format!("{ID} blob 4294967297 a\n")),
            Some(Limit::Bytes(MAX_UNPACKED))
        );
        assert_eq!(limit(format!("{ID} tree 6291457 a\n")), Some(Limit::Tree));
        assert_eq!(limit(format!("{ID} commit 4194305 \n")), Some(Limit::Text));
        assert_eq!(
            limit(format!("{ID} blob 1 {}\n", "a/".repeat(201))),
            Some(Limit::Depth)
        );
        assert_eq!(
            limit(format!("{ID} blob 1 {}\n", "a".repeat(5000))),
            Some(Limit::Path)
        );
        assert!(matches!(
            read("x missing\n", &few),
            Err(ScanError::Answer(_))
        ));
    }
}
