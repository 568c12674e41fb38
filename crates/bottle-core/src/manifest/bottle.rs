//! A bottle: what may be done.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Keys, Reader};
use super::{FrontMatter, open, route};
use crate::diagnostic::{Diagnostics, Position};
use crate::env::{EnvName, EnvValue};
use crate::host_pattern::HostPattern;
use crate::image::ImageRef;
use crate::plan::{Provider, RouteSpec};
use crate::tree::{Node, Value};

const BOTTLE: Keys = Keys {
    of: "a bottle",
    known: &["env", "egress", "image", "provider"],
    later: &[
        "extends",
        "git",
        "supervise",
        "workspace",
        "dockerfile",
        "limits",
        "runtime",
        "pipelock",
        "expect",
    ],
};

const EGRESS: Keys = Keys {
    of: "egress",
    known: &["routes", "allowlist"],
    later: &[],
};

/// What the front matter of a bottle says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BottleManifest {
    pub(crate) env: BTreeMap<EnvName, EnvValue>,
    pub(crate) routes: Vec<RouteSpec>,
    pub(crate) allowlist: Vec<HostPattern>,
    pub(crate) image: Option<ImageRef>,
    pub(crate) provider: Provider,
}

impl BottleManifest {
    /// Reads a bottle's file.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, Diagnostics> {
        let parts = FrontMatter::split(name, text)?;
        let (mut reader, tree) = open(parts.yaml)?;
        let bottle = read(&mut reader, tree);
        reader.finish(bottle)
    }
}

fn read(reader: &mut Reader<'_>, tree: Node) -> Option<BottleManifest> {
    let mut bottle = BottleManifest::default();
    for (key, value) in reader.fields(tree, BOTTLE)? {
        match key.text.as_str() {
            "env" => bottle.env = env(reader, value),
            "egress" => egress(reader, value, &mut bottle),
            "image" => bottle.image = reader.parsed(&value, "bottle.image"),
            _ => bottle.provider = provider(reader, &value).unwrap_or_default(),
        }
    }
    Some(bottle)
}

fn env(reader: &mut Reader<'_>, node: Node) -> BTreeMap<EnvName, EnvValue> {
    let Value::Map(entries) = node.value else {
        reader.wrong_kind(&node, "a map of names to values");
        return BTreeMap::new();
    };
    let mut env = BTreeMap::new();
    for (key, value) in entries {
        let name = match key.text.parse::<EnvName>() {
            Ok(name) => Some(name),
            Err(error) => {
                reader.problem("env.name", key.at, format!("`{}`: {error}", key.text), None);
                None
            }
        };
        if !matches!(value.value, Value::Text(_)) {
            let message = format!(
                "the value of `{}` is {}, not text",
                key.text,
                value.value.kind()
            );
            reader.problem(
                "manifest.type",
                value.at,
                message,
                Some("put it in quotes".to_owned()),
            );
            continue;
        }
        if let (Some(name), Some(value)) = (name, reader.parsed(&value, "env.value")) {
            env.insert(name, value);
        }
    }
    env
}

fn egress(reader: &mut Reader<'_>, node: Node, bottle: &mut BottleManifest) {
    for (key, value) in reader.fields(node, EGRESS).unwrap_or_default() {
        if key.text == "routes" {
            let routes: Vec<_> = reader
                .list(value)
                .into_iter()
                .filter_map(|node| route::read(reader, node))
                .collect();
            bottle.routes = unique(reader, routes);
        } else {
            bottle.allowlist = reader.parsed_list(value, "egress.host");
        }
    }
}

/// A host may have one route: which of two would hold is not for us to guess.
fn unique(reader: &mut Reader<'_>, routes: Vec<(RouteSpec, Position)>) -> Vec<RouteSpec> {
    let mut seen = BTreeSet::new();
    for (route, at) in &routes {
        if !seen.insert(&route.host) {
            let message = format!("`{}` has a route already", route.host);
            reader.problem(
                "route.duplicate",
                *at,
                message,
                Some("unite the two: paths and methods are lists".to_owned()),
            );
        }
    }
    routes.into_iter().map(|(route, _)| route).collect()
}

fn provider(reader: &mut Reader<'_>, node: &Node) -> Option<Provider> {
    match &node.value {
        Value::Text(text) if text == "claude" => return Some(Provider::Claude),
        Value::Text(text) if text == "command" => return Some(Provider::Command),
        Value::Text(text) if text == "codex" => {
            let message =
                "the provider `codex` is not supported by this version of bottle".to_owned();
            let help = "use `provider: command` and grant its hosts under `egress`".to_owned();
            reader.problem("manifest.unsupported", node.at, message, Some(help));
        }
        _ => {
            reader.problem(
                "bottle.provider",
                node.at,
                "a provider is `claude` or `command`".to_owned(),
                None,
            );
        }
    }
    None
}
