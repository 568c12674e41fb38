//! Every environment variable that a sidecar reads.

use std::env;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use bottle_demo::probe::ProbeSettings;
use bottle_demo::world::{Listen, WorldSettings};
use bottle_git_gate::{GateLimits, GateSettings, HOOK_TASK, HOOK_VARIABLES, HookProgram};
use bottle_proxy::{AllowedPeers, Asking, EgressSettings, NextHop, PipelockSettings};
use bottle_supervise::SuperviseSettings;

use crate::args::{GateArgs, ServiceArgs};

/// Folder with the service's configuration.
const CONFIG_DIR: &str = "BOTTLE_CONFIG_DIR";
/// Folder into which `secrets put` writes.
const RUN_DIR: &str = "BOTTLE_RUN_DIR";
/// Where the service listens.
const LISTEN: &str = "BOTTLE_LISTEN";
/// Where egress refuses DNS queries; `off` for nowhere.
const DNS_LISTEN: &str = "BOTTLE_DNS_LISTEN";
/// The inner proxy that egress goes through.
const PIPELOCK: &str = "BOTTLE_PIPELOCK";
/// The one peer whose requests pipelock takes.
const ALLOWED_PEER: &str = "BOTTLE_ALLOWED_PEER";
/// The DNS server that pipelock asks; the system's when unset.
const RESOLVER: &str = "BOTTLE_RESOLVER";
/// Folder that a service writes to: git-gate its mirrors, supervise what is asked for.
const DATA_DIR: &str = "BOTTLE_DATA_DIR";
/// Folder in which supervise finds what was answered.
const ANSWERS_DIR: &str = "BOTTLE_ANSWERS_DIR";
/// The agent's proxy, which supervise asks for the live table.
const EGRESS: &str = "BOTTLE_EGRESS";
/// That the agent may ask supervise for more: egress tells it so.
const SUPERVISE: &str = "BOTTLE_SUPERVISE";
/// How long a call of supervise waits for an answer, in seconds.
const ANSWER_WAIT: &str = "BOTTLE_ANSWER_WAIT";
/// What git-gate's hooks start, where that is not this program's own file.
const SELF: &str = "BOTTLE_SELF";
/// The bottle: for git-gate's messages and log, and whose agent it is that asks supervise.
const IDENTITY: &str = "BOTTLE_IDENTITY";
/// Where git and ssh are.
const PATH: &str = "PATH";
/// What goes to the plumbing log on standard error.
const LOG: &str = "BOTTLE_LOG";

/// The sites of the demo's world, separated by commas.
const WORLD_HOSTS: &str = "WORLD_HOSTS";
/// The address of the demo's world.
const WORLD_ADDRESS: &str = "WORLD_ADDRESS";
/// The folder with the authority of the demo's world.
const WORLD_ROOT_DIR: &str = "WORLD_ROOT_DIR";
/// The folder of which the sites of the demo's world serve the files.
const WORLD_FILES_DIR: &str = "WORLD_FILES_DIR";

const EGRESS_PORT: u16 = 9099;
const PIPELOCK_PORT: u16 = 8888;
const GIT_PORT: u16 = 9418;
const SUPERVISE_PORT: u16 = 9100;
const DNS_PORT: u16 = 53;

/// Where programs are when the environment does not say.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The check that is turned off, in test builds.
#[cfg(feature = "mutants")]
const GUARD_OFF: &str = "BOTTLE_GUARD_OFF";

/// Turns off the check that the environment names.
#[cfg(feature = "mutants")]
pub(crate) fn turn_off_guard() -> Result<()> {
    if let Some(guard) = parsed::<bottle_core::Guard>(GUARD_OFF)? {
        guard.turn_off();
    }
    Ok(())
}

/// Folder with the service's configuration.
pub(crate) fn config_dir() -> PathBuf {
    path(CONFIG_DIR, "/etc/bottle")
}

/// Folder into which secrets are put.
pub(crate) fn run_dir() -> PathBuf {
    path(RUN_DIR, "/run/bottle")
}

