//! A bottle whose agent may ask for more: it can ask, and nothing else comes of it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use bottle_core::Supervise;
use bottle_demo::{Step, StepResult, TcpEnd};
use bottle_docker::Docker;
use bottle_run::Running;
use serde_json::{Value, json};

use super::support::{Bottle, HOST, address, docker, docker_json};

/// How long a proposal may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// What an agent sends, by the plainest client.
fn curl(method: &str, params: &Value) -> Vec<String> {
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let message = message.to_string();
    [
        "curl",
        "-sS",
        "-f",
        "--max-time",
        "50",
        "-H",
        "Content-Type: application/json",
        "-d",
        &message,
        "http://supervise:9100/",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// What supervise answers an agent.
pub(super) async fn ask(running: &Running<'_, Docker>, method: &str, params: Value) -> Value {
    let command = curl(method, &params);
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let (code, stdout, stderr) = Bottle::session(running, &command).await;
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

/// The id of the first proposal, as the host sees it.
async fn proposed(queue: &Path) -> String {
    let since = Instant::now();
    loop {
        let entries = fs::read_dir(queue.join("proposals")).unwrap();
        let name = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut ids = name.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
        if let Some(id) = ids.next() {
            return id;
        }
        assert!(since.elapsed() < PATIENCE, "nothing is proposed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs the sidecar's program once more in its own container.
fn inside(running: &Running<'_, Docker>, arguments: &[&str], input: &str) -> Output {
    let name = format!("bottle-{}-supervise", running.facts().identity);
    let mut child = Command::new("docker")
        .args(["exec", "-i", &name, "/bottle-sidecar"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

async fn asks_and_is_answered(running: &Running<'_, Docker>, queue: &Path) -> String {
    let arguments = json!({"host": "more.example", "methods": ["GET"], "justification": "a test"});
    let call = ask(
        running,
        "tools/call",
        json!({"name": "egress-block", "arguments": arguments}),
    );
    let answer = async {
        let id = proposed(queue).await;
        let answer = json!({
            "version": 1, "proposal": id, "answered": "2026-05-25T23:16:00Z", "verdict": "approved", "notes": "go on",
        });
        fs::write(queue.join("fresh"), answer.to_string()).unwrap();
        fs::rename(
            queue.join("fresh"),
            queue.join(format!("answers/{id}.json")),
        )
        .unwrap();
        id
    };
    let (told, id) = tokio::join!(call, answer);
    let told = &told["result"]["structuredContent"];
    assert_eq!(
        *told,
        json!({"status": "approved", "id": id, "notes": "go on"})
    );
    let text = fs::read_to_string(queue.join(format!("proposals/{id}.json"))).unwrap();
    let proposal: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(proposal["identity"], running.facts().identity.to_string());
    id
}

/// K01: the agent has no file of the queue, and supervise itself cannot write an answer.
async fn no_answer_is_written_inside(running: &Running<'_, Docker>, id: &str) {
    let search = format!(
        "touch /tmp/{id}.control; find / -xdev \\( -name proposals -o -name answers -o -name '{id}*' \\) 2>/dev/null; \
         ls /var/lib/bottle /etc/bottle/answers 2>/dev/null; true"
    );
    let (_, found, _) = Bottle::session(running, &["sh", "-c", &search]).await;
    assert_eq!(found, format!("/tmp/{id}.control\n"));
    let name = format!("bottle-{}-agent", running.facts().identity);
    assert!(!docker(&["inspect", &name]).contains("/queue/"));
    let document = r#"{"version":1,"slots":{}}"#;
    let put = |folder| inside(running, &["secrets", "put", "--run", folder], document);
    let refused = put("/etc/bottle/answers");
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("Read-only file system"), "{said}");
    // The same where it may write.
    assert!(put("/var/lib/bottle").status.success());
}

/// Supervise reaches the agent's proxy, and nobody else.
fn it_leads_nowhere(running: &Running<'_, Docker>) {
    let networks = &running.facts().networks;
    let outside = networks.egress.subnet;
    let steps: Vec<Step> = [
        (networks.egress_inner().unwrap(), 9099),
        (networks.pipelock().unwrap(), 8888),
        (address(outside, 10), 443),
        (address(outside, 1), 443),
    ]
    .map(|place| Step::Tcp {
        address: place.into(),
    })
    .to_vec();
    let probed = inside(
        running,
        &["demo-probe"],
        &serde_json::to_string(&steps).unwrap(),
    );
    assert!(probed.status.success(), "{probed:?}");
    let results: Vec<StepResult> = serde_json::from_slice(&probed.stdout).unwrap();
    let ends = results.iter().map(|result| match result {
        StepResult::Tcp(outcome) => outcome.end,
        other => panic!("{other:?}"),
    });
    let ends: Vec<TcpEnd> = ends.collect();
    assert_eq!(ends[0], TcpEnd::Connected);
    for end in &ends[1..] {
        assert!(
            matches!(end, TcpEnd::Unreachable | TcpEnd::TimedOut | TcpEnd::Failed),
            "{ends:?}"
        );
    }
    let container = docker_json(&[
        "inspect",
        &format!("bottle-{}-supervise", running.facts().identity),
    ]);
    let on = container["NetworkSettings"]["Networks"]
        .as_object()
        .unwrap();
    assert_eq!(on.keys().collect::<Vec<_>>(), [&networks.internal.name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_asks_and_nothing_else_comes_of_it() {
    let change = |plan: &mut bottle_core::BottlePlan, _| plan.supervise = Supervise::On;
    let bottle = Bottle::new();
    let (queue, id) = bottle
        .run_beside(change, Box::new(|_| Vec::new()), async |running| {
            let queue = PathBuf::from(&running.facts().queue_dir);
            let id = asks_and_is_answered(running, &queue).await;
            let table = ask(
                running,
                "tools/call",
                json!({"name": "list-egress-routes", "arguments": {}}),
            )
            .await;
            let routes = table["result"]["structuredContent"]["routes"]
                .as_array()
                .unwrap();
            assert!(routes.iter().any(|route| route["host"] == HOST), "{table}");
            no_answer_is_written_inside(running, &id).await;
            it_leads_nowhere(running);
            (queue, id)
        })
        .await;
    // What was asked and answered stays.
    assert!(queue.join(format!("proposals/{id}.json")).exists());
    assert!(queue.join(format!("answers/{id}.json")).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_was_never_used_goes_with_its_bottle() {
    let change = |plan: &mut bottle_core::BottlePlan, _| plan.supervise = Supervise::On;
    let bottle = Bottle::new();
    let queue = bottle
        .run_beside(change, Box::new(|_| Vec::new()), async |running| {
            let queue = PathBuf::from(&running.facts().queue_dir);
            assert!(queue.join("proposals").is_dir() && queue.join("answers").is_dir());
            queue
        })
        .await;
    assert!(!queue.exists());
}
