//! `bottle check`: validate what there is and run its policy tests, or explain one decision.

mod explain;
mod report;

use std::path::Path;

use bottle_core::{BottleName, ManifestSet, Subject};

use self::report::Report;
use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::host::HostSide;

/// There is nothing of that name.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is neither the name of a bottle nor the file of a manifest in {1}")]
struct NoSubject(String, String);

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let manifests = host.manifests()?;
    match (&args.subject, &args.method, &args.url) {
        (Some(subject), Some(method), Some(url)) => {
            let Subject::Bottle(bottle) = find(subject, &manifests, host)? else {
                return Err(crate::invalid(NoSubject(subject.clone(), home(host))));
            };
            explain::run(
                host,
                &manifests,
                &bottle,
                &explain::Typed {
                    method,
                    url,
                    json: args.json,
                },
            )
        }
        (subject, ..) => {
            let wanted = match subject {
                Some(subject) => Some(find(subject, &manifests, host)?),
                None => None,
            };
            let mut report = Report::default();
            for checked in manifests.check_all() {
                if wanted
                    .as_ref()
                    .is_none_or(|wanted| *wanted == checked.subject)
                {
                    report.add(host, &checked.path, &checked.subject, checked.result);
                }
            }
            Ok(report.show(host, args))
        }
    }
}

fn home(host: &HostSide) -> String {
    host.home.path().display().to_string()
}

/// A bottle by its name, or any manifest by its file.
fn find(text: &str, manifests: &ManifestSet, host: &HostSide) -> anyhow::Result<Subject> {
    if let Ok(name) = text.parse::<BottleName>() {
        if manifests.bottles().any(|entry| entry.name == name) {
            return Ok(Subject::Bottle(name));
        }
        if !text.contains(['/', '.']) {
            // Says what is near.
            manifests.resolve_bottle(&name).map_err(crate::invalid)?;
        }
    }
    let typed = host.cwd.join(text);
    let same = |path: &Path| match (path.canonicalize(), typed.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => false,
    };
    let bottles = manifests
        .bottles()
        .map(|entry| (&entry.path, Subject::Bottle(entry.name.clone())));
    let agents = manifests
        .agents()
        .map(|entry| (&entry.path, Subject::Agent(entry.name.clone())));
    bottles
        .chain(agents)
        .find(|(path, _)| same(path))
        .map(|(_, subject)| subject)
        .ok_or_else(|| crate::invalid(NoSubject(text.to_owned(), home(host))))
}
