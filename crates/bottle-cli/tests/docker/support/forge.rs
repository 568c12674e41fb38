//! A pretend forge: an ssh server with one bare repository, and the key that may push to it.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;

use bottle_core::{BottlePlan, GitRemote, GitUser, PushPolicy};
use bottle_run::Extras;
use bottle_run::backend::{ExtraContainer, ExtraMount, Target};
use ipnet::Ipv4Net;
use tempfile::TempDir;

use super::address;

/// What the operator calls it.
pub(crate) const FORGE: &str = "forge.test.example";
/// The repository as an agent writes it.
pub(crate) const UPSTREAM: &str = "agent@forge.test.example:/srv/team/app.git";
/// Its place on the network that leads out; the tenth is another guest's.
const PLACE: u32 = 11;
const IMAGE: &str = "bottle-test-forge:latest";
/// Where the repository lies there.
pub(crate) const REPOSITORY: &str = "/srv/team/app.git";

/// What the forge runs. Its server belongs to the one user who may log in.
const SCRIPT: &str = "\
    set -e; umask 077; cp /given/* /srv; chmod 600 /srv/*; \
    git init -q --bare -b main /srv/team/app.git; \
    git clone -q /srv/team/app.git /srv/first 2>/dev/null; cd /srv/first; \
    git -c user.name=Forge -c user.email=forge@example.com commit -q --allow-empty -m first; \
    git push -q origin HEAD:main; \
    exec /usr/sbin/sshd -D -e -f /srv/sshd_config";

const SSHD: &str = "\
Port 22
HostKey /srv/host_key
AuthorizedKeysFile /srv/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
";

/// A pretend forge.
pub(crate) struct Forge {
    folder: TempDir,
}

impl Forge {
    pub(crate) fn new() -> Self {
        let forge = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(forge.given()).unwrap();
        new_key(&forge.given().join("host_key"));
        new_key(&forge.key());
        let public = forge.folder.path().join("gate_key.pub");
        fs::copy(public, forge.given().join("authorized_keys")).unwrap();
        fs::write(forge.given().join("sshd_config"), SSHD).unwrap();
        // Read there by another user than the one who runs the tests.
        for name in ["host_key", "authorized_keys", "sshd_config"] {
            let path = forge.given().join(name);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            fs::set_permissions(path, mode).unwrap();
        }
        forge
    }

    fn given(&self) -> PathBuf {
        self.folder.path().join("given")
    }

    /// The private key of the gate.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("gate_key")
    }

    /// Gives a bottle the remote `app`.
    pub(crate) fn declare(&self, plan: &mut BottlePlan, subnet: Ipv4Net) {
        let host_key = fs::read_to_string(self.given().join("host_key.pub")).unwrap();
        let at: Ipv4Addr = address(subnet, PLACE);
        plan.git = vec![GitRemote {
            name: "app".parse().unwrap(),
            upstream: format!("ssh://agent@{FORGE}{REPOSITORY}").parse().unwrap(),
            identity_file: self.key().to_str().unwrap().parse().unwrap(),
            known_host_key: Some(host_key.trim().parse().unwrap()),
            extra_hosts: [(FORGE.parse().unwrap(), at.into())].into(),
            push: PushPolicy::default(),
        }];
        plan.git_user = GitUser {
            name: Some("Agent".parse().unwrap()),
            email: Some("agent@example.com".parse().unwrap()),
        };
    }

    /// The container of it.
    pub(crate) fn beside(&self) -> Extras {
        let given = self.given();
        Box::new(move |facts| {
            let labels = [
                ("bottle.identity", facts.identity.to_string()),
                ("bottle.home", facts.home.clone()),
                ("bottle.service", "forge".to_owned()),
            ];
            let srv = "uid=1000,gid=1000,mode=0700,size=64m".to_owned();
            vec![ExtraContainer {
                target: Target::new(&facts.identity, "forge"),
                image: IMAGE.parse().unwrap(),
                argv: ["sh", "-c", SCRIPT].map(str::to_owned).into(),
                user: "1000:1000".to_owned(),
                network: facts.networks.egress.name.clone(),
                address: address(facts.networks.egress.subnet, PLACE),
                aliases: Vec::new(),
                env: [("HOME".parse().unwrap(), "/srv".to_owned())].into(),
                mounts: vec![ExtraMount {
                    source: given.clone(),
                    target: "/given".to_owned(),
                }],
                tmpfs: [("/srv".to_owned(), srv)].into(),
                sysctls: [(
                    "net.ipv4.ip_unprivileged_port_start".to_owned(),
                    "0".to_owned(),
                )]
                .into(),
                labels: labels.map(|(name, value)| (name.to_owned(), value)).into(),
            }]
        })
    }
}

/// Makes a key without a passphrase.
pub(crate) fn new_key(path: &Path) {
    let output = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(path)
        .output()
        .expect("ssh-keygen is missing: `scripts/setup --git` installs it");
    assert!(output.status.success(), "{output:?}");
}
