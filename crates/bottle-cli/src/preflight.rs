//! What the operator is shown before a bottle starts, and the question that follows.

use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal};

use bottle_core::{
    BottlePlan, DlpSpec, EnvName, GitRemote, GitUser, ImageSource, LargeBodies, Method,
    PipelockSpec, PushPolicy, RefPattern, ResponseAction, RuleName, SkillName, Supervise,
    Workspace,
};
use bottle_egress::{Folded, Ports, Route};

use crate::printer::Printer;

/// How wide a terminal is at least.
const WIDTH: usize = 80;
/// How wide the column of names is, with the blank behind it.
const INDENT: usize = 10;
/// What it means that the agent may ask.
const SUPERVISE: &str = "the agent may ask you for more; nothing is granted without your answer";

/// There is nobody to ask.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to ask on; say --yes to start without the question")]
pub(crate) struct NobodyToAsk;

/// Everything that the bottle may do, for a terminal of 80 columns without colour.
pub(crate) fn render(plan: &BottlePlan, folded: &Folded) -> String {
    let mut text = String::new();
    let mut section = |name: &str, entries: Vec<String>| {
        let entries = if entries.is_empty() {
            vec!["none".to_owned()]
        } else {
            entries
        };
        for (number, entry) in entries.iter().enumerate() {
            let label = if number == 0 { name } else { "" };
            wrap(&mut text, label, entry);
        }
    };
    let provider = plan.provider.as_str();
    let agent = format!("{} in bottle {} ({provider})", plan.agent, plan.bottle);
    section("agent", vec![agent]);
    section("image", vec![image(plan)]);
    section("folder", vec![workspace(plan.workspace).to_owned()]);
    section("env", environment(plan).into_iter().collect());
    let skills: Vec<&str> = plan.skills.iter().map(SkillName::as_str).collect();
    section("skills", joined(&skills).into_iter().collect());
    let remotes = plan.git.iter();
    section(
        "git",
        remotes
            .map(|remote| format!("{} {}", remote.name, git_rule(remote)))
            .collect(),
    );
    section_of_user(&mut section, plan);
    let routes = folded.table.routes().iter();
    section(
        "routes",
        routes.map(|route| scanned_rule(plan, route)).collect(),
    );
    let scanner = scanner(plan);
    if !scanner.is_empty() {
        section("scanner", scanner);
    }
    if plan.supervise == Supervise::On {
        section("supervise", vec![SUPERVISE.to_owned()]);
    }
    section("limits", vec![limits(plan)]);
    text
}

/// Whose name stands in the agent's commits, where the manifest says it.
fn section_of_user(section: &mut impl FnMut(&str, Vec<String>), plan: &BottlePlan) {
    let GitUser { name, email } = &plan.git_user;
    let email = email.as_ref().map(|email| format!("<{email}>"));
    let words: Vec<String> = name.iter().map(ToString::to_string).chain(email).collect();
    if !words.is_empty() {
        let user = bottle_core::visible(&words.join(" "));
        section("", vec![format!("commits as {user}")]);
    }
}

/// One remote on one line: where it leads, what may be pushed.
pub(crate) fn git_rule(remote: &GitRemote) -> String {
    format!("{} [{}]", remote.upstream, pushes(&remote.push))
}

/// What may be pushed, branches by their short names.
fn pushes(policy: &PushPolicy) -> String {
    let PushPolicy {
        refs,
        force,
        delete,
        max_refs: _,
        max_objects: _,
        max_bytes: _,
    } = policy;
    if refs.is_empty() {
        return "fetch only".to_owned();
    }
    let list = |patterns: &[RefPattern]| {
        let names = patterns.iter().map(|pattern| {
            let short = pattern.as_str().strip_prefix("refs/heads/");
            short.unwrap_or(pattern.as_str())
        });
        names.collect::<Vec<_>>().join(",")
    };
    let mut text = format!("push: {}", list(refs));
    for (what, patterns) in [("rewrite", force), ("delete", delete)] {
        if !patterns.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, "; {what}: {}", list(patterns));
        }
    }
    text
}

/// How the operator's folder gets in, and what that means.
const fn workspace(workspace: Workspace) -> &'static str {
    match workspace {
        Workspace::None => "not shown",
        Workspace::Copy => "a copy of this one; what is changed in it stays in the bottle",
        Workspace::Mount => "this one itself, to be written to",
        Workspace::Worktree => {
            "a clone of this repository; `bottle diff` and `bottle apply` bring back what is changed"
        }
    }
}

/// Where scanning is not what it is by itself.
fn scanner(plan: &BottlePlan) -> Vec<String> {
    let PipelockSpec { image, passthrough } = &plan.pipelock;
    let mut lines = Vec::new();
    if let Some(image) = image {
        lines.push(format!(
            "{image} instead of the built-in one; the bottle's secrets are not searched for by value"
        ));
    }
    if !passthrough.is_empty() {
        let hosts: Vec<String> = passthrough.iter().map(ToString::to_string).collect();
        lines.push(format!("not scanned: {}", hosts.join(", ")));
    }
    lines
}

/// Asks on the terminal; only a plain yes is one.
pub(crate) fn confirm(printer: Printer, question: &str) -> Result<bool, NobodyToAsk> {
    if !io::stdin().is_terminal() {
        return Err(NobodyToAsk);
    }
    printer.ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).is_ok();
    Ok(read && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "YES"))
}

