//! From a service of the compose file to a container, as `docker compose` would make it.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HealthConfig, HostConfig,
    HostConfigLogConfig, Mount, MountType, NetworkConnectRequest, NetworkingConfig, RestartPolicy,
    RestartPolicyNameEnum,
};
use bottle_compose::{
    BindMount, ComposeFile, HealthCheck, Logging, NetworkKey, Service, ServiceName, Text,
};
use bottle_run::backend::UpOptions;

use crate::labels;

const NANOSECONDS: i64 = 1_000_000_000;
const NANOCPUS_PER_MILLICPU: i64 = 1_000_000;
/// What `stop_grace_period` says, in seconds.
const STOP_SECONDS: i64 = 1;

/// A container to create, and the networks to connect it to before it starts.
#[derive(Debug)]
pub(crate) struct Blueprint {
    pub(crate) name: String,
    pub(crate) body: ContainerCreateBody,
    /// Names of networks with how to be on them. Engines before 25 take one network at creation.
    pub(crate) further_networks: Vec<(String, NetworkConnectRequest)>,
}

/// What a service of the file is as a container.
pub(crate) fn blueprint(
    file: &ComposeFile,
    (name, service): (ServiceName, &Service),
    options: &UpOptions,
) -> Blueprint {
    let container = service.container_name.as_str().to_owned();
    let mut endpoints = service.networks.iter().map(|(key, attachment)| {
        let driver_opts = attachment.driver_opts.iter();
        let driver_opts =
            driver_opts.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let endpoint = EndpointSettings {
            driver_opts: Some(driver_opts.collect())
                .filter(|options: &HashMap<_, _>| !options.is_empty()),
            ipam_config: Some(EndpointIpamConfig {
                ipv4_address: Some(attachment.ipv4_address.to_string()),
                ..EndpointIpamConfig::default()
            }),
            aliases: Some(vec![container.clone(), name.to_string()]),
            ..EndpointSettings::default()
        };
        (network_name(file, *key), endpoint)
    });
    let first = endpoints.next();
    let further_networks = endpoints
        .map(|(network, endpoint)| {
            let request = NetworkConnectRequest {
                container: container.clone(),
                endpoint_config: Some(endpoint),
            };
            (network, request)
        })
        .collect();
    let mut body = body(service);
    if let (Some((network, _)), Some(host)) = (&first, body.host_config.as_mut()) {
        host.network_mode = Some(network.clone());
    }
    body.networking_config = first.map(|endpoint| NetworkingConfig {
        endpoints_config: Some(HashMap::from([endpoint])),
    });
    let mut labels = labels::container(file.project(), name.as_str(), Some(options));
    labels.extend(
        service
            .labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_string())),
    );
    body.labels = Some(labels);
    Blueprint {
        name: container,
        body,
        further_networks,
    }
}

fn network_name(file: &ComposeFile, key: NetworkKey) -> String {
    file.networks()
        .get(&key)
        .map_or_else(|| key.to_string(), |network| network.name.to_string())
}

fn body(service: &Service) -> ContainerCreateBody {
    let environment = service
        .environment
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    ContainerCreateBody {
        image: Some(service.image.to_string()),
        entrypoint: non_empty(&service.entrypoint),
        cmd: non_empty(&service.command),
        user: Some(service.user.to_string()),
        working_dir: service.working_dir.as_ref().map(ToString::to_string),
        env: Some(environment.collect()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        stop_timeout: Some(STOP_SECONDS),
        healthcheck: service.healthcheck.as_ref().map(health),
        host_config: Some(host_config(service)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(service: &Service) -> HostConfig {
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    HostConfig {
        init: service.init.then_some(true),
        runtime: service.runtime.as_ref().map(ToString::to_string),
        readonly_rootfs: Some(service.read_only),
        cap_drop: Some(strings(&service.cap_drop)),
        security_opt: Some(strings(&service.security_opt)),
        pids_limit: Some(service.pids_limit.into()),
        memory: service
            .mem_limit
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        nano_cpus: service
            .millicpus
            .map(|millicpus| i64::from(millicpus) * NANOCPUS_PER_MILLICPU),
        sysctls: Some(
            service
                .sysctls
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        ),
        tmpfs: Some(service.tmpfs.iter().map(tmpfs).collect()),
        dns: Some(service.dns.iter().map(ToString::to_string).collect()),
        extra_hosts: Some(
            service
                .extra_hosts
                .iter()
                .map(|(name, address)| format!("{name}:{address}"))
                .collect(),
        ),
        mounts: Some(service.volumes.iter().map(mount).collect()),
        restart_policy: Some(RestartPolicy {
            name: Some(RestartPolicyNameEnum::NO),
            maximum_retry_count: None,
        }),
        log_config: Some(log_config(&service.logging)),
        ..HostConfig::default()
    }
}

fn tmpfs(text: &Text) -> (String, String) {
    let (path, options) = text.as_str().split_once(':').unwrap_or((text.as_str(), ""));
    (path.to_owned(), options.to_owned())
}

fn mount(mount: &BindMount) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(mount.source.to_string()),
        target: Some(mount.target.to_string()),
        read_only: Some(mount.read_only),
        ..Mount::default()
    }
}

fn health(check: &HealthCheck) -> HealthConfig {
    HealthConfig {
        test: non_empty(&check.test),
        interval: Some(i64::from(check.interval_seconds) * NANOSECONDS),
        timeout: Some(i64::from(check.timeout_seconds) * NANOSECONDS),
        retries: Some(check.retries.into()),
        ..HealthConfig::default()
    }
}

fn log_config(logging: &Logging) -> HostConfigLogConfig {
    let options = logging
        .options
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    HostConfigLogConfig {
        typ: Some(logging.driver.to_owned()),
        config: Some(options.collect()),
    }
}

fn non_empty(texts: &[Text]) -> Option<Vec<String>> {
    (!texts.is_empty()).then(|| texts.iter().map(ToString::to_string).collect())
}
