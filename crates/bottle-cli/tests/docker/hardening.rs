//! What `docker inspect` says of the containers of a running bottle.

use bottle_core::{BottlePlan, Supervise};
use serde_json::{Value, json};

use super::support::{Bottle, Forge, docker_json};

fn assert_closed(name: &str, container: &Value) {
    let host = &container["HostConfig"];
    assert_eq!(host["CapDrop"], json!(["ALL"]), "{name}");
    assert!(host["CapAdd"].is_null(), "{name}");
    assert_eq!(host["Privileged"], false, "{name}");
    assert_eq!(
        host["SecurityOpt"],
        json!(["no-new-privileges:true"]),
        "{name}"
    );
    assert!(host["PidsLimit"].as_i64().unwrap() > 0, "{name}");
    assert_eq!(
        host["PortBindings"]
            .as_object()
            .map_or(0, serde_json::Map::len),
        0,
        "{name}"
    );
    assert_eq!(host["PublishAllPorts"], false, "{name}");
    assert_eq!(host["Devices"].as_array().map_or(0, Vec::len), 0, "{name}");
    for space in ["PidMode", "UTSMode", "UsernsMode"] {
        assert_eq!(host[space], "", "{name} {space}");
    }
    assert!(
        !container["Config"]["User"]
            .as_str()
            .unwrap()
            .starts_with('0'),
        "{name}"
    );
    for mount in container["Mounts"].as_array().unwrap() {
        let source = mount["Source"].as_str().unwrap_or_default();
        assert!(!source.contains("docker.sock"), "{name} {source}");
        // The mirrors of git-gate and what an agent asks for are all that services of ours write outside of themselves.
        let data = mount["Destination"] == "/var/lib/bottle";
        let written = match name {
            "git-gate" if data => Some("/git-gate-data"),
            "supervise" if data => Some("/proposals"),
            _ => None,
        };
        assert!(
            mount["Type"] != "bind" || mount["RW"] == written.is_some(),
            "{name} {source}"
        );
        assert!(
            written.is_none_or(|end| source.ends_with(end)),
            "{name} {source}"
        );
    }
}

fn networks(container: &Value) -> Vec<String> {
    container["NetworkSettings"]["Networks"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn running_containers_are_as_closed_as_the_file_says() {
    let forge = Forge::new();
    let change = |plan: &mut BottlePlan, subnet| {
        forge.declare(plan, subnet);
        plan.supervise = Supervise::On;
    };
    Bottle::new()
        .run_beside(change, forge.beside(), async |running| {
            let identity = running.identity().to_string();
            let inspect =
                |service: &str| docker_json(&["inspect", &format!("bottle-{identity}-{service}")]);
            let (internal, outer) = (
                format!("bottle-{identity}-internal"),
                format!("bottle-{identity}-egress"),
            );
            for service in ["agent", "egress", "pipelock", "git-gate", "supervise"] {
                let container = inspect(service);
                assert_closed(service, &container);
                let on = networks(&container);
                match service {
                    "agent" | "supervise" => assert_eq!(on, [internal.as_str()]),
                    "egress" | "git-gate" => assert_eq!(on, [outer.as_str(), internal.as_str()]),
                    _ => assert_eq!(on, [outer.as_str()]),
                }
                if service != "agent" {
                    assert_eq!(container["HostConfig"]["ReadonlyRootfs"], true);
                    assert_eq!(
                        container["HostConfig"]["Sysctls"]["net.ipv4.ip_forward"],
                        "0"
                    );
                }
            }
            let network = docker_json(&["network", "inspect", &internal]);
            assert_eq!(network["Internal"], true);
            assert_eq!(network["EnableIPv6"], false);
            assert_eq!(
                network["Options"]["com.docker.network.bridge.inhibit_ipv4"],
                "true"
            );
        })
        .await;
}