/// The filter of the plumbing log, in `tracing`'s syntax. The library of MCP tells what clients say of themselves, at
/// every request.
pub(crate) fn log_filter() -> String {
    env::var(LOG).unwrap_or_else(|_| "info,rmcp=off".to_owned())
}

/// Where egress listens.
pub(crate) fn egress_listen() -> Result<SocketAddr> {
    Ok(parsed(LISTEN)?.unwrap_or_else(|| everywhere(EGRESS_PORT)))
}

/// Where pipelock listens.
pub(crate) fn pipelock_listen() -> Result<SocketAddr> {
    Ok(parsed(LISTEN)?.unwrap_or_else(|| everywhere(PIPELOCK_PORT)))
}

/// What egress is started with. With a configuration folder on the command line it runs alone: then its way out is in
/// that folder unless the environment names an inner proxy, and no DNS is refused unless the environment says where.
pub(crate) fn egress(args: &ServiceArgs) -> Result<EgressSettings> {
    let dns_listen = match env::var(DNS_LISTEN).as_deref() {
        Ok("off") => None,
        Err(_) if args.config.is_some() => None,
        _ => Some(parsed(DNS_LISTEN)?.unwrap_or_else(|| everywhere(DNS_PORT))),
    };
    let next = match parsed(PIPELOCK)? {
        Some(pipelock) => NextHop::Pipelock(pipelock),
        None if args.config.is_some() => NextHop::Configured,
        None => bail!("{PIPELOCK} is not set"),
    };
    Ok(EgressSettings {
        listen: args.listen.map_or_else(egress_listen, Ok)?,
        dns_listen,
        config_dir: args.config.clone().unwrap_or_else(config_dir),
        run_dir: run_dir_of(args),
        next,
        asking: if env::var_os(SUPERVISE).is_some() {
            Asking::Supervise
        } else {
            Asking::Operator
        },
    })
}

/// What pipelock is started with. With a configuration folder on the command line it runs alone, and for this machine.
pub(crate) fn pipelock(args: &ServiceArgs) -> Result<PipelockSettings> {
    let allowed_peers = match parsed::<IpAddr>(ALLOWED_PEER)? {
        Some(peer) => AllowedPeers::One(peer),
        None if args.config.is_some() => AllowedPeers::Loopback,
        None => AllowedPeers::Nobody,
    };
    Ok(PipelockSettings {
        listen: args.listen.map_or_else(pipelock_listen, Ok)?,
        config_dir: args.config.clone().unwrap_or_else(config_dir),
        run_dir: run_dir_of(args),
        allowed_peers,
        resolver: parsed(RESOLVER)?,
    })
}

/// Where git-gate listens.
pub(crate) fn git_gate_listen() -> Result<SocketAddr> {
    Ok(parsed(LISTEN)?.unwrap_or_else(|| everywhere(GIT_PORT)))
}

/// What git-gate is started with. Its folders become absolute: git and ssh run in other ones.
pub(crate) fn git_gate(args: &GateArgs) -> Result<GateSettings> {
    let GateArgs { service, data } = args;
    let data_dir = match (data, &service.config) {
        (Some(data), _) => data.clone(),
        (None, Some(config)) if env::var_os(DATA_DIR).is_none() => config.join("data"),
        (None, _) => path(DATA_DIR, "/var/lib/bottle"),
    };
    let absolute = |path: PathBuf| {
        std::path::absolute(&path).with_context(|| format!("no such place: {}", path.display()))
    };
    Ok(GateSettings {
        listen: service.listen.map_or_else(git_gate_listen, Ok)?,
        config_dir: absolute(service.config.clone().unwrap_or_else(config_dir))?,
        run_dir: absolute(run_dir_of(service))?,
        data_dir: absolute(data_dir)?,
        program: hook_program()?,
        path: env::var_os(PATH).unwrap_or_else(|| USUAL_PATH.into()),
        identity: parsed::<bottle_core::Identity>(IDENTITY)?.map(|identity| identity.to_string()),
        limits: GateLimits::default(),
    })
}