/// One entry, broken at blanks so that it fits, and inside a word where that is too long for a line.
fn wrap(text: &mut String, label: &str, entry: &str) {
    let room = WIDTH - INDENT;
    let mut line = String::new();
    let mut label = label;
    let mut flush = |line: &mut String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{label:INDENT$}{line}");
        label = "";
        line.clear();
    };
    for word in entry.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        let used = line.chars().count();
        if used > 0 && used + 1 + word.len() > room {
            flush(&mut line);
            line.push_str("  ");
        } else if used > 0 {
            line.push(' ');
        }
        while line.chars().count() + word.len() > room {
            let rest = word.split_off(room - line.chars().count());
            line.extend(word);
            flush(&mut line);
            line.push_str("  ");
            word = rest;
        }
        line.extend(word);
    }
    flush(&mut line);
}

fn joined(words: &[&str]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(", "))
}

/// Where the agent's image comes from.
pub(crate) fn image(plan: &BottlePlan) -> String {
    match &plan.image {
        ImageSource::Named(image) => image.to_string(),
        ImageSource::Dockerfile(path) => format!("built from {}", bottle_core::visible(path)),
    }
}

fn environment(plan: &BottlePlan) -> Option<String> {
    let preset = plan.provider.preset().variables(plan).into_iter();
    let mut names: Vec<&str> = plan.env.keys().map(EnvName::as_str).collect();
    names.extend(preset.map(|(name, _)| name));
    names.sort_unstable();
    joined(&names)
}

/// One rule on one line: hosts, ports, methods, paths, how the credential is written.
pub(crate) fn rule(route: &Route) -> String {
    let mut words = Vec::new();
    let mut host = route.host.to_string();
    if let Ports::Only(ports) = &route.ports
        && ports.iter().any(|port| port.get() != 443)
    {
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        host = format!("{host}:{}", ports.join(","));
    }
    words.push(host);
    if !route.methods.is_empty() {
        let methods: Vec<&str> = route.methods.iter().map(Method::as_str).collect();
        words.push(methods.join(","));
    }
    words.extend(route.path_allowlist.iter().map(ToString::to_string));
    if let Some(auth) = &route.auth {
        words.push(format!("[auth: {}]", auth.scheme.as_str()));
    }
    words.join(" ")
}

/// The same, with where the scanner differs there.
pub(crate) fn scanned_rule(plan: &BottlePlan, route: &Route) -> String {
    let declared = plan.routes.iter().find(|spec| spec.host == route.host);
    let dlp = declared.map_or_else(String::new, |spec| dlp(&spec.dlp));
    rule(route) + &dlp
}

/// What a manifest says of scanning on a route, if anything.
fn dlp(spec: &DlpSpec) -> String {
    let DlpSpec {
        allow,
        responses,
        large_bodies,
    } = spec;
    let mut words = Vec::new();
    if !allow.is_empty() {
        let rules: Vec<&str> = allow.iter().map(RuleName::as_str).collect();
        words.push(format!("without {}", rules.join(",")));
    }
    if *responses == ResponseAction::Block {
        words.push("blocks responses".to_owned());
    }
    if *large_bodies == LargeBodies::Text {
        words.push("large bodies as text".to_owned());
    }
    if words.is_empty() {
        String::new()
    } else {
        format!(" [scan: {}]", words.join("; "))
    }
}

fn limits(plan: &BottlePlan) -> String {
    let mut words = vec![format!("{} processes", plan.limits.pids)];
    words.extend(
        plan.limits
            .memory
            .map(|memory| format!("{memory} of memory")),
    );
    words.extend(plan.limits.cpus.map(|cpus| format!("{cpus} processors")));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use bottle_core::ManifestSet;
    use bottle_egress::fold;
    use insta::{assert_snapshot, glob};

    use super::{WIDTH, render};
    use crate::host::known_rules;

    /// The preflight of a fixture: a bottle with parents that it may name, or an agent in such a bottle.
    fn preflight(fixture: &Path) -> String {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let name = fixture.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(fixture).unwrap();
        for parent in ["base", "web", "dev"] {
            write(
                &format!("bottles/{parent}.md"),
                "---\nenv: {INHERITED: yes}\n---\n",
            );
        }
        if name.starts_with("agent-") {
            write(&format!("agents/{name}.md"), &text);
        } else {
            write(&format!("bottles/{name}.md"), &text);
            write(
                &format!("agents/{name}.md"),
                &format!("---\nbottle: {name}\n---\n"),
            );
        }
        let manifests = ManifestSet::open(home.path(), None, known_rules()).unwrap();
        let plan = manifests.plan(&name.parse().unwrap()).unwrap();
        render(&plan, &fold(&plan))
    }

    #[test]
    fn it_fits_any_terminal() {
        glob!("../../bottle-core/tests/fixtures/good", "*.md", |path| {
            let shown = preflight(path);
            assert!(
                shown.lines().all(|line| line.chars().count() <= WIDTH),
                "{shown}"
            );
            assert!(shown.chars().all(|each| each == '\n' || !each.is_control()));
            assert_snapshot!(shown);
        });
    }
}
