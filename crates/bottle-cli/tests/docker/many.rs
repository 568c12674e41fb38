//! Ten bottles at once on one machine.

use std::collections::BTreeSet;

use serde_json::Value;

use super::support::{Cli, docker_json, left_of};

/// How many.
const MANY: usize = 10;
/// Tries to reach each `address:port` and names those that answer.
const REACH: &str = r"
import socket, sys
for place in sys.argv[1:]:
    address, port = place.split(':')
    try:
        socket.create_connection((address, int(port)), timeout=1).close()
        print(place)
    except OSError:
        pass
";

/// The addresses of a container on all its networks.
fn addresses(container: &str) -> Vec<String> {
    let networks = docker_json(&["inspect", container])["NetworkSettings"]["Networks"].clone();
    let all = networks.as_object().unwrap().values();
    all.map(|network: &Value| network["IPAddress"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn ten_bottles_start_see_nothing_of_each_other_and_go() {
    let cli = Cli::new();
    let running = cli.backgrounds(MANY, "sleep 600");
    let identities: BTreeSet<&str> = running.iter().map(|each| each.identity.as_str()).collect();
    assert_eq!(identities.len(), MANY);

    let places = |service: &str, port: u16| {
        let all = identities.iter().flat_map(|identity| {
            let container = format!("bottle-{identity}-{service}");
            addresses(&container)
                .into_iter()
                .map(move |address| format!("{address}:{port}"))
        });
        all.collect::<Vec<_>>()
    };
    let egress = places("egress", 9099);
    let pipelock = places("pipelock", 8888);
    assert_eq!((egress.len(), pipelock.len()), (2 * MANY, MANY));
    let (first, last) = (&running[0].identity, &running[MANY - 1].identity);
    for identity in [first, last] {
        let own = addresses(&format!("bottle-{identity}-egress"));
        let mut command = vec!["attach", identity, "--", "python3", "-c", REACH];
        command.extend(egress.iter().chain(&pipelock).map(String::as_str));
        let output = cli.output(&command);
        assert!(output.status.success());
        let reached = String::from_utf8(output.stdout).unwrap();
        let reached: Vec<&str> = reached.lines().collect();
        assert_eq!(reached.len(), 1, "{reached:?}");
        assert!(
            own.iter()
                .any(|address| reached[0] == format!("{address}:9099"))
        );
    }

    let mut stop = vec!["stop"];
    stop.extend(&identities);
    let stopped = cli.output(&stop);
    assert_eq!(
        stopped.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&stopped.stderr)
    );
    assert!(cli.is_gone());
    for identity in &identities {
        assert!(left_of(&format!("bottle.identity={identity}")).is_empty());
        assert!(cli.state(identity).join("compose.log").exists());
    }
}
