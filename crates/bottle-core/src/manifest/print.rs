//! A bottle as the text of a manifest: what is read from it is the same bottle.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use super::BottleManifest;
use crate::env::{EnvName, EnvValue};
use crate::header_name::HeaderName;
use crate::host::Host;
use crate::host_pattern::HostPattern;
use crate::method::Method;
use crate::name::BottleName;
use crate::path_prefix::PathPrefix;
use crate::plan::{
    AuthSpec, DlpSpec, GitRemote, GitUserText, HostKey, ImageRef, ImageSource, KeyPath, PushPolicy,
    RefPattern, RemoteName, Role, RouteSpec, RuleName, RuntimeName, SshUrl, Supervise, WebSocket,
};
use crate::port::Port;
use crate::source::Placed;
use crate::yaml;

impl BottleManifest {
    /// The front matter that says the same, between its fences.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`], for lack of memory alone.
    pub fn print(&self) -> Result<String, yaml::WriteError> {
        let record = Record::of(self);
        if record.is_empty() {
            return Ok("---\n---\n".to_owned());
        }
        Ok(format!("---\n{}---\n", yaml::write(&record)?))
    }
}

impl RouteSpec {
    /// The route as an item of `egress.routes`, beginning with `- `.
    ///
    /// # Errors
    ///
    /// [`yaml::WriteError`], for lack of memory alone.
    pub fn print(&self) -> Result<String, yaml::WriteError> {
        yaml::write(&[route(self)])
    }
}

#[derive(Serialize, PartialEq, Default)]
struct Record<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extends: Vec<&'a BottleName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a ImageRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dockerfile: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<&'a EnvName, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    git: Option<Vec<Remote<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    git_user: Option<GitUser<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    egress: Option<Egress<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supervise: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Limits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtime: Option<&'a RuntimeName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pipelock: Option<Pipelock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<Vec<String>>,
}

#[derive(Serialize, PartialEq)]
struct Egress<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    routes: Option<Vec<Route<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowlist: Option<Vec<&'a HostPattern>>,
}

#[derive(Serialize, PartialEq)]
struct Route<'a> {
    host: &'a HostPattern,
    ports: &'a BTreeSet<Port>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    path_allowlist: &'a [PathPrefix],
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    methods: &'a BTreeSet<Method>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<Auth<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cidr: &'a [IpNet],
    #[serde(skip_serializing_if = "Option::is_none")]
    dlp: Option<Dlp<'a>>,
    #[serde(skip_serializing_if = "is_false")]
    websocket: bool,
}

#[derive(Serialize, PartialEq)]
struct Auth<'a> {
    scheme: &'static str,
    token_ref: &'a EnvName,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a HeaderName>,
}

#[derive(Serialize, PartialEq)]
struct Dlp<'a> {
    allow: &'a BTreeSet<RuleName>,
    responses: &'static str,
    large_bodies: &'static str,
}

#[derive(Serialize, PartialEq)]
struct Remote<'a> {
    name: &'a RemoteName,
    upstream: &'a SshUrl,
    identity_file: &'a KeyPath,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_host_key: Option<&'a HostKey>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extra_hosts: &'a BTreeMap<Host, IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push: Option<Push<'a>>,
}

#[derive(Serialize, PartialEq)]
struct Push<'a> {
    refs: &'a [RefPattern],
    force: &'a [RefPattern],
    delete: &'a [RefPattern],
    max_refs: u32,
    max_objects: u64,
    max_size: String,
}

#[derive(Serialize, PartialEq)]
struct GitUser<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a GitUserText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a GitUserText>,
}

#[derive(Serialize, PartialEq)]
struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpus: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pids: Option<u32>,
}

#[derive(Serialize, PartialEq)]
struct Pipelock<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a ImageRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passthrough: Option<Vec<&'a HostPattern>>,
}

