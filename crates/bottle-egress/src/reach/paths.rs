//! Sets of paths.

use std::fmt;

use bottle_core::PathPrefix;

use crate::words::listed;

/// Trees of paths that have nothing in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathSet(Vec<Tree>);

/// All paths at and below one, but for some trees in it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tree {
    /// None is more than `/`: a route without a path filter also passes `*` and encoded slashes.
    root: Option<PathPrefix>,
    except: Vec<PathPrefix>,
}

impl PathSet {
    /// The paths that a route grants.
    pub(super) fn of(filter: &[PathPrefix]) -> Self {
        let tree = |root| Tree {
            root,
            except: Vec::new(),
        };
        Self(if filter.is_empty() {
            vec![tree(None)]
        } else {
            highest(filter).cloned().map(Some).map(tree).collect()
        })
    }

    /// Those that a filter does not grant.
    pub(super) fn minus(&self, filter: &[PathPrefix]) -> Self {
        if filter.is_empty() {
            return Self(Vec::new());
        }
        Self(
            self.0
                .iter()
                .filter_map(|tree| tree.minus(filter))
                .collect(),
        )
    }

    /// Those that a filter grants, too.
    pub(super) fn both(&self, filter: &[PathPrefix]) -> Self {
        if filter.is_empty() {
            return self.clone();
        }
        let pairs = self.0.iter();
        let pairs = pairs.flat_map(|tree| highest(filter).filter_map(|root| tree.below(root)));
        Self(pairs.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of its trees is not below any path that a rule names.
    pub(crate) fn is_open(&self) -> bool {
        let everywhere = |tree: &Tree| match &tree.root {
            None => true,
            Some(root) => root.covers("/"),
        };
        self.0.iter().any(everywhere)
    }
}

impl Tree {
    fn minus(&self, filter: &[PathPrefix]) -> Option<Self> {
        if let Some(root) = &self.root
            && filter.iter().any(|outer| is_within(root, outer))
        {
            return None;
        }
        let inside = filter.iter().filter(|path| self.reaches(path));
        let all: Vec<PathPrefix> = self.except.iter().chain(inside).cloned().collect();
        let mut except: Vec<PathPrefix> = highest(&all).cloned().collect();
        except.sort();
        Some(Self {
            root: self.root.clone(),
            except,
        })
    }

    /// What of it lies below a path.
    fn below(&self, root: &PathPrefix) -> Option<Self> {
        if let Some(own) = &self.root
            && is_within(own, root)
        {
            return Some(self.clone());
        }
        let inside = self.reaches(root) && !self.except.iter().any(|path| is_within(root, path));
        let except = self.except.iter().filter(|path| is_within(path, root));
        inside.then(|| Self {
            root: Some(root.clone()),
            except: except.cloned().collect(),
        })
    }

    /// Whether a path lies below its root.
    fn reaches(&self, path: &PathPrefix) -> bool {
        match &self.root {
            None => true,
            Some(root) => is_within(path, root),
        }
    }
}

/// Those that lie below no other.
pub(crate) fn highest(paths: &[PathPrefix]) -> impl Iterator<Item = &PathPrefix> {
    paths.iter().enumerate().filter_map(|(number, path)| {
        let mut others = paths.iter().enumerate();
        let is_covered = others.any(|(other, outer)| {
            // Of two that are the same the first is kept.
            is_within(path, outer) && (outer != path || other < number)
        });
        (!is_covered).then_some(path)
    })
}

/// Whether a path is one that lies at or below another.
pub(crate) fn is_within(inner: &PathPrefix, outer: &PathPrefix) -> bool {
    outer.covers(&inner.to_string())
}

impl fmt::Display for PathSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self
            .0
            .iter()
            .all(|tree| tree.except.is_empty() && tree.root.is_some())
        {
            let roots = self.0.iter().filter_map(|tree| tree.root.as_ref());
            return write!(f, "any path below {}", listed(roots, "or"));
        }
        f.write_str(&listed(&self.0, "or"))
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let everything = self.except.iter().any(|path| path.covers("/"));
        match &self.root {
            // What no filter passes, not even `/`.
            None if everything => return f.write_str("any path with an encoded slash"),
            None => f.write_str("any path")?,
            Some(root) => write!(f, "any path below {root}")?,
        }
        if self.except.is_empty() {
            return Ok(());
        }
        write!(f, " but not below {}", listed(&self.except, "or"))
    }
}
