//! A bottle: what may be done.

use std::collections::BTreeMap;

use super::reader::{Keys, Reader};
use super::{git, limits, route};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::env::{EnvName, EnvValue};
use crate::expectation::Expectation;
use crate::host_pattern::HostPattern;
use crate::known_rules::KnownRules;
use crate::name::BottleName;
use crate::plan::{
    Cpus, DlpSpec, GitRemote, GitUserText, ImageRef, ImageSource, Memory, Pids, Provider,
    RouteSpec, RuntimeName, Supervise, WebSocket, Workspace,
};
use crate::source::Placed;
use crate::tree::{Node, Value};

pub(crate) const BOTTLE: Keys = Keys {
    of: "a bottle",
    known: &[
        "extends",
        "provider",
        "image",
        "dockerfile",
        "env",
        "git",
        "git_user",
        "egress",
        "supervise",
        "workspace",
        "limits",
        "runtime",
        "pipelock",
        "expect",
    ],
    dropped: &[
        (
            "ssh",
            "write `git: [{name, upstream, identity_file, known_host_key}]`: git-gate holds the keys",
        ),
        (
            "tokens",
            "write `egress.routes: [{host, auth: {scheme: Bearer, token_ref: …}}]`",
        ),
        (
            "cred_proxy",
            "write `egress.routes: [{host, auth: {scheme: Bearer, token_ref: …}}]`",
        ),
        ("egress_proxy", "write `egress: {routes: […]}`"),
        ("agent_provider", "write `provider: claude`"),
        (
            "git-gate",
            "write `git: [{name, upstream, identity_file, known_host_key}]`",
        ),
        ("network", "write `egress: {routes: […], allowlist: […]}`"),
    ],
};

pub(crate) const EGRESS: Keys = Keys {
    of: "egress",
    known: &["routes", "allowlist"],
    dropped: &[(
        "dlp_action",
        "what is found is always refused; `dlp.allow` of a route names rules that do not hold there",
    )],
};

pub(crate) const GIT_USER: Keys = Keys {
    of: "git_user",
    known: &["name", "email"],
    dropped: &[],
};

pub(crate) const LIMITS: Keys = Keys {
    of: "limits",
    known: &["cpus", "memory", "pids"],
    dropped: &[],
};

pub(crate) const PIPELOCK: Keys = Keys {
    of: "pipelock",
    known: &["image", "passthrough"],
    dropped: &[("tls_passthrough", "write `passthrough`")],
};

/// What `runtime` said in the older program, where it was no runtime of the engine.
const OLD_RUNTIMES: [&str; 4] = ["auto", "default", "docker", "gvisor"];

/// What the front matter of a bottle says, before inheritance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BottleManifest {
    pub(crate) extends: Vec<Placed<BottleName>>,
    pub(crate) provider: Option<Placed<Provider>>,
    pub(crate) image: Option<Placed<ImageSource>>,
    pub(crate) env: BTreeMap<EnvName, Placed<EnvValue>>,
    pub(crate) git: Option<Vec<Placed<GitRemote>>>,
    pub(crate) git_user_name: Option<Placed<GitUserText>>,
    pub(crate) git_user_email: Option<Placed<GitUserText>>,
    pub(crate) routes: Option<Vec<Placed<RouteSpec>>>,
    pub(crate) allowlist: Option<Vec<Placed<HostPattern>>>,
    pub(crate) supervise: Option<Placed<Supervise>>,
    pub(crate) workspace: Option<Placed<Workspace>>,
    pub(crate) cpus: Option<Placed<Cpus>>,
    pub(crate) memory: Option<Placed<Memory>>,
    pub(crate) pids: Option<Placed<Pids>>,
    pub(crate) runtime: Option<Placed<RuntimeName>>,
    pub(crate) pipelock_image: Option<Placed<ImageRef>>,
    pub(crate) passthrough: Option<Vec<Placed<HostPattern>>>,
    pub(crate) expect: Option<Vec<Placed<Expectation>>>,
}

