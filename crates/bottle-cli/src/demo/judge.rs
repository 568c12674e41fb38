//! One demo from the first file to the last row.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bottle_core::Secret;
use bottle_demo::{DemoRoot, StepResult};
use bottle_docker::Docker;
use bottle_run::backend::{Backend as _, BackendError, DownScope};
use bottle_run::{
    AskedValues, Conduct, Fate, GitKeys, HostValues, PrepareRequest, Prepared, RunError, Running,
    SystemEntropy, UpstreamSettings,
};
use bottle_state::Home;
use ipnet::Ipv4Net;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::error::DemoError;
use super::evidence::Evidence;
use super::forge::Forge;
use super::git_rows;
use super::plan::{TOKEN, free_subnet, plan};
use super::row::{Row, Verdict};
use super::trials::{Aims, trials};
use super::world;
use crate::printer::Printer;
use crate::session::{Steps, report};
use crate::signals;

/// How often another part of the addresses is tried that somebody else took first.
const SUBNET_TRIES: usize = 8;
/// Containers of the bottle that could hold the token where everybody on the host can read it.
const SERVICES: [&str; 3] = ["agent", "egress", "pipelock"];

/// Everything of one attempt that outlives the bottle.
struct Stage {
    home: Home,
    _folder: TempDir,
    token: Secret,
    host: HostService,
    /// Where there is an image with git.
    forge: Option<Forge>,
}

/// Starts a bottle, tries everything, takes it down, and answers the rows.
pub(crate) async fn judge(
    printer: Printer,
    docker: &Docker,
    cwd: &Path,
) -> Result<Vec<Row>, DemoError> {
    let seed = usize::from_le_bytes(random()?);
    let mut tries = 0;
    loop {
        let used = docker.used_subnets().await?;
        let subnet = free_subnet(&used, seed.wrapping_add(tries))?;
        tries += 1;
        match attempt(printer, docker, cwd, subnet).await {
            Err(DemoError::Run(RunError::Backend(BackendError::SubnetTaken { .. })))
                if tries < SUBNET_TRIES => {}
            result => return result,
        }
    }
}

async fn attempt(
    printer: Printer,
    docker: &Docker,
    cwd: &Path,
    subnet: Ipv4Net,
) -> Result<Vec<Row>, DemoError> {
    let folder = tempfile::Builder::new().prefix("bottle-demo-").tempdir()?;
    let forge = Forge::find(docker, folder.path()).await?;
    let stage = Stage {
        home: Home::new(folder.path()).resolve()?,
        _folder: folder,
        token: token()?,
        host: HostService::start()?,
        forge,
    };
    let steps = Steps::new(printer);
    let prepared = prepare(docker, cwd, subnet, &stage).await?;
    let state_folder = prepared.state().path().to_owned();
    let conduct = Conduct {
        backend: docker,
        stop: Box::pin(signals::stop()?),
        teardown: DownScope::Everything,
        observer: &|step| steps.show(step),
        output: &|line| printer.say(line),
    };
    let work = async |running: &Running<'_, Docker>| -> Result<(Vec<Row>, Fate), DemoError> {
        printer.say("trying everything from inside the agent's container ...");
        Ok((inside(running, &stage).await?, Fate::Remove))
    };
    let ended = prepared.run(conduct, work).await;
    steps.clear();
    report(printer, &ended);
    let mut rows = ended.result?;
    let left = docker.live(&stage.home.label()?).await?;
    let gone = left.is_empty() && !state_folder.exists();
    rows.push(Row {
        tried: "afterwards: what is left of the bottle".to_owned(),
        agent: "-".to_owned(),
        outside: if gone {
            "no container, network or state"
        } else {
            "something"
        }
        .to_owned(),
        verdict: Verdict::of(gone),
    });
    Ok(rows)
}

async fn prepare(
    docker: &Docker,
    cwd: &Path,
    subnet: Ipv4Net,
    stage: &Stage,
) -> Result<Prepared, DemoError> {
    let world = guest(subnet);
    let (image, more) = match &stage.forge {
        Some(forge) => (forge.image().clone(), forge.manifest(world)),
        None => (docker.sidecar_image().await?.reference, String::new()),
    };
    let plan = plan(stage.home.path(), &image, world, &more)?;
    let root = DemoRoot::generate(OffsetDateTime::now_utc())?;
    let request = PrepareRequest {
        host_values: HostValues::gather(&plan, |name| {
            Ok((name.as_str() == TOKEN).then(|| stage.token.expose().to_owned()))
        }),
        git_keys: GitKeys::read(&plan, None)?,
        plan,
        home: stage.home.clone(),
        cwd: cwd.to_owned(),
        resume: None,
        upstream: UpstreamSettings {
            extra_roots_pem: Some(root.certificate.clone()),
            resolvers: vec![world.into()],
            egress_subnet: Some(subnet),
            agent_hold: Some([world::PROGRAM, "hold"].map(str::to_owned).to_vec()),
        },
        now: OffsetDateTime::now_utc(),
    };
    let checked = bottle_run::check(docker, request, &mut SystemEntropy).await?;
    let prepared = checked.commit(&AskedValues::none(), &mut SystemEntropy)?;
    if let Some(forge) = &stage.forge {
        forge.give(&prepared)?;
    }
    Ok(world::beside(prepared, &root)?)
}

