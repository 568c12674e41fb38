//! One entry of `egress.routes`.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::reader::{Fields, Keys, Reader};
use crate::code::Code;
use crate::header_name::HeaderName;
use crate::plan::{
    AuthScheme, AuthSpec, DlpSpec, LargeBodies, ResponseAction, Role, RouteSpec, RuleName,
    WebSocket,
};
use crate::port::Port;
use crate::source::Placed;
use crate::tree::{Node, Value};

pub(crate) const ROUTE: Keys = Keys {
    of: "a route",
    known: &[
        "host",
        "ports",
        "path_allowlist",
        "methods",
        "auth",
        "cidr",
        "role",
        "dlp",
        "websocket",
    ],
    dropped: &[
        ("auth_scheme", "write `auth: {scheme: …, token_ref: …}`"),
        ("token_ref", "write `auth: {scheme: Bearer, token_ref: …}`"),
        ("matches", "write `path_allowlist` and `methods`"),
        (
            "pipelock",
            "write `dlp`, or `pipelock.passthrough` beside `egress`",
        ),
    ],
};

pub(crate) const AUTH: Keys = Keys {
    of: "auth",
    known: &["scheme", "token_ref", "header"],
    dropped: &[],
};

pub(crate) const DLP: Keys = Keys {
    of: "dlp",
    known: &["allow", "responses", "large_bodies"],
    dropped: &[(
        "action",
        "what is found is refused; `allow` names rules that do not hold on this route",
    )],
};

/// Stands for a host that cannot be read, while the rest of its route is looked at.
const NOBODY: &str = "unnamed.example";

/// Reads one route; its place is that of its host.
pub(super) fn read(reader: &mut Reader<'_>, node: Node) -> Option<Placed<RouteSpec>> {
    let at = node.at;
    let fields = reader.fields(node, ROUTE)?;
    let named = fields.iter().find(|(key, _)| key.text == "host");
    let (at, host) = if let Some((_, value)) = named {
        (value.at, reader.parsed(value, Code::RouteHost))
    } else {
        let message = "a route needs a `host`".to_owned();
        reader.problem(Code::RouteHost, at, message, None);
        (at, None)
    };
    // Whatever else is wrong with a route is told in the same go, also where nobody knows whose it is.
    let known = host.is_some();
    let host = host.or_else(|| NOBODY.parse().ok())?;
    let route = fill(reader, fields, RouteSpec::bare(host));
    known.then(|| reader.placed(at, route))
}

fn fill(reader: &mut Reader<'_>, fields: Fields, mut route: RouteSpec) -> RouteSpec {
    let mut role_at = None;
    for (key, value) in fields {
        match key.text.as_str() {
            "ports" => route.ports = ports(reader, value),
            "path_allowlist" => route.path_allowlist = reader.parsed_list(value, Code::RoutePath),
            "methods" => {
                let methods = reader.parsed_list(value, Code::RouteMethod);
                route.methods = methods.into_iter().collect();
            }
            "auth" => route.auth = auth(reader, value),
            "cidr" => route.cidr = cidr(reader, value),
            "role" => {
                role_at = Some(key.at);
                let words = Role::ALL.map(|role| (role.as_str(), role));
                route.role = reader.choice(&value, Code::RouteRole, &words);
            }
            "dlp" => route.dlp = dlp(reader, value),
            "websocket" => route.websocket = websocket(reader, &value),
            _ => {}
        }
    }
    if let Some(at) = role_at
        && route.auth.is_none()
    {
        let message = "a `role` says what the route's credential is, and there is none".to_owned();
        let help = "add `auth: {scheme: Bearer, token_ref: CLAUDE_CODE_OAUTH_TOKEN}`".to_owned();
        reader.problem(Code::RouteRole, at, message, Some(help));
    }
    route
}

fn websocket(reader: &mut Reader<'_>, node: &Node) -> WebSocket {
    if reader.flag(node) == Some(true) {
        WebSocket::Granted
    } else {
        WebSocket::Refused
    }
}