impl BottleManifest {
    /// Reads the text of a bottle's file, whatever rules of the scanner it names; `name` is for messages.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its form.
    pub fn read(name: &str, text: &str) -> Result<Self, Diagnostics> {
        Self::read_with(name, text, &KnownRules::Any)
    }

    /// Reads the text of a bottle's file, which may name these rules of the scanner; `name` is for messages.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read_with(name: &str, text: &str, rules: &KnownRules) -> Result<Self, Diagnostics> {
        let (mut reader, tree, _) = Reader::open(name, text)?;
        reader.rules = rules;
        let bottle = read(&mut reader, tree);
        if let Some(bottle) = &bottle {
            reader.note(bottle.contradictions());
        }
        reader.finish(bottle)
    }

    /// What cannot hold together, wherever its parts come from.
    pub(crate) fn contradictions(&self) -> Vec<Diagnostic> {
        let routes = self.routes.iter().flatten();
        let roles: Vec<_> = routes.filter(|route| route.value.role.is_some()).collect();
        let mut found = Vec::new();
        if let [first, second, ..] = roles.as_slice() {
            let message = "a second route with a `role`".to_owned();
            let mut diagnostic = second.place.diagnostic(Code::RouteRole, message);
            diagnostic.related = Some(first.place.related("the first one"));
            diagnostic.help = Some("one program has one credential of that kind".to_owned());
            found.push(diagnostic);
        }
        found.extend(self.beyond_the_image());
        let mut addresses = BTreeMap::new();
        for remote in self.git.iter().flatten() {
            for (host, address) in &remote.value.extra_hosts {
                let (first, place) = *addresses.entry(host).or_insert((address, &remote.place));
                if first != address {
                    let message = format!("`{host}` is {first} and {address}");
                    let mut diagnostic = remote.place.diagnostic(Code::GitExtraHosts, message);
                    diagnostic.related = Some(place.related("the other remote"));
                    found.push(diagnostic);
                }
            }
        }
        found
    }

    /// Keys that the program in `pipelock.image` would not carry out.
    fn beyond_the_image(&self) -> Vec<Diagnostic> {
        let Some(image) = &self.pipelock_image else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for Placed { value, place } in self.routes.iter().flatten() {
            let keys = [
                ("dlp", value.dlp != DlpSpec::default()),
                ("websocket: true", value.websocket == WebSocket::Granted),
            ];
            for (key, _) in keys.iter().filter(|(_, asked)| *asked) {
                let message = format!(
                    "`{key}` of the route for `{}` is for the built-in scanner alone",
                    value.host
                );
                let mut diagnostic = place.diagnostic(Code::PipelockImageKeys, message);
                diagnostic.related = Some(image.place.related("instead of which this one runs"));
                diagnostic.help = Some("remove it, or `pipelock.image`".to_owned());
                found.push(diagnostic);
            }
        }
        found
    }
}

fn read(reader: &mut Reader<'_>, tree: Node) -> Option<BottleManifest> {
    let mut bottle = BottleManifest::default();
    for (key, value) in reader.fields(tree, BOTTLE)? {
        match key.text.as_str() {
            "extends" => bottle.extends = extends(reader, value),
            "provider" => bottle.provider = provider(reader, &value),
            "image" | "dockerfile" => image(reader, &value, &key.text, &mut bottle),
            "env" => bottle.env = env(reader, value),
            "git" => bottle.git = Some(remotes(reader, value)),
            "git_user" => git_user(reader, value, &mut bottle),
            "egress" => egress(reader, value, &mut bottle),
            "supervise" => {
                let on = reader.flag(&value);
                let on = on.map(|on| if on { Supervise::On } else { Supervise::Off });
                bottle.supervise = on.map(|on| reader.placed(value.at, on));
            }
            "workspace" => {
                let words = Workspace::ALL.map(|each| (each.as_str(), each));
                let choice = reader.choice(&value, Code::BottleWorkspace, &words);
                bottle.workspace = choice.map(|choice| reader.placed(value.at, choice));
            }
            "limits" => limits::read(reader, value, &mut bottle),
            "runtime" => bottle.runtime = runtime(reader, &value),
            "pipelock" => pipelock(reader, value, &mut bottle),
            _ => bottle.expect = Some(reader.placed_list(value, Code::Expect)),
        }
    }
    Some(bottle)
}

