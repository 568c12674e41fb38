//! A bottle with the agent's image and a pretend internet that serves files, through the same libraries as the program.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use bottle_core::{BottlePlan, HostPattern, Identity, Port, Provider, RouteSpec};
use bottle_demo::DemoRoot;
use bottle_docker::{Docker, SidecarProgram};
use bottle_run::backend::{DownScope, ExecIo, ExecOutcome, ExtraContainer, ExtraMount, Target};
use bottle_run::{
    AskedValues, Conduct, Extras, Fate, GitKeys, HostValues, PrepareRequest, RunError, Running,
    SystemEntropy, UpstreamSettings, check,
};
use bottle_state::Home;
use ipnet::Ipv4Net;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::engine::host;

/// The one site.
pub(crate) const HOST: &str = "files.test.example";

/// Tests of one process take subnets one after the other.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A bottle to be run.
pub(crate) struct Bottle {
    folder: TempDir,
}

impl Bottle {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["home", "files", "root"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        Self { folder }
    }

    /// What the site serves.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// Runs the bottle around the work and checks that nothing is left of it.
    pub(crate) async fn run<T>(&self, work: impl AsyncFnOnce(&Running<'_, Docker>) -> T) -> T {
        self.run_beside(|_, _| {}, Box::new(|_| Vec::new()), work)
            .await
    }

    /// The same with a plan that is changed, knowing the subnet that leads out, and with more containers beside it.
    pub(crate) async fn run_beside<T>(
        &self,
        change: impl FnOnce(&mut BottlePlan, Ipv4Net),
        more: Extras,
        work: impl AsyncFnOnce(&Running<'_, Docker>) -> T,
    ) -> T {
        let work = async |running: &Running<'_, Docker>| (work(running).await, Fate::Remove);
        self.part(None, change, more, work).await.0
    }

    /// One run of the bottle, which is new or was kept; the work says whether it is to be kept. Nothing is left of it but
    /// its folder in that case, which comes back with its name.
    pub(crate) async fn part<T>(
        &self,
        resume: Option<Identity>,
        change: impl FnOnce(&mut BottlePlan, Ipv4Net),
        more: Extras,
        work: impl AsyncFnOnce(&Running<'_, Docker>) -> (T, Fate),
    ) -> (T, Identity, PathBuf) {
        let docker = Docker::connect(
            host().as_deref(),
            SidecarProgram::new(env!("CARGO_BIN_EXE_bottle")),
        )
        .await
        .unwrap();
        let root = DemoRoot::generate(OffsetDateTime::now_utc()).unwrap();
        let root_dir = self.folder.path().join("root");
        fs::write(root_dir.join("root.pem"), &root.certificate).unwrap();
        fs::write(root_dir.join("root-key.pem"), root.key.as_bytes()).unwrap();
        let request = self.request(resume, change, root.certificate);
        let home = request.home.clone();
        let checked = check(&docker, request, &mut SystemEntropy).await.unwrap();
        let prepared = checked
            .commit(&AskedValues::none(), &mut SystemEntropy)
            .unwrap();
        let (identity, state) = (
            prepared.identity().clone(),
            prepared.state().path().to_owned(),
        );
        let prepared = prepared.with_extras(all(vec![extras(&root_dir, &self.files()), more]));
        let conduct = Conduct {
            backend: &docker,
            stop: Box::pin(std::future::pending()),
            teardown: DownScope::Everything,
            observer: &|_| {},
            output: &|_| {},
        };
        let mut is_kept = false;
        let ended = prepared
            .run(
                conduct,
                async |running: &Running<'_, Docker>| -> Result<(T, Fate), RunError> {
                    let (value, fate) = work(running).await;
                    is_kept = fate != Fate::Remove;
                    Ok((value, fate))
                },
            )
            .await;
        // First of all why it went wrong, if it did.
        let value = ended.result.unwrap();
        assert!(ended.teardown.is_empty(), "{:?}", ended.teardown);
        assert_eq!(state.exists(), is_kept);
        assert!(super::left_of(&format!("bottle.home={}", home.label().unwrap())).is_empty());
        (value, identity, state)
    }

    fn request(
        &self,
        resume: Option<Identity>,
        change: impl FnOnce(&mut BottlePlan, Ipv4Net),
        certificate: String,
    ) -> PrepareRequest {
        let subnet = subnet();
        let world = address(subnet, 10);
        let mut plan = plan(world);
        change(&mut plan, subnet);
        PrepareRequest {
            git_keys: GitKeys::read(&plan, None).unwrap(),
            plan,
            home: Home::new(self.folder.path().join("home"))
                .resolve()
                .unwrap(),
            cwd: self.folder.path().to_owned(),
            host_values: HostValues::default(),
            resume,
            upstream: UpstreamSettings {
                extra_roots_pem: Some(certificate),
                resolvers: vec![world.into()],
                egress_subnet: Some(subnet),
                agent_hold: None,
            },
            now: OffsetDateTime::now_utc(),
        }
    }

    /// Runs a command as the agent's session and answers how it ended and what it wrote.
    pub(crate) async fn session(
        running: &Running<'_, Docker>,
        argv: &[&str],
    ) -> (u8, String, String) {
        let argv = argv.iter().map(|part| (*part).to_owned()).collect();
        let io = ExecIo::Capture { stdin: Vec::new() };
        let ExecOutcome {
            code,
            stdout,
            stderr,
        } = running.session(argv, io, Vec::new()).await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (code, text(stdout), text(stderr))
    }
}

/// A part of the documentation addresses that the demo does not take.
fn subnet() -> Ipv4Net {
    let number = NEXT.fetch_add(1, Ordering::Relaxed) % 16;
    let first = u32::from(Ipv4Addr::new(203, 0, 113, 0)) + number * 16;
    Ipv4Net::new(first.into(), 28).unwrap()
}

/// The address at a place of a subnet.
pub(crate) fn address(subnet: Ipv4Net, place: u32) -> Ipv4Addr {
    (u32::from(subnet.network()) + place).into()
}

fn plan(world: Ipv4Addr) -> BottlePlan {
    let host: HostPattern = HOST.parse().unwrap();
    BottlePlan {
        routes: vec![RouteSpec {
            ports: [80, 443]
                .map(|port: u16| Port::try_from(port).unwrap())
                .into(),
            cidr: vec![Ipv4Net::from(world).into()],
            ..RouteSpec::bare(host)
        }],
        ..BottlePlan::new(
            "tools".parse().unwrap(),
            "tools".parse().unwrap(),
            Provider::Command,
        )
    }
}

/// Everything that stands beside the bottle.
fn all(extras: Vec<Extras>) -> Extras {
    Box::new(move |facts| extras.iter().flat_map(|each| each(facts)).collect())
}

fn extras(root: &Path, files: &Path) -> Extras {
    let mounts: Vec<ExtraMount> = [(root, "/root"), (files, "/files")]
        .map(|(source, target)| ExtraMount {
            source: source.to_owned(),
            target: target.to_owned(),
        })
        .into();
    Box::new(move |facts| {
        let address = facts.networks.guest().unwrap();
        let env = [
            ("WORLD_HOSTS", HOST.to_owned()),
            ("WORLD_ADDRESS", address.to_string()),
            ("WORLD_ROOT_DIR", "/root".to_owned()),
            ("WORLD_FILES_DIR", "/files".to_owned()),
        ];
        let labels = [
            ("bottle.identity", facts.identity.to_string()),
            ("bottle.home", facts.home.clone()),
            ("bottle.service", "world".to_owned()),
        ];
        vec![ExtraContainer {
            target: Target::new(&facts.identity, "world"),
            image: facts.images.sidecar.clone(),
            argv: vec!["demo-world".to_owned()],
            user: "0:0".to_owned(),
            network: facts.networks.egress.name.clone(),
            address,
            aliases: Vec::new(),
            env: env
                .map(|(name, value)| (name.parse().unwrap(), value))
                .into(),
            mounts: mounts.clone(),
            tmpfs: BTreeMap::new(),
            sysctls: [(
                "net.ipv4.ip_unprivileged_port_start".to_owned(),
                "0".to_owned(),
            )]
            .into(),
            labels: labels.map(|(name, value)| (name.to_owned(), value)).into(),
        }]
    })
}
