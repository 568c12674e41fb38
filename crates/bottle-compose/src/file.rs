//! The compose file.

use std::collections::BTreeMap;

use bottle_core::yaml;
use serde::Serialize;

use crate::network::NetworkKey;
use crate::service::{Service, ServiceName};
use crate::text::Text;

/// What the file says about itself.
const HEAD: &str =
    "# Written by bottle. It is what was started; `docker compose -p <name> ps|logs` work on it.\n";

/// A network that bottle made before the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExternalNetwork {
    /// Its name at the engine.
    pub name: Text,
    /// Always: its subnet had to be known before.
    pub external: bool,
}

/// The project of one bottle. It is made by [`crate::render`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComposeFile {
    pub(crate) name: Text,
    pub(crate) services: BTreeMap<ServiceName, Service>,
    pub(crate) networks: BTreeMap<NetworkKey, ExternalNetwork>,
}

impl ComposeFile {
    /// The project's name, `bottle-<identity>`.
    pub fn project(&self) -> &str {
        self.name.as_str()
    }

    /// Its services, in order of name.
    pub const fn services(&self) -> &BTreeMap<ServiceName, Service> {
        &self.services
    }

    /// Its networks.
    pub const fn networks(&self) -> &BTreeMap<NetworkKey, ExternalNetwork> {
        &self.networks
    }

    /// The file, every string quoted and every `$` doubled.
    ///
    /// # Errors
    ///
    /// When the document has no YAML form; no document of [`crate::render`] is one.
    pub fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        Ok(format!("{HEAD}{}", yaml::write(self)?))
    }
}