fn extends(reader: &mut Reader<'_>, node: Node) -> Vec<Placed<BottleName>> {
    if matches!(node.value, Value::Text(_)) {
        let parent = reader.placed_text(&node, Code::BottleExtends);
        return parent.into_iter().collect();
    }
    let parents = reader.placed_list::<BottleName>(node, Code::BottleExtends);
    distinct(
        reader,
        parents,
        ToString::to_string,
        Code::BottleExtends,
        |name| {
            (
                format!("`{name}` stands here a second time"),
                "remove one of the two",
            )
        },
    )
}

fn image(reader: &mut Reader<'_>, node: &Node, key: &str, bottle: &mut BottleManifest) {
    let source = if key == "image" {
        reader
            .parsed(node, Code::BottleImage)
            .map(ImageSource::Named)
    } else {
        dockerfile(reader, node).map(ImageSource::Dockerfile)
    };
    let Some(source) = source else { return };
    if let Some(first) = &bottle.image {
        let message = "`image` and `dockerfile` in one bottle".to_owned();
        let mut diagnostic = reader.place(node.at).diagnostic(Code::BottleImage, message);
        diagnostic.related = Some(first.place.related("the other one"));
        diagnostic.help = Some("an image is named or built, one of the two".to_owned());
        reader.note([diagnostic]);
        return;
    }
    bottle.image = Some(reader.placed(node.at, source));
}

fn dockerfile(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let Value::Text(text) = &node.value else {
        reader.wrong_kind(node, "the path of a Dockerfile");
        return None;
    };
    if text.is_empty() || text.chars().any(char::is_control) {
        let message = "a Dockerfile is named by its path, in one line".to_owned();
        reader.problem(Code::BottleDockerfile, node.at, message, None);
        return None;
    }
    Some(text.clone())
}

fn env(reader: &mut Reader<'_>, node: Node) -> BTreeMap<EnvName, Placed<EnvValue>> {
    let Value::Map(entries) = node.value else {
        reader.wrong_kind(&node, "a map of names to values");
        return BTreeMap::new();
    };
    let mut env = BTreeMap::new();
    for (key, value) in entries {
        let name = reader.parsed_key(&key, Code::EnvName);
        if !matches!(value.value, Value::Text(_)) {
            let kind = value.value.kind();
            let message = format!("the value of `{}` is {kind}, not text", key.text);
            let help = Some("put it in quotes".to_owned());
            reader.problem(Code::ManifestType, value.at, message, help);
            continue;
        }
        if let (Some(name), Some(text)) = (name, reader.parsed(&value, Code::EnvValue)) {
            let entry = reader.placed(key.at, text);
            env.insert(name, entry);
        }
    }
    env
}

fn remotes(reader: &mut Reader<'_>, node: Node) -> Vec<Placed<GitRemote>> {
    let items = reader.list(node);
    let remotes: Vec<_> = items
        .into_iter()
        .filter_map(|item| git::read(reader, item))
        .collect();
    distinct(
        reader,
        remotes,
        |remote| remote.name.to_string(),
        Code::GitDuplicate,
        |name| {
            (
                format!("there is a remote `{name}` already"),
                "give it another name",
            )
        },
    )
}

fn git_user(reader: &mut Reader<'_>, node: Node, bottle: &mut BottleManifest) {
    for (key, value) in reader.fields(node, GIT_USER).unwrap_or_default() {
        let text = reader.placed_text(&value, Code::GitUser);
        if key.text == "name" {
            bottle.git_user_name = text;
        } else {
            bottle.git_user_email = text;
        }
    }
}

