//! Ways around the proxy, tried from inside a real bottle while another one runs beside it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::{Cli, docker_json};

/// Tries everything, and says of each what came of it: `open`, or the name of the error.
const ATTEMPTS: &str = r"
import ctypes, json, os, socket, sys
tried = {}
def attempt(name, action):
    try:
        action()
        tried[name] = 'open'
    except OSError as error:
        tried[name] = type(error).__name__ + ' ' + str(error.errno)
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as stream:
        stream.settimeout(3)
        stream.connect(address)
def system(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)
attempt('ipv6 literal', lambda: connect(socket.AF_INET6, ('2001:db8::1', 443)))
attempt('ipv6 link-local', lambda: connect(socket.AF_INET6, ('fe80::1%eth0', 9099)))
attempt('icmp', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
attempt('raw frames', lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300))
attempt('new network namespace', lambda: system('unshare', 0x40000000))
attempt('new user namespace', lambda: system('unshare', 0x10000000))
attempt('mount', lambda: system('mount', b'none', b'/mnt', b'tmpfs', 0, None))
attempt('engine socket', lambda: connect(socket.AF_UNIX, '/var/run/docker.sock'))
attempt('forwarding', lambda: open('/proc/sys/net/ipv4/ip_forward', 'w'))
for address in sys.argv[1:]:
    for port in (9099, 8888, 53, 2375, 2376):
        attempt(address + ' ' + str(port), lambda: connect(socket.AF_INET, (address, port)))
attempt('egress', lambda: connect(socket.AF_INET, ('egress', 9099)))
with open('/proc/net/unix') as table:
    tried['foreign unix sockets'] = str(len(table.readlines()) - 1)
print(json.dumps(tried))
";

/// All addresses of a container, and those of its networks' gateways.
fn addresses(container: &str) -> Vec<String> {
    let networks = docker_json(&["inspect", container])["NetworkSettings"]["Networks"].clone();
    let of = |network: &Value| [network["IPAddress"].clone(), network["Gateway"].clone()];
    let all = networks.as_object().unwrap().values().flat_map(of);
    all.filter_map(|address| address.as_str().map(str::to_owned))
        .filter(|address| !address.is_empty())
        .collect()
}

#[test]
fn nothing_but_egress_answers() {
    let cli = Cli::new();
    let neighbour = cli.background("sleep 120");
    let mut others: Vec<String> = ["agent", "egress", "pipelock"]
        .iter()
        .flat_map(|service| addresses(&format!("bottle-{}-{service}", neighbour.identity)))
        .collect();
    others.dedup();
    assert!(others.len() >= 4, "{others:?}");
    let mut command = vec!["run", "dev", "--", "python3", "-c", ATTEMPTS];
    command.extend(others.iter().map(String::as_str));
    let output = cli.output(&command);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut tried: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tried.remove("egress").as_deref(), Some("open"));
    assert_eq!(tried.remove("foreign unix sockets").as_deref(), Some("0"));
    let forbidden = [
        "icmp",
        "raw frames",
        "new network namespace",
        "new user namespace",
        "mount",
    ];
    for name in forbidden {
        assert_eq!(
            tried.remove(name).as_deref(),
            Some("PermissionError 1"),
            "{name}"
        );
    }
    let open: Vec<_> = tried
        .iter()
        .filter(|(_, outcome)| *outcome == "open")
        .collect();
    assert!(open.is_empty(), "{open:?}");
    assert!(tried.len() > 15, "{tried:?}");
}
