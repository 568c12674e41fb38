//! A container beside the bottle.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HostConfig, Mount, MountType,
    NetworkingConfig,
};
use bottle_run::backend::{BackendError, ExtraContainer, ExtraMount};

use crate::backend::Docker;
use crate::container::Blueprint;
use crate::labels;
use crate::up;

/// Processes and threads of an extra container.
const PIDS: i64 = 256;

/// Starts it.
pub(crate) async fn start(docker: &Docker, extra: &ExtraContainer) -> Result<(), BackendError> {
    up::start(docker, &blueprint(extra)).await
}

fn blueprint(extra: &ExtraContainer) -> Blueprint {
    let ExtraContainer {
        target,
        image,
        argv,
        user,
        network,
        address,
        aliases,
        env,
        mounts: _,
        tmpfs: _,
        sysctls: _,
        labels,
    } = extra;
    let endpoint = EndpointSettings {
        ipam_config: Some(EndpointIpamConfig {
            ipv4_address: Some(address.to_string()),
            ..EndpointIpamConfig::default()
        }),
        aliases: Some(aliases.clone()),
        ..EndpointSettings::default()
    };
    let project = format!("bottle-{}", target.identity);
    let mut all = labels::container(&project, &target.service, None);
    all.extend(labels.clone());
    let body = ContainerCreateBody {
        image: Some(image.to_string()),
        cmd: Some(argv.clone()),
        user: Some(user.clone()),
        env: Some(
            env.iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        ),
        labels: Some(all),
        host_config: Some(host_config(extra)),
        networking_config: Some(NetworkingConfig {
            endpoints_config: Some(HashMap::from([(network.clone(), endpoint)])),
        }),
        ..ContainerCreateBody::default()
    };
    Blueprint {
        name: target.to_string(),
        body,
        further_networks: Vec::new(),
    }
}

fn host_config(extra: &ExtraContainer) -> HostConfig {
    HostConfig {
        network_mode: Some(extra.network.clone()),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges:true".to_owned()]),
        pids_limit: Some(PIDS),
        mounts: Some(extra.mounts.iter().map(mount).collect()),
        tmpfs: Some(extra.tmpfs.clone().into_iter().collect()),
        sysctls: Some(extra.sysctls.clone().into_iter().collect()),
        ..HostConfig::default()
    }
}

fn mount(mount: &ExtraMount) -> Mount {
    let ExtraMount { source, target } = mount;
    Mount {
        typ: Some(MountType::BIND),
        source: Some(source.to_string_lossy().into_owned()),
        target: Some(target.clone()),
        read_only: Some(true),
        ..Mount::default()
    }
}
