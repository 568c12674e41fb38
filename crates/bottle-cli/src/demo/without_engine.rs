//! What can be shown where there is no engine: what would be granted, and the files of the bottle.

use std::net::Ipv4Addr;

use bottle_core::ManifestSet;
use bottle_docker::SidecarProgram;
use bottle_egress::{fold, judge};
use bottle_run::{RenderRequest, SystemEntropy};
use time::OffsetDateTime;

use super::plan::{API, AUTH, NAME, OUTSIDE, plan};
use crate::engine;
use crate::host::known_rules;
use crate::printer::Printer;

/// Shows it.
pub(crate) fn without_engine(printer: Printer) -> anyhow::Result<()> {
    printer.say(
        "without a container engine there is no bottle to judge; this is what works without one:\n",
    );
    let folder = tempfile::Builder::new().prefix("bottle-demo-").tempdir()?;
    let sidecar = SidecarProgram::new(engine::sidecar_program()?).image_name()?;
    let plan = plan(folder.path(), &sidecar, Ipv4Addr::new(198, 51, 100, 10), "")?;
    let table = fold(&plan).table;
    printer.data("check: what the demo's manifest lets through\n");
    for url in [
        format!("https://{API}/v1/hello"),
        format!("https://{API}/v1/%2e%2e/admin"),
        format!("https://{AUTH}/me"),
        format!("https://{OUTSIDE}/"),
    ] {
        let answer = match judge(&table, "GET", &url.parse()?) {
            Ok(_) => "allowed".to_owned(),
            Err(denial) => format!("refused  {}", denial.code.as_str()),
        };
        printer.data(&format!("  GET {url}  {answer}\n"));
    }
    let request = RenderRequest {
        plan: ManifestSet::open(folder.path(), None, known_rules())?.plan(&NAME.parse()?)?,
        out: folder.path().join("rendered"),
        home: folder.path().display().to_string(),
        sidecar,
        now: OffsetDateTime::now_utc(),
    };
    printer.data("render: the files of its bottle\n");
    for path in bottle_run::render(&request, &mut SystemEntropy)? {
        printer.data(&format!("  {path}\n", path = path.as_str()));
    }
    Ok(())
}
