//! How git in the bottle is led to the gate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;

use bottle_core::{GitRemote, GitUser, Port, SshHost, SshUrl};

/// The port of ssh, which an address may leave out.
const SSH_PORT: u16 = 22;
/// The names of ssh's scheme, today's and the two that git still takes.
const SSH_SCHEMES: [&str; 3] = ["ssh", "git+ssh", "ssh+git"];
/// Other schemes under which a forge has the same repository.
const OTHER_SCHEMES: [&str; 3] = ["https", "http", "git"];
/// The ends that git takes for the same repository.
const ENDS: [&str; 4] = ["", "/", ".git", ".git/"];
/// Where addresses of repositories lead that nobody declared: to no name that a remote can have.
const UNDECLARED: &str = "-undeclared/";

/// The text of git's system configuration in the agent's container: every spelling of a declared remote leads to
/// `git://<gate>/<name>`, for fetches and for pushes alike (`insteadOf` covers both), and the agent's commits bear
/// the user's name.
///
/// git replaces the longest beginning that it finds, whatever follows it. So the address of an undeclared repository
/// whose path goes on where that of a declared one ends (`…/app-two.git`) leads to the gate, too, which knows no such
/// name. Where by accident another remote has just that name, the address is led to a name that no remote can have.
///
/// Of two remotes with one upstream the first one is meant.
///
/// ```
/// use bottle_core::GitUser;
///
/// assert_eq!(bottle_git::gitconfig(&[], "git-gate", &GitUser::default()), "");
/// ```
pub fn gitconfig(remotes: &[GitRemote], gate: &str, user: &GitUser) -> String {
    let GitUser { name, email } = user;
    let user = [("name", name), ("email", email)].into_iter();
    let user: Vec<(&str, &str)> = user
        .filter_map(|(key, value)| Some((key, value.as_ref()?.as_str())))
        .collect();
    let mut text = String::new();
    if !user.is_empty() {
        section(&mut text, "user", &user);
    }
    let mut by_target: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    let beginnings = beginnings(remotes);
    for (beginning, target) in &beginnings {
        let entries = by_target.entry(target).or_default();
        entries.push(("insteadOf", beginning));
    }
    for (target, entries) in by_target {
        let url = quoted(&format!("git://{gate}/{target}"));
        section(&mut text, &format!("url {url}"), &entries);
    }
    text
}

/// One section of the configuration, with all values in quotes.
fn section(text: &mut String, name: &str, entries: &[(&str, &str)]) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "[{name}]");
    for (key, value) in entries {
        let _ = writeln!(text, "\t{key} = {}", quoted(value));
    }
}

/// What addresses begin with, and the path at the gate that stands in its place.
fn beginnings(remotes: &[GitRemote]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for remote in remotes {
        for spelling in spellings(&remote.upstream) {
            all.entry(spelling)
                .or_insert_with(|| remote.name.to_string());
        }
    }
    let mut astray = Vec::new();
    for (beginning, name) in &all {
        let longer = remotes
            .iter()
            .filter_map(|other| other.name.as_str().strip_prefix(name.as_str()))
            .filter(|rest| !rest.is_empty());
        astray.extend(longer.map(|rest| format!("{beginning}{rest}")));
    }
    for beginning in astray {
        all.entry(beginning)
            .or_insert_with(|| UNDECLARED.to_owned());
    }
    all
}

/// Every way to write the address of one repository.
fn spellings(upstream: &SshUrl) -> Vec<String> {
    let SshUrl {
        user,
        host,
        port,
        path,
    } = upstream;
    let host = match host {
        SshHost::Address(IpAddr::V6(address)) => format!("[{address}]"),
        host => host.to_string(),
    };
    let stem = path.trim_end_matches('/');
    let stem = stem.strip_suffix(".git").unwrap_or(stem);
    let port = port.map_or(SSH_PORT, Port::get);
    let mut stems = Vec::new();
    for user in [
        user.as_ref().map(|user| format!("{user}@")),
        Some(String::new()),
    ]
    .into_iter()
    .flatten()
    {
        for scheme in SSH_SCHEMES {
            stems.push(format!("{scheme}://{user}{host}:{port}{stem}"));
            if port == SSH_PORT {
                stems.push(format!("{scheme}://{user}{host}{stem}"));
            }
        }
        if port == SSH_PORT {
            stems.extend(short_paths(stem).map(|path| format!("{user}{host}:{path}")));
        }
    }
    stems.extend(OTHER_SCHEMES.map(|scheme| format!("{scheme}://{host}{stem}")));
    let with_ends = stems
        .iter()
        .flat_map(|stem| ENDS.map(|end| format!("{stem}{end}")));
    with_ends.collect()
}

/// The path behind `host:`, which does not begin with a slash on forges, and is below the user's home elsewhere.
fn short_paths(stem: &str) -> impl Iterator<Item = &str> {
    [Some(stem), stem.strip_prefix('/'), stem.strip_prefix("/~/")]
        .into_iter()
        .flatten()
}

/// In quotes, as git reads a value or the name of a section.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
