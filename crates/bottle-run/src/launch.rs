//! From a state folder to running containers, step by step.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use bottle_compose::{ComposeFile, Images, LaunchFacts, NetworkFacts, Networks};
use bottle_core::{BottlePlan, Secret, Supervise, Workspace};
use bottle_state::{ImageIds, Metadata, NetworkCidrs};
use futures_util::future::try_join3;
use ipnet::Ipv4Net;

use crate::agent_image::AgentImage;
use crate::backend::{
    AppendRequest, Backend, BackendError, BuildWatch, GitGateImageRequest, ImageFacts,
    NetworkAccess, NetworkRequest, OtherSecrets, ReadyRequest, SecretsRequest, Target, UpOptions,
};
use crate::entrance::GIT_INFO;
use crate::git;
use crate::handover::Handover;
use crate::journal::{Journal, Step};
use crate::prepare::project;
use crate::provision::Provision;
use crate::run::RunError;
use crate::running::Running;
use crate::stop::Stop;
use crate::subnets::{Subnets, host_routes};
use crate::workspace::{Lies, Listing, Placeholder, make_placeholders, protect, write_git_info};
use crate::{Prepared, artefact, queue};

/// How long all services together may take until they are ready: a loaded machine needs a few seconds.
const READY_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a subnet is tried that somebody else took first.
const SUBNET_TRIES: usize = 16;
/// What keeps the agent's container alive unless said otherwise.
const HOLD: [&str; 2] = ["sleep", "infinity"];
/// Where images keep the certificates that all their programs trust: Debian and Alpine, Fedora, SUSE.
const SYSTEM_BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
];

/// The service that the session runs in.
pub(crate) const AGENT: &str = "agent";
/// The service that decides and injects.
pub(crate) const EGRESS: &str = "egress";
/// The service that scans.
pub(crate) const PIPELOCK: &str = "pipelock";
/// The service that takes pushes.
pub(crate) const GIT_GATE: &str = "git-gate";
/// The service through which the agent asks for more.
const SUPERVISE: &str = "supervise";

/// A launch under way.
pub(crate) struct Launch<'l, 's, 'a, B> {
    pub(crate) prepared: &'l Prepared,
    pub(crate) backend: &'l B,
    pub(crate) stop: &'s mut Stop<'a>,
    pub(crate) journal: &'s mut Journal<'a>,
    /// What guarded paths of the operator's folder are like when they are mounted.
    pub(crate) listing: &'s mut Option<Listing>,
    /// Told of what a build prints.
    pub(crate) output: &'l (dyn Fn(&str) + Sync),
}