fn dlp(reader: &mut Reader<'_>, node: Node) -> DlpSpec {
    let mut dlp = DlpSpec::default();
    for (key, value) in reader.fields(node, DLP).unwrap_or_default() {
        match key.text.as_str() {
            "allow" => dlp.allow = allowed_rules(reader, value),
            "responses" => {
                let words = ResponseAction::ALL.map(|action| (action.as_str(), action));
                let action = reader.choice(&value, Code::RouteDlp, &words);
                dlp.responses = action.unwrap_or_default();
            }
            _ => {
                let words = LargeBodies::ALL.map(|choice| (choice.as_str(), choice));
                let choice = reader.choice(&value, Code::RouteDlp, &words);
                dlp.large_bodies = choice.unwrap_or_default();
            }
        }
    }
    dlp
}

/// The rules that a route does without. A name that is no rule's would allow nothing, and nobody would know.
fn allowed_rules(reader: &mut Reader<'_>, node: Node) -> BTreeSet<RuleName> {
    let mut allowed = BTreeSet::new();
    for item in reader.list(node) {
        let Some(rule) = reader.parsed::<RuleName>(&item, Code::RouteDlp) else {
            continue;
        };
        if !reader.rules.has(&rule) {
            let message = format!("the scanner has no rule `{rule}`");
            let help = match reader.rules.nearest(&rule) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "a refusal says which rule it is from, and so does `bottle scan`".to_owned()
                }
            };
            reader.problem(Code::RouteDlpRule, item.at, message, Some(help));
        }
        allowed.insert(rule);
    }
    allowed
}

fn ports(reader: &mut Reader<'_>, node: Node) -> BTreeSet<Port> {
    let at = node.at;
    let mut ports = BTreeSet::new();
    let items = reader.list(node);
    let grants_nothing = items.is_empty();
    for item in items {
        let number = match item.value {
            Value::Integer(number) => u16::try_from(number)
                .ok()
                .and_then(|number| Port::try_from(number).ok()),
            _ => None,
        };
        match number {
            Some(port) => {
                ports.insert(port);
            }
            None => reader.problem(
                Code::RoutePort,
                item.at,
                "a port is a plain number from 1 to 65535".to_owned(),
                None,
            ),
        }
    }
    if grants_nothing {
        reader.problem(
            Code::RoutePort,
            at,
            "`ports` grants nothing".to_owned(),
            Some("leave it out for 443".to_owned()),
        );
    }
    ports
}

fn auth(reader: &mut Reader<'_>, node: Node) -> Option<AuthSpec> {
    let at = node.at;
    let fields = reader.fields(node, AUTH)?;
    let (mut scheme, mut token_ref, mut header) = (None, None, None);
    let (mut has_scheme, mut has_token) = (false, false);
    for (key, value) in fields {
        match key.text.as_str() {
            "scheme" => {
                has_scheme = true;
                scheme = self::scheme(reader, &value);
            }
            "token_ref" => {
                has_token = true;
                token_ref = reader.parsed(&value, Code::RouteTokenRef);
            }
            _ => header = reader.parsed::<HeaderName>(&value, Code::RouteHeader),
        }
    }
    if !has_scheme || !has_token {
        let help = "write `auth: {scheme: Bearer, token_ref: NAME_OF_A_HOST_VARIABLE}`".to_owned();
        reader.problem(
            Code::RouteAuth,
            at,
            "`auth` needs a `scheme` and a `token_ref`".to_owned(),
            Some(help),
        );
    }
    Some(AuthSpec {
        scheme: scheme?,
        token_ref: token_ref?,
        header,
    })
}

fn scheme(reader: &mut Reader<'_>, node: &Node) -> Option<AuthScheme> {
    let all = [AuthScheme::Bearer, AuthScheme::Token, AuthScheme::Basic];
    let words = all.map(|scheme| (scheme.as_str(), scheme));
    reader.choice(node, Code::RouteScheme, &words)
}

fn cidr(reader: &mut Reader<'_>, node: Node) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for item in reader.list(node) {
        let Some(network) = reader.parsed::<IpNet>(&item, Code::RouteCidr) else {
            continue;
        };
        if network.prefix_len() == 0 {
            reader.problem(
                Code::RouteCidr,
                item.at,
                "a network of every address is no grant".to_owned(),
                None,
            );
        } else if network.trunc() != network {
            let help = format!(
                "write `{}`, or a single address with /32 or /128",
                network.trunc()
            );
            reader.problem(
                Code::RouteCidr,
                item.at,
                format!("`{network}` has bits behind its prefix"),
                Some(help),
            );
        } else {
            networks.push(network);
        }
    }
    networks
}
