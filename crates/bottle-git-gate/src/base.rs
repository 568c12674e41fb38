//! What the scan of a push leaves out: the ids that the upstream had, with all that they lead to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::limits::MAX_LISTING_BYTES;
use crate::refs::is_id;

/// These ids, each once. A scan and the question whether the upstream still has them read the same ones, whatever becomes
/// of the mirror in between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Base(BTreeSet<String>);

impl Base {
    /// Where these refs lead.
    pub(crate) fn of(refs: &BTreeMap<String, String>) -> Self {
        Self(refs.values().cloned().collect())
    }

    /// The ids that are not among these.
    pub(crate) fn without(&self, others: &Self) -> Self {
        Self(self.0.difference(&others.0).cloned().collect())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ids, one a line, with something before each.
    pub(crate) fn lines(&self, before: &str) -> Vec<u8> {
        let ids = self.0.iter();
        ids.flat_map(|id| [before, id, "\n"])
            .collect::<String>()
            .into_bytes()
    }

    /// Those of these ids that are told.
    pub(crate) fn among(&self, told: &BTreeSet<&str>) -> Self {
        let ids = self.0.iter();
        Self(
            ids.filter(|id| told.contains(id.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// Leaves them for the hook that forwards.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        crate::folders::replace_private(path, &self.lines(""))
    }

    /// Reads what the hook that scans has left.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let mut text = String::new();
        let most = u64::try_from(MAX_LISTING_BYTES).unwrap_or(u64::MAX);
        File::open(path)?.take(most).read_to_string(&mut text)?;
        let whole = text.is_empty() || text.ends_with('\n');
        if !whole || !text.lines().all(is_id) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self(text.lines().map(str::to_owned).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(digits: &[&str]) -> Base {
        let refs = digits.iter().enumerate();
        Base::of(
            &refs
                .map(|(number, digit)| (number.to_string(), digit.repeat(40)))
                .collect(),
        )
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base");
        for base in [base(&[]), base(&["1"]), base(&["1", "2", "1"])] {
            base.write(&path).unwrap();
            assert_eq!(Base::read(&path).unwrap(), base);
        }
        let id = "1".repeat(40);
        for bad in [id.clone(), format!("^{id}\n"), format!("{id}\n\n")] {
            std::fs::write(&path, bad).unwrap();
            assert!(Base::read(&path).is_err());
        }
        assert!(Base::read(&folder.path().join("none")).is_err());
    }

    #[test]
    fn ids_stand_for_themselves_each_once() {
        assert_eq!(
            base(&["2", "1", "2"]).lines("^"),
            format!("^{}\n^{}\n", "1".repeat(40), "2".repeat(40)).into_bytes()
        );
        let rest = base(&["1", "2"]).without(&base(&["2", "3"]));
        assert_eq!(rest, base(&["1"]));
        assert!(rest.without(&rest).is_empty());
        let one = "1".repeat(40);
        let told = BTreeSet::from([one.as_str()]);
        assert_eq!(base(&["1", "2"]).among(&told), base(&["1"]));
    }
}