fn egress(reader: &mut Reader<'_>, node: Node, bottle: &mut BottleManifest) {
    for (key, value) in reader.fields(node, EGRESS).unwrap_or_default() {
        if key.text == "allowlist" {
            bottle.allowlist = Some(reader.placed_list(value, Code::EgressHost));
            continue;
        }
        let items = reader.list(value);
        let routes: Vec<_> = items
            .into_iter()
            .filter_map(|item| route::read(reader, item))
            .collect();
        // A host may have one route: which of two would hold is not for us to guess.
        let routes = distinct(
            reader,
            routes,
            |route| route.host.to_string(),
            Code::RouteDuplicate,
            |host| {
                (
                    format!("`{host}` has a route already"),
                    "unite the two: paths and methods are lists",
                )
            },
        );
        bottle.routes = Some(routes);
    }
}

fn runtime(reader: &mut Reader<'_>, node: &Node) -> Option<Placed<RuntimeName>> {
    if let Value::Text(text) = &node.value
        && OLD_RUNTIMES.contains(&text.as_str())
    {
        let message = format!("`runtime: {text}` is a value of an older program");
        let help = "leave the key out: `runsc` (gVisor) is used where the engine has it; or name a runtime of the engine";
        reader.problem(
            Code::ManifestDroppedKey,
            node.at,
            message,
            Some(help.to_owned()),
        );
        return None;
    }
    reader.placed_text(node, Code::BottleRuntime)
}

fn pipelock(reader: &mut Reader<'_>, node: Node, bottle: &mut BottleManifest) {
    for (key, value) in reader.fields(node, PIPELOCK).unwrap_or_default() {
        if key.text == "image" {
            bottle.pipelock_image = reader.placed_text(&value, Code::PipelockImage);
        } else {
            bottle.passthrough = Some(passthrough(reader, value));
        }
    }
}

/// Hosts that are not scanned. `pipelock.yaml` has one wildcard, of any depth; another one would become a wider hole.
fn passthrough(reader: &mut Reader<'_>, node: Node) -> Vec<Placed<HostPattern>> {
    let mut hosts = Vec::new();
    for item in reader.list(node) {
        match reader.placed_text(&item, Code::EgressHost) {
            Some(Placed {
                value: HostPattern::OneLabel(base),
                ..
            }) => {
                let message = "a wildcard of the scanner is of any depth".to_owned();
                let help = format!("write `**.{base}` if that is meant, or the names themselves");
                reader.problem(Code::EgressHost, item.at, message, Some(help));
            }
            host => hosts.extend(host),
        }
    }
    hosts
}

/// Reads a `provider`, of a bottle or an agent.
pub(super) fn provider(reader: &mut Reader<'_>, node: &Node) -> Option<Placed<Provider>> {
    let words = Provider::ALL.map(|provider| (provider.as_str(), provider));
    let provider = reader.choice(node, Code::BottleProvider, &words)?;
    Some(reader.placed(node.at, provider))
}

/// The entries without those whose key stood before; each of these is told with both places.
fn distinct<T>(
    reader: &mut Reader<'_>,
    entries: Vec<Placed<T>>,
    key: impl Fn(&T) -> String,
    code: Code,
    words: impl Fn(&str) -> (String, &'static str),
) -> Vec<Placed<T>> {
    let mut seen = BTreeMap::new();
    let mut kept = Vec::new();
    for entry in entries {
        let key = key(&entry.value);
        let Some(first) = seen.get(&key) else {
            seen.insert(key, entry.place.clone());
            kept.push(entry);
            continue;
        };
        let (message, help) = words(&key);
        let mut diagnostic = entry.place.diagnostic(code, message);
        diagnostic.related = Some(first.related("here for the first time"));
        diagnostic.help = Some(help.to_owned());
        reader.note([diagnostic]);
    }
    kept
}