/// Where supervise listens.
pub(crate) fn supervise_listen() -> Result<SocketAddr> {
    Ok(parsed(LISTEN)?.unwrap_or_else(|| everywhere(SUPERVISE_PORT)))
}

/// What supervise is started with: all of it by the host.
pub(crate) fn supervise() -> Result<SuperviseSettings> {
    Ok(SuperviseSettings {
        listen: supervise_listen()?,
        identity: parsed(IDENTITY)?.with_context(|| format!("{IDENTITY} is not set"))?,
        proposals_dir: path(DATA_DIR, "/var/lib/bottle"),
        answers_dir: path(ANSWERS_DIR, "/etc/bottle/answers"),
        egress: parsed(EGRESS)?.with_context(|| format!("{EGRESS} is not set"))?,
        answer_wait: parsed(ANSWER_WAIT)?.unwrap_or_default(),
    })
}

/// What plays git's hooks: this program, which is a sidecar by its name or by a word in front.
fn hook_program() -> Result<HookProgram> {
    if let Some(path) = env::var_os(SELF) {
        return Ok(HookProgram {
            path: path.into(),
            words: Vec::new(),
        });
    }
    let path = env::current_exe().context("cannot tell this program's own file")?;
    let is_sidecar = path
        .file_name()
        .is_some_and(|name| name == "bottle-sidecar");
    Ok(HookProgram {
        path,
        words: if is_sidecar {
            Vec::new()
        } else {
            vec!["sidecar"]
        },
    })
}

/// What a hook of git learns from its environment.
pub(crate) fn hook() -> (Option<String>, Vec<(OsString, OsString)>) {
    let variables = HOOK_VARIABLES
        .iter()
        .filter_map(|name| Some(((*name).into(), env::var_os(name)?)));
    (env::var(HOOK_TASK).ok(), variables.collect())
}

/// Where a service looks for secrets.
pub(crate) fn run_dir_of(args: &ServiceArgs) -> PathBuf {
    match (&args.run, &args.config) {
        (Some(run), _) => run.clone(),
        (None, Some(config)) if env::var_os(RUN_DIR).is_none() => config.join("run"),
        (None, _) => run_dir(),
    }
}

/// What the demo's world is made of.
pub(crate) fn world() -> Result<WorldSettings> {
    let hosts = env::var(WORLD_HOSTS).with_context(|| format!("{WORLD_HOSTS} is not set"))?;
    let hosts = hosts.split(',').map(str::parse).collect::<Result<_, _>>();
    Ok(WorldSettings {
        hosts: hosts.with_context(|| format!("{WORLD_HOSTS} is not valid"))?,
        address: parsed(WORLD_ADDRESS)?.with_context(|| format!("{WORLD_ADDRESS} is not set"))?,
        root_dir: path(WORLD_ROOT_DIR, "/etc/bottle"),
        files_dir: env::var_os(WORLD_FILES_DIR).map(PathBuf::from),
        listen: Listen::default(),
    })
}

/// What the demo's probe learns from its environment, as any program would.
pub(crate) fn probe() -> ProbeSettings {
    let proxy = |scheme: &str| {
        let name = format!("{scheme}_proxy");
        let value = env::var(&name).or_else(|_| env::var(name.to_ascii_uppercase()));
        let value = value.ok()?;
        Some((scheme.to_owned(), value))
    };
    ProbeSettings {
        proxies: ["http", "https"].into_iter().filter_map(proxy).collect(),
        bundle: env::var_os("SSL_CERT_FILE").map(PathBuf::from),
    }
}

fn everywhere(port: u16) -> SocketAddr {
    (Ipv4Addr::UNSPECIFIED, port).into()
}

fn path(name: &str, default: &str) -> PathBuf {
    env::var_os(name).map_or_else(|| default.into(), PathBuf::from)
}

fn parsed<T: FromStr>(name: &str) -> Result<Option<T>>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let Some(text) = env::var_os(name) else {
        return Ok(None);
    };
    let text = text
        .to_str()
        .with_context(|| format!("{name} is not text"))?;
    text.parse()
        .map(Some)
        .with_context(|| format!("{name} is not valid"))
}
