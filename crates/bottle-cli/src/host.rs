//! What every command needs to know of the host.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bottle_core::{KnownRules, ManifestSet};
use bottle_pipelock::rule_names;
use bottle_state::Home;

use crate::environment;
use crate::printer::Printer;
use crate::timings::Timings;

/// The rules that a manifest may name: those of the scanner that a bottle runs.
pub(crate) fn known_rules() -> KnownRules {
    KnownRules::These(rule_names())
}

/// The host as one invocation sees it.
#[derive(Debug)]
pub(crate) struct HostSide {
    /// Where manifests and state lie.
    pub(crate) home: Home,
    /// Where the command was typed.
    pub(crate) cwd: PathBuf,
    /// Where words and data go.
    pub(crate) printer: Printer,
    /// When this invocation began.
    pub(crate) begun: Timings,
}

impl HostSide {
    /// Looks around.
    pub(crate) fn new(printer: Printer) -> anyhow::Result<Self> {
        let cwd = env::current_dir().context("the current folder cannot be read")?;
        Ok(Self {
            home: Home::new(environment::home()?),
            cwd,
            printer,
            begun: Timings::begin(),
        })
    }

    /// A file as it is shown: below the home, without it.
    pub(crate) fn short(&self, path: &Path) -> String {
        let path = path.strip_prefix(self.home.path()).unwrap_or(path);
        bottle_core::visible(&path.display().to_string())
    }

    /// The manifests as they are seen from here; what is odd about them is said at once.
    pub(crate) fn manifests(&self) -> anyhow::Result<ManifestSet> {
        self.manifests_at(&self.cwd)
    }

    /// The manifests as they are seen from a folder.
    pub(crate) fn manifests_at(&self, cwd: &Path) -> anyhow::Result<ManifestSet> {
        let manifests = ManifestSet::open(self.home.path(), Some(cwd), known_rules())
            .map_err(crate::invalid)?;
        for warning in manifests.warnings() {
            self.printer.warn(warning);
        }
        Ok(manifests)
    }
}
