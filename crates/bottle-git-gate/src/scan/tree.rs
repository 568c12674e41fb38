//! Trees: the lists of what is in folders.

use memchr::memchr;

use super::object_id::ObjectId;

/// The kind of a symbolic link. Its content is where it leads.
#[cfg(test)]
const LINK: u32 = 0o12_0000;
/// The longest mode that git writes, in digits.
const MAX_MODE: usize = 6;

/// What a tree says about one of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The mode, as of files.
    pub(super) mode: u32,
    /// The name, which may hold whatever bytes but `/` and NUL.
    pub(super) name: &'a [u8],
    /// The content, the tree, or the commit of a submodule.
    pub(super) id: ObjectId,
}

/// Not a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree is broken")]
pub(crate) struct BrokenTree;

/// The entries of a tree whose ids have so many bytes, one by one.
pub(crate) const fn entries(tree: &[u8], id_length: usize) -> Entries<'_> {
    let rest = tree;
    Entries { rest, id_length }
}

/// The entries of a tree.
pub(crate) struct Entries<'a> {
    rest: &'a [u8],
    id_length: usize,
}

impl<'a> Entries<'a> {
    fn read(&mut self) -> Option<Entry<'a>> {
        let space = memchr(b' ', self.rest.get(..=MAX_MODE).unwrap_or(self.rest))?;
        let (mode, rest) = self.rest.split_at_checked(space)?;
        let rest = rest.get(1..)?;
        let (name, rest) = rest.split_at_checked(memchr(0, rest)?)?;
        let (id, rest) = rest.get(1..)?.split_at_checked(self.id_length)?;
        let is_octal = !mode.is_empty() && mode.iter().all(|digit| matches!(digit, b'0'..=b'7'));
        if !is_octal || name.is_empty() || name.contains(&b'/') {
            return None;
        }
        let mode = std::str::from_utf8(mode).ok()?;
        self.rest = rest;
        Some(Entry {
            mode: u32::from_str_radix(mode, 8).ok()?,
            name,
            id: ObjectId::from_bytes(id)?,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, BrokenTree>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.read().ok_or(BrokenTree);
        if entry.is_err() {
            self.rest = &[];
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tree = Vec::new();
        for (mode, name) in entries {
            tree.extend_from_slice(mode.as_bytes());
            tree.push(b' ');
            tree.extend_from_slice(name);
            tree.push(0);
            tree.extend_from_slice(&[7; 20]);
        }
        tree
    }

    #[test]
    fn entries_are_read_whatever_their_names() {
        let bytes = tree(&[("100644", b"a b\n\xff"), ("40000", b"c"), ("120000", b"d")]);
        let all: Vec<_> = entries(&bytes, 20).map(Result::unwrap).collect();
        let names: Vec<_> = all.iter().map(|entry| entry.name).collect();
        assert_eq!(names, [b"a b\n\xff".as_slice(), b"c", b"d"]);
        assert_eq!(all[1].mode, 0o4_0000);
        assert_eq!(all[2].mode, LINK);
        assert_eq!(all[0].id, ObjectId::from_bytes(&[7; 20]).unwrap());
    }

    #[test]
    fn what_is_broken_is_told_once() {
        let whole = tree(&[("100644", b"a"), ("100644", b"b")]);
        for cut in 1..whole.len() {
            let all: Vec<_> = entries(&whole[..cut], 20).collect();
            let is_between = cut == whole.len() / 2;
            assert_eq!(all.last().unwrap().is_ok(), is_between, "{cut}");
            assert!(all.len() <= 2);
        }
        for bytes in [
            tree(&[("8", b"a")]),
            tree(&[("", b"a")]),
            tree(&[("1", b"")]),
            tree(&[("1", b"a/b")]),
        ] {
            assert!(entries(&bytes, 20).next().unwrap().is_err());
        }
    }
}
