//! One entry of `egress.routes`.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::reader::{Keys, Reader};
use crate::diagnostic::Position;
use crate::header_name::HeaderName;
use crate::plan::{AuthScheme, AuthSpec, RouteSpec};
use crate::port::Port;
use crate::tree::{Node, Value};

const ROUTE: Keys = Keys {
    of: "a route",
    known: &["host", "ports", "path_allowlist", "methods", "auth", "cidr"],
    later: &["role", "dlp", "websocket"],
};

const AUTH: Keys = Keys {
    of: "auth",
    known: &["scheme", "token_ref", "header"],
    later: &[],
};

/// Reads one route; its place is that of its host.
pub(super) fn read(reader: &mut Reader<'_>, node: Node) -> Option<(RouteSpec, Position)> {
    let at = node.at;
    let fields = reader.fields(node, ROUTE)?;
    let mut host = None;
    let mut named = false;
    let mut route = Draft::default();
    for (key, value) in fields {
        match key.text.as_str() {
            "host" => {
                named = true;
                host = reader
                    .parsed(&value, "route.host")
                    .map(|host| (host, value.at));
            }
            "ports" => route.ports = Some(ports(reader, value)),
            "path_allowlist" => route.path_allowlist = reader.parsed_list(value, "route.path"),
            "methods" => {
                route.methods = reader
                    .parsed_list(value, "route.method")
                    .into_iter()
                    .collect();
            }
            "auth" => route.auth = auth(reader, value),
            _ => route.cidr = cidr(reader, value),
        }
    }
    if !named {
        reader.problem("route.host", at, "a route needs a `host`".to_owned(), None);
    }
    let (host, at) = host?;
    let ports = route.ports.unwrap_or_else(|| BTreeSet::from([Port::HTTPS]));
    let Draft {
        path_allowlist,
        methods,
        auth,
        cidr,
        ..
    } = route;
    Some((
        RouteSpec {
            host,
            ports,
            path_allowlist,
            methods,
            auth,
            cidr,
        },
        at,
    ))
}

#[derive(Default)]
struct Draft {
    ports: Option<BTreeSet<Port>>,
    path_allowlist: Vec<crate::path_prefix::PathPrefix>,
    methods: BTreeSet<crate::method::Method>,
    auth: Option<AuthSpec>,
    cidr: Vec<IpNet>,
}

fn ports(reader: &mut Reader<'_>, node: Node) -> BTreeSet<Port> {
    let at = node.at;
    let mut ports = BTreeSet::new();
    for item in reader.list(node) {
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
                "route.port",
                item.at,
                "a port is a plain number from 1 to 65535".to_owned(),
                None,
            ),
        }
    }
    if ports.is_empty() {
        reader.problem(
            "route.port",
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
                token_ref = reader.parsed(&value, "route.token-ref");
            }
            _ => header = reader.parsed::<HeaderName>(&value, "route.header"),
        }
    }
    if !has_scheme || !has_token {
        let help = "write `auth: {scheme: Bearer, token_ref: NAME_OF_A_HOST_VARIABLE}`".to_owned();
        reader.problem(
            "route.auth",
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
    let scheme = match &node.value {
        Value::Text(text) if text == "Bearer" => Some(AuthScheme::Bearer),
        Value::Text(text) if text == "token" => Some(AuthScheme::Token),
        Value::Text(text) if text == "basic" => Some(AuthScheme::Basic),
        _ => None,
    };
    if scheme.is_none() {
        reader.problem(
            "route.scheme",
            node.at,
            "a scheme is `Bearer`, `token` or `basic`".to_owned(),
            None,
        );
    }
    scheme
}

fn cidr(reader: &mut Reader<'_>, node: Node) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for item in reader.list(node) {
        let Some(network) = reader.parsed::<IpNet>(&item, "route.cidr") else {
            continue;
        };
        if network.prefix_len() == 0 {
            reader.problem(
                "route.cidr",
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
                "route.cidr",
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
