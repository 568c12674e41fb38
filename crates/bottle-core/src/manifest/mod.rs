//! Manifests: Markdown files with YAML front matter that say what a bottle may do and who runs in it.
//!
//! Reading never stops at the first mistake: everything that is wrong with a file is reported together.

mod agent;
mod bottle;
mod front_matter;
mod reader;
mod route;
#[cfg(test)]
mod tests;

pub(crate) use self::agent::AgentManifest;
pub(crate) use self::bottle::BottleManifest;
pub(crate) use self::front_matter::FrontMatter;

use crate::diagnostic::Diagnostics;
use crate::source::Source;
use crate::tree::{Node, Value};
use crate::yaml;

use self::reader::Reader;

/// Reads the front matter of a file into a reader over its tree.
fn open(source: Source<'_>) -> Result<(Reader<'_>, Node), Diagnostics> {
    let mut tree: Node = yaml::read(&source)?;
    if matches!(tree.value, Value::Null) {
        // Nothing but comments: a manifest that grants nothing.
        tree.value = Value::Map(Vec::new());
    }
    Ok((Reader::new(source), tree))
}
