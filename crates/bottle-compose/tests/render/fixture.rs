//! A plan and the facts of one start.

use std::collections::BTreeMap;

use bottle_compose::{Images, InterfaceSettings, LaunchFacts, NetworkFacts, Networks, UserIds};
use bottle_core::{
    BottlePlan, EnvValue, GitRemote, Identity, IdentitySuffix, Provider, PushPolicy,
};

pub(crate) fn plan() -> BottlePlan {
    BottlePlan {
        env: BTreeMap::from([
            (
                "PRICE".parse().unwrap(),
                EnvValue::Literal("5$ ${HOME} $$".to_owned()),
            ),
            (
                "ASKED".parse().unwrap(),
                EnvValue::Prompt {
                    prompt: "Who?".to_owned(),
                },
            ),
            (
                "TAKEN".parse().unwrap(),
                EnvValue::Host("HOST_SECRET".parse().unwrap()),
            ),
            (
                "HTTPS_PROXY".parse().unwrap(),
                EnvValue::Literal("http://evil:1".to_owned()),
            ),
        ]),
        ..BottlePlan::new(
            "dev".parse().unwrap(),
            "dev".parse().unwrap(),
            Provider::Command,
        )
    }
}

/// A remote of this name.
pub(crate) fn remote(name: &str) -> GitRemote {
    GitRemote {
        name: name.parse().unwrap(),
        upstream: format!("ssh://git@git.example.com/{name}.git")
            .parse()
            .unwrap(),
        identity_file: "~/.ssh/deploy".parse().unwrap(),
        known_host_key: None,
        extra_hosts: BTreeMap::from([(
            "git.example.com".parse().unwrap(),
            "198.51.100.7".parse().unwrap(),
        )]),
        push: PushPolicy::default(),
    }
}

pub(crate) fn facts() -> LaunchFacts {
    let network = |role: &str, subnet: &str| NetworkFacts {
        name: format!("bottle-dev-00000-{role}"),
        subnet: subnet.parse().unwrap(),
    };
    LaunchFacts {
        identity: Identity::new(&"dev".parse().unwrap(), IdentitySuffix::from_random([0; 8])),
        home: "/home/me/.claude-bottle".to_owned(),
        state_dir: "/home/me/.claude-bottle/state/dev-00000".to_owned(),
        queue_dir: "/home/me/.claude-bottle/queue/dev-00000".to_owned(),
        networks: Networks {
            internal: network("internal", "10.213.0.16/28"),
            egress: network("egress", "10.213.0.0/28"),
        },
        interface_settings: InterfaceSettings::OfEndpoint,
        images: Images {
            agent: "bottle-agent:latest".parse().unwrap(),
            sidecar: "bottle-sidecar:0123456789ab".parse().unwrap(),
            git_gate: Some("bottle-git-gate:0123456789ab".parse().unwrap()),
        },
        agent_runtime: None,
        agent_user: UserIds {
            uid: 1000,
            gid: 1000,
        },
        workspace: Vec::new(),
        working_dir: None,
        sidecar_user: UserIds {
            uid: 1000,
            gid: 1000,
        },
        resolvers: Vec::new(),
        agent_hold: ["sleep", "infinity"].map(str::to_owned).to_vec(),
    }
}
