//! `bottle doctor`: whether this machine has what bottles need, and how to bring what is missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bottle_core::{BottleName, ImageRef, Subject};
use bottle_pipelock::{UPSTREAM_IMAGE, UPSTREAM_VERSION};
use bottle_run::backend::{Backend, EngineInfo};
use serde_json::{Value, json};

use crate::args::DoctorArgs;
use crate::engine;
use crate::exit::Exit;
use crate::host::HostSide;

/// How wide the column of names is, with the blank behind it.
const INDENT: usize = 10;

/// What was found.
struct Findings {
    /// The engine, or why there is none.
    engine: Result<EngineInfo, String>,
    /// The bottles that name an image of the scanner.
    scanners: Vec<Scanner>,
}

/// The scanner's image of one bottle.
struct Scanner {
    bottle: BottleName,
    image: ImageRef,
    /// Whether the engine has it; nobody knows without an engine.
    is_there: Option<bool>,
}

/// Runs the command.
pub(crate) async fn run(args: &DoctorArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let findings = look(&named(host)?).await;
    let text = if args.json {
        format!("{:#}\n", findings.json())
    } else {
        findings.text()
    };
    host.printer.data(&text);
    Ok(if findings.are_fine() {
        Exit::Fine
    } else {
        Exit::No
    })
}

/// The images that bottles name for their scanner. What is wrong with a manifest is for `bottle check` to say.
fn named(host: &HostSide) -> anyhow::Result<BTreeMap<BottleName, ImageRef>> {
    let all = host.manifests()?.check_all();
    let broken = all.iter().filter(|each| each.result.is_err()).count();
    if broken > 0 {
        host.printer
            .warn(&format!("{broken} wrong manifests: see `bottle check`"));
    }
    let bottles = all.into_iter().filter_map(|each| match each.subject {
        Subject::Bottle(name) => Some((name, each.result.ok()?.plan.pipelock.image?)),
        Subject::Agent(_) => None,
    });
    Ok(bottles.collect())
}

async fn look(named: &BTreeMap<BottleName, ImageRef>) -> Findings {
    let docker = engine::connect().await;
    let engine = match &docker {
        Ok(docker) => docker
            .engine()
            .await
            .map_err(|error| bottle_core::causes(&error)),
        Err(error) => Err(bottle_core::causes(error)),
    };
    let mut scanners = Vec::new();
    for (bottle, image) in named {
        let found = match &docker {
            Ok(docker) => docker.image(image).await.ok(),
            Err(_) => None,
        };
        scanners.push(Scanner {
            bottle: bottle.clone(),
            image: image.clone(),
            is_there: found.map(|image| image.is_some()),
        });
    }
    Findings { engine, scanners }
}

impl Findings {
    fn are_fine(&self) -> bool {
        let mut scanners = self.scanners.iter();
        self.engine.is_ok() && scanners.all(|scanner| scanner.is_there == Some(true))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, words: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:INDENT$}{words}");
        };
        match &self.engine {
            Ok(EngineInfo {
                version, runtimes, ..
            }) => {
                let runtimes: Vec<&str> = runtimes.iter().map(String::as_str).collect();
                line(
                    "engine",
                    &format!("{version}, runs {}", runtimes.join(", ")),
                );
            }
            Err(error) => line("engine", &format!("not there: {error}")),
        }
        line(
            "scanner",
            "built in, unless a bottle names an image. For the upstream program:",
        );
        line("", &format!("docker pull {}", upstream()));
        line("", &format!("pipelock: {{image: '{}'}}", upstream()));
        for scanner in &self.scanners {
            line("", &scanner.text());
        }
        text
    }

    fn json(&self) -> Value {
        let engine = match &self.engine {
            Ok(EngineInfo {
                version,
                api,
                runtimes,
            }) => json!({ "version": version, "api": api, "runtimes": runtimes }),
            Err(error) => json!({ "error": error }),
        };
        let scanners: Vec<Value> = self
            .scanners
            .iter()
            .map(|scanner| {
                json!({
                    "bottle": scanner.bottle.as_str(),
                    "image": scanner.image.as_str(),
                    "is_there": scanner.is_there,
                })
            })
            .collect();
        json!({ "engine": engine, "upstream_image": upstream(), "scanners": scanners })
    }
}

impl Scanner {
    fn text(&self) -> String {
        let Self {
            bottle,
            image,
            is_there,
        } = self;
        match is_there {
            Some(true) => format!("bottle {bottle}: the engine has {image}"),
            Some(false) => format!("bottle {bottle}: not there yet: docker pull {image}"),
            None => format!("bottle {bottle}: {image}; the engine cannot be asked"),
        }
    }
}

/// The image for which `pipelock.yaml` is written.
fn upstream() -> String {
    format!("{UPSTREAM_IMAGE}:{UPSTREAM_VERSION}")
}