/// Where the guest of a network will be, before there is one.
fn guest(subnet: Ipv4Net) -> Ipv4Addr {
    let network = bottle_compose::NetworkFacts {
        name: String::new(),
        subnet,
    };
    let networks = bottle_compose::Networks {
        internal: network.clone(),
        egress: network,
    };
    networks.guest().unwrap_or_else(|_| subnet.network())
}

/// Everything that is tried while the bottle runs.
async fn inside(running: &Running<'_, Docker>, stage: &Stage) -> Result<Vec<Row>, DemoError> {
    world::ready(running).await?;
    let aims = Aims {
        networks: running.facts().networks.clone(),
        host_port: stage.host.port,
    };
    let trials = trials(&aims, &stage.token).map_err(|error| DemoError::Name(error.to_string()))?;
    let steps: Vec<_> = trials
        .iter()
        .flat_map(|trial| trial.steps.clone())
        .collect();
    let answer = world::exec(
        running,
        "agent",
        &["demo-probe"],
        serde_json::to_vec(&steps)?,
    )
    .await?;
    let results: Vec<StepResult> = serde_json::from_slice(&answer)?;
    let seen = world::seen(running).await?;
    let mut rest = results.as_slice();
    let mut rows = Vec::new();
    for trial in &trials {
        let (results, others) = rest
            .split_at_checked(trial.steps.len())
            .unwrap_or((rest, &[]));
        rest = others;
        rows.push(trial.judge(&Evidence {
            results,
            seen: &seen,
            marker: &trial.marker,
        }));
        if trial.tried.starts_with("a search") {
            rows.push(open_to_the_host(running, stage).await?);
        }
    }
    match &stage.forge {
        Some(_) => rows.extend(git_rows::rows(running).await?),
        None => rows.push(git_rows::without_image()),
    }
    rows.push(stage.host.row());
    Ok(rows)
}

/// Whether the token is in what the engine tells of the containers, or in a file of the state folder.
async fn open_to_the_host(running: &Running<'_, Docker>, stage: &Stage) -> Result<Row, DemoError> {
    let mut places = Vec::new();
    for service in SERVICES {
        let inspected = running.backend().inspect(&running.target(service)).await?;
        if inspected.contains(stage.token.expose()) {
            places.push(format!("docker inspect of {service}"));
        }
    }
    let mut files = 0;
    search(
        stage.home.path(),
        stage.token.expose(),
        &mut files,
        &mut places,
    )?;
    Ok(Row {
        tried: "on the host: that token in `docker inspect` and state".to_owned(),
        agent: "-".to_owned(),
        outside: if places.is_empty() {
            format!("nothing in {} containers and {files} files", SERVICES.len())
        } else {
            places.join(", ")
        },
        verdict: Verdict::of(places.is_empty() && files > 0),
    })
}

fn search(
    folder: &Path,
    text: &str,
    files: &mut u32,
    places: &mut Vec<String>,
) -> Result<(), DemoError> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            search(&path, text, files, places)?;
        } else if path.is_file() {
            *files += 1;
            let bytes = std::fs::read(&path)?;
            if String::from_utf8_lossy(&bytes).contains(text) {
                places.push(path.display().to_string());
            }
        }
    }
    Ok(())
}

/// A service of the host that listens everywhere, as careless ones do.
struct HostService {
    port: u16,
    reached: Arc<AtomicBool>,
}

impl HostService {
    fn start() -> Result<Self, DemoError> {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let port = listener.local_addr()?.port();
        let reached = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&reached);
        // Ends with the process: nobody connects to it in a demo that is right.
        std::thread::spawn(move || {
            while listener.accept().is_ok() {
                noted.store(true, Ordering::Relaxed);
            }
        });
        Ok(Self { port, reached })
    }

    fn row(&self) -> Row {
        let reached = self.reached.load(Ordering::Relaxed);
        Row {
            tried: "on the host: a service that listens everywhere".to_owned(),
            agent: "-".to_owned(),
            outside: if reached { "a connection" } else { "nothing" }.to_owned(),
            verdict: Verdict::of(!reached),
        }
    }
}

/// A token that exists in this demo alone.
fn token() -> Result<Secret, DemoError> {
    let number = u128::from_le_bytes(random()?);
    Ok(Secret::new(format!("demo-token-{number:032x}"))?)
}

fn random<const N: usize>() -> Result<[u8; N], DemoError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
