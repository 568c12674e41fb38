//! One entry of `git`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::push;
use super::reader::{Fields, Keys, Reader};
use crate::code::Code;
use crate::diagnostic::Position;
use crate::host::Host;
use crate::plan::{GitRemote, HostKey, KeyPath, PushPolicy, RemoteName, SshUrl};
use crate::source::Placed;
use crate::tree::{Node, Value};

pub(crate) const REMOTE: Keys = Keys {
    of: "a remote",
    known: &[
        "name",
        "upstream",
        "identity_file",
        "known_host_key",
        "extra_hosts",
        "push",
        "Name",
        "Upstream",
        "IdentityFile",
        "KnownHostKey",
        "ExtraHosts",
    ],
    dropped: &[
        ("url", "write `upstream`"),
        ("host_key", "write `known_host_key`"),
        ("key", "write `identity_file`"),
    ],
};

/// The older spelling of a key, and today's.
const SPELLINGS: [(&str, &str); 5] = [
    ("Name", "name"),
    ("Upstream", "upstream"),
    ("IdentityFile", "identity_file"),
    ("KnownHostKey", "known_host_key"),
    ("ExtraHosts", "extra_hosts"),
];

/// Reads one remote; its place is that of its name.
pub(super) fn read(reader: &mut Reader<'_>, node: Node) -> Option<Placed<GitRemote>> {
    let at = node.at;
    let fields = reader.fields(node, REMOTE)?;
    let fields = one_spelling(reader, fields);
    let missing = |key: &str| !fields.iter().any(|(field, _)| field.text == key);
    let gaps = [
        ("name", Code::GitName, "name: app"),
        (
            "upstream",
            Code::GitUpstream,
            "upstream: ssh://git@host/path",
        ),
        (
            "identity_file",
            Code::GitIdentityFile,
            "identity_file: ~/.ssh/key",
        ),
    ];
    for (key, code, example) in gaps.into_iter().filter(|(key, ..)| missing(key)) {
        let help = format!("for example `{example}`");
        reader.problem(code, at, format!("a remote needs `{key}`"), Some(help));
    }
    let mut draft = Draft::default();
    for (key, value) in fields {
        match key.text.as_str() {
            "name" => draft.name = reader.placed_text(&value, Code::GitName),
            "upstream" => draft.upstream = upstream(reader, &value),
            "identity_file" => draft.identity_file = reader.parsed(&value, Code::GitIdentityFile),
            "known_host_key" => draft.known_host_key = reader.parsed(&value, Code::GitHostKey),
            "push" => draft.push = push::read(reader, value),
            _ => draft.extra_hosts = extra_hosts(reader, value),
        }
    }
    let Placed { value: name, place } = draft.name?;
    let value = GitRemote {
        name,
        upstream: draft.upstream?,
        identity_file: draft.identity_file?,
        known_host_key: draft.known_host_key,
        extra_hosts: draft.extra_hosts,
        push: draft.push,
    };
    Some(Placed { value, place })
}

#[derive(Default)]
struct Draft {
    name: Option<Placed<RemoteName>>,
    upstream: Option<SshUrl>,
    identity_file: Option<KeyPath>,
    known_host_key: Option<HostKey>,
    extra_hosts: BTreeMap<Host, IpAddr>,
    push: PushPolicy,
}

/// Every key in today's spelling; both of one are an error.
fn one_spelling(reader: &mut Reader<'_>, fields: Fields) -> Fields {
    let mut seen: BTreeMap<String, Position> = BTreeMap::new();
    let mut kept = Fields::new();
    for (mut key, value) in fields {
        let today = SPELLINGS.iter().find(|(old, _)| *old == key.text);
        let old = today.is_some();
        if let Some((_, today)) = today {
            (*today).clone_into(&mut key.text);
        }
        if let Some(&first) = seen.get(&key.text) {
            let message = format!("`{}` stands here in both spellings", key.text);
            let mut diagnostic = reader.place(key.at).diagnostic(Code::GitSpelling, message);
            diagnostic.related = Some(reader.place(first).related("the other one"));
            diagnostic.help = Some(if old {
                format!("remove this one: `{}` is today's", key.text)
            } else {
                "remove the other one: it is the older spelling".to_owned()
            });
            reader.note([diagnostic]);
            continue;
        }
        seen.insert(key.text.clone(), key.at);
        kept.push((key, value));
    }
    kept
}

fn upstream(reader: &mut Reader<'_>, node: &Node) -> Option<SshUrl> {
    if let Value::Text(text) = &node.value
        && let Some(address) = from_short_form(text)
    {
        let message = format!("`{text}` is git's short form of an address");
        let help = Some(format!("write `{address}`"));
        reader.problem(Code::GitUpstream, node.at, message, help);
        return None;
    }
    reader.parsed(node, Code::GitUpstream)
}

/// `git@host:path` as an address.
fn from_short_form(text: &str) -> Option<SshUrl> {
    if text.contains("://") {
        return None;
    }
    let (place, path) = text.split_once(':')?;
    let slash = if path.starts_with(['/', '~']) {
        ""
    } else {
        "/"
    };
    let path = path
        .strip_prefix('~')
        .map_or_else(|| path.to_owned(), |rest| format!("/~{rest}"));
    format!("ssh://{place}{slash}{path}").parse().ok()
}

fn extra_hosts(reader: &mut Reader<'_>, node: Node) -> BTreeMap<Host, IpAddr> {
    let Value::Map(entries) = node.value else {
        reader.wrong_kind(&node, "a map of names to addresses");
        return BTreeMap::new();
    };
    let mut hosts = BTreeMap::new();
    for (key, value) in entries {
        let host = reader.parsed_key(&key, Code::GitExtraHosts);
        let address = reader.parsed(&value, Code::GitExtraHosts);
        if let (Some(host), Some(address)) = (host, address) {
            hosts.insert(host, address);
        }
    }
    hosts
}
