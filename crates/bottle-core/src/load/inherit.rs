//! A bottle with everything that it inherits.

use std::collections::BTreeMap;

use super::ManifestSet;
use super::error::PlanError;
use super::files::{Entry, read};
use crate::code::Code;
use crate::diagnostic::Diagnostics;
use crate::manifest::{BottleManifest, overlay, unite};
use crate::name::BottleName;
use crate::nearest::nearest;
use crate::source::Placed;

/// How deep bottles may extend each other. Protects the stack.
const MAX_PARENTS: usize = 32;

/// A bottle, inheritance done.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    pub(super) manifest: BottleManifest,
    /// What it extends, nearest first.
    pub(super) parents: Vec<BottleName>,
}

/// Bottles that were read before: a parent of many is read once.
pub(super) type Flattened = BTreeMap<BottleName, Flat>;

impl ManifestSet {
    /// A bottle with everything that it inherits.
    pub(super) fn flatten(
        &self,
        entry: &Entry<BottleName>,
        path: &mut Vec<BottleName>,
        seen: &mut Flattened,
    ) -> Result<Flat, PlanError> {
        if let Some(flat) = seen.get(&entry.name) {
            return Ok(flat.clone());
        }
        let own = read(&entry.path, |name, text| {
            BottleManifest::read_with(name, text, &self.rules)
        })?;
        path.push(entry.name.clone());
        let mut inherited = BottleManifest::default();
        let mut parents: Vec<BottleName> = Vec::new();
        for parent in &own.extends {
            let parent_entry = self.parent(parent, path)?;
            let flat = self
                .flatten(parent_entry, path, seen)
                .map_err(|error| error.needed(&parent.value))?;
            for name in std::iter::once(&parent.value).chain(&flat.parents) {
                if !parents.contains(name) {
                    parents.push(name.clone());
                }
            }
            inherited = unite(inherited, flat.manifest).map_err(PlanError::Invalid)?;
        }
        path.pop();
        let manifest = overlay(own, inherited);
        let mut problems = Diagnostics::default();
        problems.extend(manifest.contradictions());
        if !problems.is_empty() {
            return Err(PlanError::Invalid(problems));
        }
        let flat = Flat { manifest, parents };
        seen.insert(entry.name.clone(), flat.clone());
        Ok(flat)
    }

    /// The file of a parent; it may not be one of the bottles that led to it.
    fn parent(
        &self,
        parent: &Placed<BottleName>,
        path: &[BottleName],
    ) -> Result<&Entry<BottleName>, PlanError> {
        let invalid = |code, message, help| {
            let mut diagnostic = parent.place.diagnostic(code, message);
            diagnostic.help = help;
            PlanError::Invalid(diagnostic.into())
        };
        let name = &parent.value;
        if let Some(from) = path.iter().position(|each| each == name) {
            let round: Vec<&str> = path.iter().skip(from).map(BottleName::as_str).collect();
            let message = format!("`{name}` extends itself: {} → {name}", round.join(" → "));
            return Err(invalid(Code::BottleCycle, message, None));
        }
        if path.len() >= MAX_PARENTS {
            let message = format!("bottles extend each other more than {MAX_PARENTS} deep");
            return Err(invalid(Code::BottleExtends, message, None));
        }
        self.bottles.get(name).ok_or_else(|| {
            let message = format!("there is no bottle `{name}` to extend");
            let near = nearest(name.as_str(), self.bottles.keys());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            invalid(Code::BottleParentMissing, message, help)
        })
    }
}
