//! A real client: the Python SDK of the protocol, in both of its ways to begin.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::{Value, json};

use super::world::World;

/// The version that `scripts/setup` prepares.
const VERSION: &str = "2.3.0";

/// Where `scripts/setup --mcp-client` puts it.
fn python() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    let cache = cache.map_or_else(
        || Path::new(&env::var_os("HOME").unwrap()).join(".cache"),
        PathBuf::from,
    );
    let path = cache.join(format!("bottle/mcp-client-{VERSION}/bin/python"));
    assert!(
        path.exists(),
        "{} is missing: run `scripts/setup --mcp-client`",
        path.display()
    );
    path
}

/// The script, line by line.
struct Client {
    child: Child,
    input: ChildStdin,
    output: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Client {
    fn start(world: &World, mode: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/supervise/client.py");
        let mut child = Command::new(python())
            .arg(script)
            .arg(format!("http://{}/", world.address))
            .arg(mode)
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            input,
            output,
        }
    }

    /// What it says next.
    #[track_caller]
    fn says(&mut self) -> Value {
        let line = self.output.next().expect("the client ended early").unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn go_on(&mut self) {
        writeln!(self.input).unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn a_session(mode: &str, revision: &str) {
    let world = World::waiting(1);
    let mut client = Client::start(&world, mode);
    let hello = client.says();
    assert_eq!(hello["protocol"], revision);
    assert_eq!(hello["server"], "bottle-supervise");
    let tools = client.says();
    let tools = tools["tools"].as_object().unwrap();
    assert_eq!(tools.len(), 5);
    assert_eq!(
        tools["egress-block"]["required"],
        json!(["host", "justification"])
    );
    for schema in tools.values() {
        assert_eq!(schema["additionalProperties"], false);
    }
    let wrong = client.says();
    assert_eq!(wrong["error"], true);
    assert!(
        wrong["text"]
            .as_str()
            .unwrap()
            .contains("`host` is missing"),
        "{wrong}"
    );
    assert!(
        client.says()["raised"]
            .as_str()
            .unwrap()
            .contains("there is no tool `shell`")
    );
    let routes = client.says();
    assert_eq!(routes["error"], true, "nobody plays egress here: {routes}");
    let mut ids = Vec::new();
    for tool in ["egress-block", "pipelock-block", "capability-block"] {
        let pending = client.says();
        assert_eq!(pending["tool"], tool);
        let told = &pending["structured"];
        assert_eq!(told["status"], "pending", "{pending}");
        assert_eq!(
            serde_json::from_str::<Value>(pending["text"].as_str().unwrap()).unwrap(),
            *told
        );
        ids.push(told["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(world.proposals().len(), 3);
    world.decide(&ids[0], "approved", "for the docs");
    world.decide(&ids[1], "rejected", "no");
    client.go_on();
    for (id, status) in ids.iter().zip(["approved", "rejected", "pending"]) {
        let told = client.says()["structured"].take();
        assert_eq!((&told["id"], &told["status"]), (&json!(id), &json!(status)));
    }
    assert_eq!(client.says(), json!({"done": true}));
    assert!(client.child.wait().unwrap().success());
}

#[test]
fn the_python_client_asks_by_the_newest_revision() {
    a_session("auto", "2026-07-28");
}

#[test]
fn the_python_client_asks_by_the_older_handshake() {
    a_session("legacy", "2025-11-25");
}
