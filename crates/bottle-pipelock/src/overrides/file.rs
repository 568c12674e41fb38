//! The file as it is written.

use std::collections::BTreeSet;

use bottle_core::{
    FileVersion, HostPattern, LargeBodies, PathPrefix, ResponseAction, RuleName, yaml,
};
use serde::{Deserialize, Serialize};

use super::{Override, RouteDlp};

/// The version that is written and read.
const VERSION: u32 = 1;
/// What the file says about itself.
const HEAD: &str = "# Written by bottle, version 1 of this format: where the scanner of pipelock differs on single routes.
# allow: rules that do not hold there; responses: mark or block; large_bodies: refuse or text.
";

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverridesFile {
    version: FileVersion<VERSION>,
    routes: Routes,
}

/// The routes, each host once: which of two holds is not for us to guess.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<Record>")]
struct Routes(Vec<Record>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    host: HostPattern,
    path_allowlist: Vec<PathPrefix>,
    allow: BTreeSet<RuleName>,
    responses: ResponseAction,
    large_bodies: LargeBodies,
}

impl TryFrom<Vec<Record>> for Routes {
    type Error = String;

    fn try_from(records: Vec<Record>) -> Result<Self, String> {
        let mut hosts = BTreeSet::new();
        match records.iter().find(|record| !hosts.insert(&record.host)) {
            Some(twice) => Err(format!("`{}` has a route already", twice.host)),
            None => Ok(Self(records)),
        }
    }
}

impl OverridesFile {
    /// The file that says this.
    pub(super) fn of(routes: &[Override]) -> Self {
        Self {
            version: FileVersion,
            routes: Routes(routes.iter().map(record).collect()),
        }
    }

    /// What it says.
    pub(super) fn into_routes(self) -> Vec<Override> {
        let Self {
            version: FileVersion,
            routes: Routes(records),
        } = self;
        records.into_iter().map(route).collect()
    }

    /// Its text.
    pub(super) fn to_yaml(&self) -> Result<String, yaml::WriteError> {
        Ok(format!("{HEAD}{}", yaml::write(self)?))
    }
}

fn record(route: &Override) -> Record {
    let Override {
        host,
        path_allowlist,
        dlp,
    } = route.clone();
    let RouteDlp {
        allow,
        responses,
        large_bodies,
    } = dlp;
    Record {
        host,
        path_allowlist,
        allow,
        responses,
        large_bodies,
    }
}

fn route(record: Record) -> Override {
    let Record {
        host,
        path_allowlist,
        allow,
        responses,
        large_bodies,
    } = record;
    let dlp = RouteDlp {
        allow,
        responses,
        large_bodies,
    };
    Override {
        host,
        path_allowlist,
        dlp,
    }
}