impl<'l, B: Backend> Launch<'l, '_, '_, B> {
    /// All steps. What is made stays when a later step fails; the teardown removes it by label.
    pub(crate) async fn launch(&mut self) -> Result<Running<'l, B>, RunError> {
        let agent = self.agent_image().await?;
        self.journal.begin(Step::SidecarImage);
        let sidecar = self.stop.race(self.backend.sidecar_image()).await??;
        let git_gate = self.git_gate_image().await?;
        self.journal.begin(Step::Networks);
        let networks = self.networks().await?;
        self.journal.begin(Step::Files);
        let images = Images {
            agent: agent.reference,
            sidecar: sidecar.reference,
            git_gate: git_gate.as_ref().map(|image| image.reference.clone()),
        };
        let ids = ImageIds {
            agent: Some(agent.id),
            sidecar: Some(sidecar.id),
            git_gate: git_gate.map(|image| image.id),
        };
        let facts = self.facts(networks, images);
        let file = self.files(&facts, ids)?;
        self.queue()?;
        self.places()?;
        self.extras(&facts).await?;
        self.up(&file).await?;
        self.ready().await?;
        self.hand_over().await?;
        let mut provision = Provision {
            prepared: self.prepared,
            backend: self.backend,
            stop: self.stop,
            journal: self.journal,
        };
        let home = provision.all().await?;
        Ok(Running::new(self.prepared, self.backend, facts, home))
    }

    /// The agent's image: there already, or built now.
    async fn agent_image(&mut self) -> Result<ImageFacts, RunError> {
        let image = &self.prepared.agent_image;
        if matches!(image, AgentImage::Planned(_)) {
            self.journal.begin(Step::AgentImage);
        }
        let watch = BuildWatch {
            line: self.output,
            stop: Box::pin(self.stop.wished()),
        };
        match image.get(self.backend, watch).await {
            Err(error) if error.is_interrupted() => Err(RunError::Interrupted),
            built => Ok(built?),
        }
    }

    /// git-gate's image, where there are remotes.
    async fn git_gate_image(&mut self) -> Result<Option<ImageFacts>, RunError> {
        let Prepared {
            git_gate_base,
            sidecar_user,
            ..
        } = self.prepared;
        let Some(base) = git_gate_base else {
            return Ok(None);
        };
        let request = GitGateImageRequest {
            base: base.clone(),
            user: *sidecar_user,
        };
        let made = self.backend.git_gate_image(&request);
        Ok(Some(self.stop.finish(made).await??))
    }

    /// Creates both networks, on subnets that nobody uses.
    async fn networks(&mut self) -> Result<Networks, RunError> {
        let used = self.stop.race(self.backend.used_subnets()).await??;
        let mut subnets = Subnets::new(&used, &host_routes(), self.prepared.seed);
        let wanted = self.prepared.upstream.egress_subnet;
        if let Some(subnet) = wanted {
            // Not for the other network.
            subnets.reserve(subnet);
        }
        let egress = match wanted {
            Some(subnet) => self.fixed_network(subnet).await?,
            None => {
                self.free_network("egress", NetworkAccess::Outward, &mut subnets)
                    .await?
            }
        };
        let internal = self
            .free_network("internal", NetworkAccess::Internal, &mut subnets)
            .await?;
        Ok(Networks { internal, egress })
    }

    /// Creates the egress network on the subnet that the caller named.
    async fn fixed_network(&mut self, subnet: Ipv4Net) -> Result<NetworkFacts, RunError> {
        let request = self.network("egress", NetworkAccess::Outward, subnet);
        self.stop
            .finish(self.backend.create_network(&request))
            .await??;
        Ok(NetworkFacts {
            name: request.name,
            subnet,
        })
    }

    /// Creates a network on the first subnet that is still free when it is asked for.
    async fn free_network(
        &mut self,
        role: &'static str,
        access: NetworkAccess,
        subnets: &mut Subnets,
    ) -> Result<NetworkFacts, RunError> {
        let mut tries = 0;
        loop {
            let subnet = subnets.choose().ok_or(RunError::NoSubnet)?;
            let request = self.network(role, access, subnet);
            tries += 1;
            match self
                .stop
                .finish(self.backend.create_network(&request))
                .await?
            {
                Ok(()) => {
                    return Ok(NetworkFacts {
                        name: request.name,
                        subnet,
                    });
                }
                Err(BackendError::SubnetTaken { .. }) if tries < SUBNET_TRIES => {}
                Err(BackendError::SubnetTaken { subnet: last }) => {
                    return Err(RunError::SubnetRace { tries, last });
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn network(&self, role: &str, access: NetworkAccess, subnet: Ipv4Net) -> NetworkRequest {
        let Prepared { identity, home, .. } = self.prepared;
        let labels = BTreeMap::from([
            ("bottle.identity".to_owned(), identity.to_string()),
            ("bottle.home".to_owned(), home.clone()),
        ]);
        NetworkRequest {
            name: format!("{}-{role}", project(identity)),
            subnet,
            access,
            labels,
        }
    }

    fn facts(&self, networks: Networks, images: Images) -> LaunchFacts {
        let Prepared {
            upstream,
            identity,
            home,
            state_dir,
            queue_dir,
            sidecar_user,
            agent_runtime,
            agent_user,
            mounted,
            interface_settings,
            ..
        } = self.prepared;
        LaunchFacts {
            identity: identity.clone(),
            home: home.clone(),
            state_dir: state_dir.clone(),
            queue_dir: queue_dir.clone(),
            networks,
            interface_settings: *interface_settings,
            images,
            agent_runtime: agent_runtime.clone(),
            agent_user: *agent_user,
            workspace: mounted.mounts.clone(),
            working_dir: mounted.working_dir.clone(),
            sidecar_user: *sidecar_user,
            resolvers: upstream.resolvers.clone(),
            agent_hold: upstream.agent_hold.clone().unwrap_or_else(default_hold),
        }
    }

    /// Writes what depends on the networks: the metadata first, it is what a cleanup reads.
    fn files(&self, facts: &LaunchFacts, images: ImageIds) -> Result<ComposeFile, RunError> {
        let state = self.prepared.state.dir();
        let metadata = self.prepared.metadata.clone();
        state.write_metadata(&Metadata {
            networks: Some(NetworkCidrs {
                internal: facts.networks.internal.subnet,
                egress: facts.networks.egress.subnet,
            }),
            images,
            ..metadata
        })?;
        let Prepared { plan, upstream, .. } = self.prepared;
        let reading = (
            upstream.extra_roots_pem.as_deref(),
            self.prepared.sidecar_access(),
        );
        artefact::pipelock(plan, &facts.networks, reading)?.write(state.folder())?;
        let (file, artefact) = artefact::compose(plan, facts)?;
        artefact.write(state.folder())?;
        Ok(file)
    }

    /// Makes the folders of the queue, where the agent may ask for more.
    fn queue(&self) -> Result<(), RunError> {
        let Prepared {
            plan, queue_dir, ..
        } = self.prepared;
        if plan.supervise == Supervise::On {
            queue::make(Path::new(queue_dir), self.prepared.sidecar_access())?;
        }
        Ok(())
    }

    /// Makes what mounts lie on in the operator's folder. The metadata names them already.
    fn places(&mut self) -> Result<(), RunError> {
        let Prepared {
            metadata, mounted, ..
        } = self.prepared;
        if metadata.workspace == Workspace::Mount {
            let made = make_placeholders(&metadata.cwd, &mounted.placeholders)?;
            let listing = Listing::read(&metadata.cwd)?;
            // Somebody may have put a link there since it was looked at.
            protect(&listing)?;
            self.note(&made)?;
            if matches!(listing.at(".git"), Some(Lies::Folder(_))) {
                let to = self.prepared.state.dir().path().join(GIT_INFO);
                // That of an earlier run; nothing inside could write to it.
                let _ = std::fs::remove_dir_all(&to);
                write_git_info(&metadata.cwd, &mounted.placeholders, &to)?;
            }
            *self.listing = Some(listing);
        }
        Ok(())
    }

    /// What was made is what is removed at the end.
    fn note(&self, made: &[Placeholder]) -> Result<(), RunError> {
        let state = self.prepared.state.dir();
        state.change_metadata(|metadata| {
            metadata.placeholders = made.iter().map(|each| each.path.clone()).collect();
        })?;
        Ok(())
    }

    async fn extras(&mut self, facts: &LaunchFacts) -> Result<(), RunError> {
        let Some(extras) = &self.prepared.extras else {
            return Ok(());
        };
        self.journal.begin(Step::Extras);
        for extra in extras(facts) {
            self.stop.finish(self.backend.start_extra(&extra)).await??;
        }
        Ok(())
    }

    async fn up(&mut self, file: &ComposeFile) -> Result<(), RunError> {
        self.journal.begin(Step::Up);
        let working_dir = self.prepared.state.dir().path().to_owned();
        let options = UpOptions {
            identity: self.prepared.identity.clone(),
            config_file: working_dir.join(artefact::COMPOSE.as_str()),
            working_dir,
        };
        self.stop.finish(self.backend.up(file, &options)).await??;
        Ok(())
    }

    /// Waits for all services. Meanwhile programs that heed no variable are made to trust the bottle's authority, where
    /// the image has a bundle, and git is led to the gate.
    async fn ready(&mut self) -> Result<(), RunError> {
        self.journal.begin(Step::Ready);
        let identity = &self.prepared.identity;
        let ready = ReadyRequest {
            identity: identity.clone(),
            services: services(&self.prepared.plan),
            timeout: READY_TIMEOUT,
        };
        let trust = AppendRequest {
            target: Target::new(identity, AGENT),
            paths: SYSTEM_BUNDLES.map(str::to_owned).to_vec(),
            bytes: format!("\n{}", self.prepared.certificate).into_bytes(),
        };
        let all = try_join3(
            self.backend.wait_ready(&ready),
            self.backend.append_files(&trust),
            git::lead(self.backend, self.prepared),
        );
        self.stop.race(all).await??;
        Ok(())
    }

    /// Gives each sidecar the values that it needs, through its standard input.
    async fn hand_over(&mut self) -> Result<(), RunError> {
        let Handover {
            egress,
            pipelock,
            git_gate,
        } = &self.prepared.handover;
        // Another program than ours is told nothing.
        let is_ours = self.prepared.plan.pipelock.image.is_none();
        let pipelock = pipelock.as_ref().filter(|_| is_ours);
        // Scanners know a value before the injector can send it.
        let documents = [
            (PIPELOCK, pipelock),
            (GIT_GATE, git_gate.as_ref()),
            (EGRESS, egress.as_ref()),
        ];
        if documents.iter().any(|(_, document)| document.is_some()) {
            self.journal.begin(Step::Secrets);
        }
        for (service, document) in documents {
            if let Some(document) = document {
                self.put(service, document).await?;
            }
        }
        Ok(())
    }

    async fn put(&mut self, service: &str, document: &Secret) -> Result<(), RunError> {
        let target = Target::new(&self.prepared.identity, service);
        let request = SecretsRequest {
            target,
            document: document.clone(),
            others: OtherSecrets::Replaced,
        };
        self.stop.race(self.backend.put_secrets(&request)).await??;
        Ok(())
    }
}

/// Every service of a bottle.
fn services(plan: &BottlePlan) -> Vec<String> {
    let gate = (!plan.git.is_empty()).then_some(GIT_GATE);
    let supervise = (plan.supervise == Supervise::On).then_some(SUPERVISE);
    let all = [AGENT, EGRESS, PIPELOCK].into_iter();
    let all = all.chain(gate).chain(supervise);
    all.map(str::to_owned).collect()
}

/// What keeps the agent's container alive unless said otherwise.
pub(crate) fn default_hold() -> Vec<String> {
    HOLD.map(str::to_owned).to_vec()
}
