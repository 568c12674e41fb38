//! The pretend forge as a container beside the bottle, and what its agent does with git.
//!
//! All of it needs an image with git and ssh, which is not built here: that takes a package registry. It is git-gate's own, and
//! serves for the agent and the forge as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_compose::LaunchFacts;
use bottle_core::ImageRef;
use bottle_demo::SshKey;
use bottle_demo::forge::{FOLDER, Forge as Inside, ForgeSeen, GIVEN_FOLDER};
use bottle_docker::Docker;
use bottle_run::backend::{Backend as _, ExtraContainer, ExtraMount, GitGateImageRequest, Target};
use bottle_run::images::GIT_GATE_BASE;
use bottle_run::{Prepared, Running, sidecar_user};
use bottle_state::RelativePath;

use super::error::DemoError;
use super::plan::FORGE;
use super::world;

/// The service's name.
const SERVICE: &str = "forge";
/// Its user in git-gate's image.
const USER: &str = "bottle";
/// Bytes of its repository and of what git needs beside it.
const SIZE: &str = "64m";

const GIVEN_HERE: RelativePath = RelativePath::constant("forge");
/// Its own key, and who may log in.
const FILES: [RelativePath; 2] = [
    RelativePath::constant("forge/host_key"),
    RelativePath::constant("forge/authorized_keys"),
];

/// A forge that is to be.
pub(crate) struct Forge {
    image: ImageRef,
    host: SshKey,
    gate: SshKey,
    /// The private key of the gate, as a manifest names one.
    identity_file: PathBuf,
}

impl Forge {
    /// One, where there is an image for it. The gate's key is written into a folder of the demo's.
    pub(crate) async fn find(docker: &Docker, folder: &Path) -> Result<Option<Self>, DemoError> {
        let name = GIT_GATE_BASE.parse();
        let name = name.map_err(|_| DemoError::Name(GIT_GATE_BASE.to_owned()))?;
        let Some(base) = docker.image(&name).await? else {
            return Ok(None);
        };
        let user = sidecar_user();
        let sidecar = docker.sidecar_image().await?;
        let request = GitGateImageRequest {
            base,
            sidecar,
            user,
        };
        let forge = Self {
            image: docker.git_gate_image(&request).await?.reference,
            host: SshKey::generate()?,
            gate: SshKey::generate()?,
            identity_file: folder.join("forge-key"),
        };
        fs::write(&forge.identity_file, forge.gate.private()?.as_bytes())?;
        Ok(Some(forge))
    }

    /// The image that has git.
    pub(crate) const fn image(&self) -> &ImageRef {
        &self.image
    }

    /// The lines of a bottle's manifest that declare its repository.
    pub(crate) fn manifest(&self, world: Ipv4Addr) -> String {
        let mut text = String::from("git:\n  - name: app\n");
        for (key, value) in [
            ("upstream", address()),
            ("identity_file", self.identity_file.display().to_string()),
            ("known_host_key", line(&self.host)),
        ] {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "    {key}: {value:?}");
        }
        let _ = writeln!(text, "    extra_hosts: {{{FORGE}: {}}}", place(world));
        text.push_str("git_user: {name: Probe, email: probe@demo.example}\n");
        text
    }

    /// Writes the keys where the forge's container finds them.
    pub(crate) fn give(&self, prepared: &Prepared) -> Result<(), DemoError> {
        let access = prepared.sidecar_access();
        let folder = prepared.state().folder();
        folder.create_folder(&GIVEN_HERE, access)?;
        let (private, public) = (self.host.private()?, line(&self.gate) + "\n");
        let contents = [private.as_bytes(), public.as_bytes()];
        for (file, content) in FILES.iter().zip(contents) {
            folder.write(file, content, access)?;
        }
        Ok(())
    }
}

/// The container. `None` never: it stands beside the world, whose place the launch has found before.
pub(crate) fn container(facts: &LaunchFacts, state: &Path) -> Option<ExtraContainer> {
    let world = facts.networks.guest().ok()?;
    let user = facts.sidecar_user;
    let (uid, gid) = (user.uid, user.gid);
    let port_22 = (
        "net.ipv4.ip_unprivileged_port_start".to_owned(),
        "0".to_owned(),
    );
    Some(ExtraContainer {
        target: Target::new(&facts.identity, SERVICE),
        image: facts.images.git_gate.clone()?,
        argv: vec!["demo-forge".to_owned()],
        user: format!("{uid}:{gid}"),
        network: facts.networks.egress.name.clone(),
        address: place(world),
        aliases: Vec::new(),
        env: BTreeMap::new(),
        mounts: vec![ExtraMount {
            source: state.join(GIVEN_HERE.as_str()),
            target: GIVEN_FOLDER.to_owned(),
        }],
        tmpfs: [(
            FOLDER.to_owned(),
            format!("uid={uid},gid={gid},mode=0700,size={SIZE}"),
        )]
        .into(),
        sysctls: [port_22].into(),
        labels: world::labels(facts, SERVICE),
    })
}

/// What is in the forge.
pub(crate) async fn seen(running: &Running<'_, Docker>) -> Result<ForgeSeen, DemoError> {
    let answer = world::exec(running, SERVICE, &["demo-forge", "seen"], Vec::new()).await?;
    Ok(serde_json::from_slice(&answer)?)
}

/// The repository as a manifest and an agent write it.
pub(crate) fn address() -> String {
    let path = Inside::new(FOLDER).repository();
    format!("ssh://{USER}@{FORGE}{}", path.display())
}

/// Its address: beside the world's.
fn place(world: Ipv4Addr) -> Ipv4Addr {
    (u32::from(world).saturating_add(1)).into()
}

/// A public key as it stands in a file.
fn line(key: &SshKey) -> String {
    format!("{} {}", key.kind(), STANDARD.encode(key.public()))
}
