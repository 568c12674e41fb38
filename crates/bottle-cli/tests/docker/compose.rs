//! The rendered file beside the real `docker compose`.

use std::process::{Command, Output};

use bottle_compose::LaunchFacts;
use serde_json::{Map, Value};

use super::support::{Bottle, Cli, Forge, docker, docker_json};

const SERVICES: [&str; 3] = ["agent", "egress", "pipelock"];

fn compose(args: &[&str]) -> Output {
    let output = Command::new("docker")
        .arg("compose")
        .args(args)
        .current_dir("/")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "docker compose {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// What a container is, without what differs from one to the next: ids, times, and labels that only compose makes.
fn what_it_is(name: &str) -> Value {
    let mut container = docker_json(&["inspect", name]);
    let mut kept = Map::new();
    for key in [
        "Config",
        "HostConfig",
        "Mounts",
        "NetworkSettings",
        "Path",
        "Args",
        "Image",
        "Name",
    ] {
        kept.insert(key.to_owned(), container[key].take());
    }
    let mut kept = Value::Object(kept);
    kept["Config"]["Hostname"] = Value::Null;
    // The engine has them in no order.
    let mounts = kept["Mounts"].as_array_mut().unwrap();
    mounts.sort_by_key(|mount| mount["Destination"].to_string());
    let labels = kept["Config"]["Labels"].as_object_mut().unwrap();
    for made_by_compose in [
        "config-hash",
        "image",
        "version",
        "project.environment_file",
    ] {
        labels.remove(&format!("com.docker.compose.{made_by_compose}"));
    }
    let networks = kept["NetworkSettings"]["Networks"].take();
    // The first network: some releases of compose say its id there, others its name, as we do.
    let mode = kept["HostConfig"]["NetworkMode"]
        .as_str()
        .unwrap()
        .to_owned();
    kept["HostConfig"]["NetworkMode"] = docker_json(&["network", "inspect", &mode])["Name"].clone();
    kept["NetworkSettings"] = Value::Null;
    kept["Networks"] = networks
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, network)| (name.clone(), on(network)))
        .collect();
    sorted(bare(kept))
}

/// How a container is on a network, without the id that the engine adds to its names.
fn on(network: &Value) -> Value {
    let mut aliases: Vec<&str> = network["Aliases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alias| alias.as_str().unwrap())
        .collect();
    aliases
        .retain(|alias| !(alias.len() == 12 && alias.bytes().all(|byte| byte.is_ascii_hexdigit())));
    aliases.sort_unstable();
    aliases.dedup();
    serde_json::json!({ "IPAMConfig": network["IPAMConfig"], "IPAddress": network["IPAddress"], "Aliases": aliases })
}

/// Without what says nothing: null, false, zero and what is empty.
fn bare(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, bare(value)))
            .filter(|(_, value)| !says_nothing(value))
            .collect(),
        Value::Array(list) => list.into_iter().map(bare).collect(),
        value => value,
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(true) => false,
    }
}

/// With the environment in order: it has none.
fn sorted(mut value: Value) -> Value {
    if let Some(environment) = value["Config"]["Env"].as_array_mut() {
        environment.sort_by_key(Value::to_string);
    }
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_compose_makes_the_same_containers_of_our_file() {
    Bottle::new()
        .run(async |running| assert_same(running.facts(), &SERVICES))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_compose_makes_the_same_git_gate_of_our_file() {
    let forge = Forge::new();
    let change = |plan: &mut _, subnet| forge.declare(plan, subnet);
    let services = [&SERVICES[..], &["git-gate"]].concat();
    Bottle::new()
        .run_beside(change, forge.beside(), async |running| {
            assert_same(running.facts(), &services);
        })
        .await;
}

/// Makes every container of a bottle anew with compose, and compares.
fn assert_same(facts: &LaunchFacts, services: &[&str]) {
    let project = format!("bottle-{}", facts.identity);
    let file = format!("{}/docker-compose.yml", facts.state_dir);
    let names = services
        .iter()
        .map(|service| format!("{project}-{service}"));
    let names: Vec<String> = names.collect();
    let ours: Vec<Value> = names.iter().map(|name| what_it_is(name)).collect();
    for name in &names {
        docker(&["rm", "--force", name]);
    }
    compose(&["--file", &file, "up", "--detach", "--pull", "never"]);
    for (name, ours) in names.iter().zip(ours) {
        let theirs = what_it_is(name);
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn compose_reads_the_file_as_it_was_meant() {
    let cli = Cli::new();
    let manifest =
        "---\nprovider: command\nenv:\n  PRICE: '5$ ${HOME} $$'\nimage: bottle-agent:latest\n---\n";
    std::fs::write(cli.home().join("bottles/dev.md"), manifest).unwrap();
    let out = cli.home().join("out");
    let rendered = cli.output(&["render", "dev", "--out", out.to_str().unwrap()]);
    assert!(rendered.status.success());
    let file = out.join("docker-compose.yml");
    let config = compose(&[
        "--file",
        file.to_str().unwrap(),
        "config",
        "--format",
        "json",
    ]);
    let config: Value = serde_json::from_slice(&config.stdout).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let read: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(config["name"], read["name"]);
    // `config` prints what it would have to be told again, so its dollars are doubled, too.
    assert_eq!(
        config["services"]["agent"]["environment"]["PRICE"],
        "5$$ $${HOME} $$$$"
    );
    for service in SERVICES {
        let (theirs, ours) = (&config["services"][service], &read["services"][service]);
        for (key, value) in ours.as_object().unwrap() {
            let same = match key.as_str() {
                // Numbers come back as text, and times in their own way.
                "mem_limit" => {
                    theirs[key].as_str().and_then(|text| text.parse().ok()) == value.as_u64()
                }
                "healthcheck" => {
                    theirs[key]["test"] == value["test"]
                        && theirs[key]["interval"] == value["interval"]
                }
                _ => bare(theirs[key].clone()) == bare(value.clone()),
            };
            assert!(same, "{service} {key}: {} became {}", value, theirs[key]);
        }
    }
}

#[test]
fn compose_sees_and_removes_a_bottle_that_we_started() {
    let cli = Cli::new();
    let mut running = cli.background("sleep 60");
    let project = format!("bottle-{}", running.identity);
    let services = compose(&["--project-name", &project, "ps", "--services"]);
    let services = String::from_utf8(services.stdout).unwrap();
    let mut services: Vec<&str> = services.lines().collect();
    services.sort_unstable();
    assert_eq!(services, SERVICES);
    let logs = compose(&["--project-name", &project, "logs", "--no-color"]);
    assert!(String::from_utf8_lossy(&logs.stdout).contains("egress"));
    compose(&["--project-name", &project, "down", "--timeout", "1"]);
    assert!(cli.left().is_empty(), "{:?}", cli.left());
    let status = running.child.wait().unwrap();
    assert_ne!(status.code(), Some(0));
    assert!(cli.left().is_empty());
}