impl<'a> Record<'a> {
    fn of(bottle: &'a BottleManifest) -> Self {
        let BottleManifest {
            extends,
            provider,
            image,
            env,
            git,
            git_user_name,
            git_user_email,
            routes,
            allowlist,
            supervise,
            workspace,
            cpus,
            memory,
            pids,
            runtime,
            pipelock_image,
            passthrough,
            expect,
        } = bottle;
        let (image, dockerfile) = match value(image.as_ref()) {
            Some(ImageSource::Named(image)) => (Some(image), None),
            Some(ImageSource::Dockerfile(path)) => (None, Some(path.as_str())),
            None => (None, None),
        };
        let egress = Egress {
            routes: routes.as_ref().map(|all| values(all).map(route).collect()),
            allowlist: allowlist.as_ref().map(|all| values(all).collect()),
        };
        let git_user = GitUser {
            name: value(git_user_name.as_ref()),
            email: value(git_user_email.as_ref()),
        };
        let limits = Limits {
            cpus: value(cpus.as_ref()).map(ToString::to_string),
            memory: value(memory.as_ref()).map(ToString::to_string),
            pids: value(pids.as_ref()).map(|pids| pids.get()),
        };
        let pipelock = Pipelock {
            image: value(pipelock_image.as_ref()),
            passthrough: passthrough.as_ref().map(|all| values(all).collect()),
        };
        let Limits { cpus, memory, pids } = &limits;
        let any_limit = cpus.is_some() || memory.is_some() || pids.is_some();
        Self {
            extends: values(extends).collect(),
            provider: value(provider.as_ref()).map(|provider| provider.as_str()),
            image,
            dockerfile,
            env: env
                .iter()
                .map(|(name, entry)| (name, env_text(&entry.value)))
                .collect(),
            git: git.as_ref().map(|all| values(all).map(remote).collect()),
            git_user: (git_user.name.is_some() || git_user.email.is_some()).then_some(git_user),
            egress: (egress.routes.is_some() || egress.allowlist.is_some()).then_some(egress),
            supervise: value(supervise.as_ref()).map(|supervise| *supervise == Supervise::On),
            workspace: value(workspace.as_ref()).map(|workspace| workspace.as_str()),
            limits: any_limit.then_some(limits),
            runtime: value(runtime.as_ref()),
            pipelock: (pipelock.image.is_some() || pipelock.passthrough.is_some())
                .then_some(pipelock),
            expect: expect
                .as_ref()
                .map(|all| values(all).map(ToString::to_string).collect()),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn value<T>(placed: Option<&Placed<T>>) -> Option<&T> {
    placed.map(|placed| &placed.value)
}

fn values<T>(placed: &[Placed<T>]) -> impl Iterator<Item = &T> {
    placed.iter().map(|placed| &placed.value)
}

fn env_text(value: &EnvValue) -> String {
    match value {
        EnvValue::Literal(text) => text.clone(),
        EnvValue::Prompt { prompt } => format!("?{prompt}"),
        EnvValue::Host(name) => format!("${{{name}}}"),
    }
}

fn route(route: &RouteSpec) -> Route<'_> {
    let RouteSpec {
        host,
        ports,
        path_allowlist,
        methods,
        auth,
        cidr,
        role,
        dlp,
        websocket,
    } = route;
    Route {
        host,
        ports,
        path_allowlist,
        methods,
        role: role.map(Role::as_str),
        auth: auth.as_ref().map(
            |AuthSpec {
                 scheme,
                 token_ref,
                 header,
             }| Auth {
                scheme: scheme.as_str(),
                token_ref,
                header: header.as_ref(),
            },
        ),
        cidr,
        dlp: (*dlp != DlpSpec::default()).then(|| Dlp {
            allow: &dlp.allow,
            responses: dlp.responses.as_str(),
            large_bodies: dlp.large_bodies.as_str(),
        }),
        websocket: *websocket == WebSocket::Granted,
    }
}

fn remote(remote: &GitRemote) -> Remote<'_> {
    let GitRemote {
        name,
        upstream,
        identity_file,
        known_host_key,
        extra_hosts,
        push,
    } = remote;
    Remote {
        name,
        upstream,
        identity_file,
        known_host_key: known_host_key.as_ref(),
        extra_hosts,
        push: (*push != PushPolicy::default()).then(|| self::push(push)),
    }
}

fn push(policy: &PushPolicy) -> Push<'_> {
    let PushPolicy {
        refs,
        force,
        delete,
        max_refs,
        max_objects,
        max_bytes: _,
    } = policy;
    Push {
        refs,
        force,
        delete,
        max_refs: *max_refs,
        max_objects: *max_objects,
        max_size: policy.max_size(),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
