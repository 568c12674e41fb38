//! What an agent asks for, and what an operator says to it by plain commands, from the first refusal to the last.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use bottle_core::{BottlePlan, Supervise};
use bottle_docker::Docker;
use bottle_run::Running;
use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::supervise::ask;
use super::support::{Bottle, Cli, HOST, docker, wait_until};

/// How long a proposal may take to be listed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The operator's program, in the home of a bottle that runs.
struct Operator<'a>(&'a str);

impl Operator<'_> {
    fn output(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bottle"));
        command.args(args).env("BOTTLE_HOME", self.0);
        command.output().unwrap()
    }

    /// What a command prints that ends well.
    fn json(&self, args: &[&str]) -> Value {
        let output = self.output(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// The one proposal that waits.
    async fn pending(&self) -> String {
        let since = Instant::now();
        loop {
            let list = self.json(&["proposals", "list", "--json"]);
            if let [one] = list.as_array().unwrap().as_slice() {
                assert_eq!(one["state"], "pending", "{one}");
                return one["id"].as_str().unwrap().to_owned();
            }
            assert!(since.elapsed() < PATIENCE, "{list}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Approves as it is shown.
    async fn approve(&self, more: &[&str]) -> String {
        let id = self.pending().await;
        let card = self.json(&["proposals", "show", &id, "--json"]);
        assert_eq!(card["refusals"], json!([]), "{card}");
        let token = card["token"].as_str().unwrap();
        let other = "0".repeat(64);
        // What is shown then can be approved as it was wished.
        let wish = ["--path", "/more/deep"];
        let show = [&["proposals", "show", &id, "--json"][..], &wish].concat();
        let wished = self.json(&show)["token"].clone();
        assert_ne!(wished, token);
        let stale = ["proposals", "approve", &id, "--yes", "--token", &other];
        let stale = self.output(&[&stale[..], &wish].concat());
        assert_eq!(stale.status.code(), Some(1));
        let said = String::from_utf8_lossy(&stale.stderr).into_owned();
        assert!(said.contains(wished.as_str().unwrap()), "{said}");
        let args = ["proposals", "approve", &id, "--yes", "--token", token];
        let output = self.output(&[&args, more].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        id
    }
}

/// Asks for more below a path, and answers what the agent is told when the operator has approved.
async fn granted(running: &Running<'_, Docker>, (path, more): (&str, &[&str])) -> (String, Value) {
    let arguments = json!({ "host": HOST, "path_allowlist": [path], "methods": ["GET"],
        "justification": "the page says so \u{1b}[2J" });
    let call = json!({ "name": "egress-block", "arguments": arguments });
    let operator = Operator(&running.facts().home);
    let (told, id) = tokio::join!(ask(running, "tools/call", call), operator.approve(more));
    (id, told["result"]["structuredContent"].clone())
}

/// What a file of the site is answered, and the refusal's code where it is one.
pub(super) async fn fetch(running: &Running<'_, Docker>, path: &str) -> String {
    let url = format!("https://{HOST}{path}");
    let (code, body, said) = Bottle::session(running, &["curl", "-sS", &url]).await;
    assert_eq!(code, 0, "{said}");
    let refusal: Option<Value> = serde_json::from_str(&body).ok();
    refusal.map_or(body, |refusal| refusal["code"].as_str().unwrap().to_owned())
}

async fn one_request_and_no_more(running: &Running<'_, Docker>) {
    let operator = Operator(&running.facts().home);
    let identity = running.facts().identity.to_string();
    assert_eq!(fetch(running, "/more/a.txt").await, "path.not_allowed");
    let denials = ["curl", "-sS", "http://_egress.local/denials"];
    let (_, told, _) = Bottle::session(running, &denials).await;
    assert!(told.contains("call the tool `egress-block`"), "{told}");
    let (id, told) = granted(running, ("/more", &["--uses", "1"])).await;
    assert_eq!(told["status"], "approved", "{told}");
    assert_eq!(told["uses"], 1);
    assert_eq!(fetch(running, "/open/a.txt").await, "open\n");
    assert_eq!(fetch(running, "/more/a.txt").await, "more\n");
    assert_eq!(fetch(running, "/more/a.txt").await, "lease.exhausted");
    assert_eq!(fetch(running, "/open/a.txt").await, "open\n");
    let routes = operator.json(&["routes", &identity, "--json"]);
    let rows = routes["routes"].as_array().unwrap();
    let row = rows.iter().find(|row| row["grant"] == id.as_str()).unwrap();
    assert_eq!(row["origin"], "grant");
    assert_eq!(row["ended"], "exhausted", "{row}");
}

async fn what_is_taken_back_is_refused(running: &Running<'_, Docker>) {
    let operator = Operator(&running.facts().home);
    let identity = running.facts().identity.to_string();
    let (id, told) = granted(running, ("/other", &["--for", "10m"])).await;
    assert!(told["until"].as_str().is_some(), "{told}");
    assert_eq!(fetch(running, "/other/a.txt").await, "other\n");
    let gone = operator.json(&["revoke", &identity, &id, "--reason", "enough", "--json"]);
    assert_eq!(gone["revoked"][0]["grant"], id.as_str());
    assert_eq!(fetch(running, "/other/a.txt").await, "path.not_allowed");
    let again = operator.output(&["revoke", &identity, &id]);
    assert_eq!(again.status.code(), Some(1));
}

fn all_is_noted(running: &Running<'_, Docker>) {
    let operator = Operator(&running.facts().home);
    let identity = running.facts().identity.to_string();
    let verified = operator.output(&["audit", "verify", &identity]);
    assert!(verified.status.success());
    let said = String::from_utf8(verified.stdout).unwrap();
    assert!(said.contains(": 3 decisions"), "{said}");
    let all = operator.output(&["audit", &identity]);
    let shown = String::from_utf8(all.stdout).unwrap();
    for part in ["proposal.approved", "grant.revoked", "reason: enough"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

/// A bottle beside a site with these folders.
pub(super) fn beside_a_site(folders: &[&str]) -> Bottle {
    let bottle = Bottle::new();
    for folder in folders {
        std::fs::create_dir(bottle.files().join(folder)).unwrap();
        let file = bottle.files().join(folder).join("a.txt");
        std::fs::write(file, format!("{folder}\n")).unwrap();
    }
    bottle
}

/// Its agent may ask for more than one of the folders.
pub(super) fn with_one_folder(plan: &mut BottlePlan, _: Ipv4Net) {
    plan.supervise = Supervise::On;
    plan.routes[0].path_allowlist = vec!["/open".parse().unwrap()];
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_holds_as_long_as_it_was_given_for() {
    let bottle = beside_a_site(&["open", "more", "other"]);
    bottle
        .run_beside(with_one_folder, Box::new(|_| Vec::new()), async |running| {
            one_request_and_no_more(running).await;
            what_is_taken_back_is_refused(running).await;
            all_is_noted(running);
        })
        .await;
}

#[test]
fn another_image_is_asked_for_and_gone_on_in() {
    let cli = Cli::new();
    let manifest = "---\nprovider: command\nsupervise: true\n---\n";
    std::fs::write(cli.home().join("bottles/dev.md"), manifest).unwrap();
    let mut running = cli.background("sleep 300");
    let identity = running.identity.clone();
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "capability-block",
        "arguments": { "dockerfile": "FROM bottle-agent:latest\nENV MADE_BY=a-proposal\n", "justification": "a tool" } } });
    let agent = format!("bottle-{identity}-agent");
    let mut asking = Command::new("docker")
        .args(["exec", &agent, "curl", "-sS", "--max-time", "50", "-H"])
        .args(["Content-Type: application/json", "-d", &message.to_string()])
        .arg("http://supervise:9100/")
        .spawn()
        .unwrap();
    let list = || {
        let output = cli.output(&["proposals", "list", "--json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    wait_until("the proposal", || {
        list().as_array().is_some_and(|all| !all.is_empty())
    });
    let id = list()[0]["id"].as_str().unwrap().to_owned();
    let card = cli.output(&["proposals", "show", &id, "--json"]);
    let card: Value = serde_json::from_slice(&card.stdout).unwrap();
    let token = card["token"].as_str().unwrap();
    let approved = cli.output(&["proposals", "approve", &id, "--yes", "--token", token]);
    let said = String::from_utf8_lossy(&approved.stderr).into_owned();
    assert!(approved.status.success(), "{said}");
    assert!(
        said.contains(&format!("bottle resume {identity}")),
        "{said}"
    );
    running.child.wait().unwrap();
    asking.wait().unwrap();
    let left = docker(&[
        "ps",
        "-aq",
        "--filter",
        &format!("label=bottle.identity={identity}"),
    ]);
    assert_eq!(left.trim(), "", "it is ended");
    let resume = [
        "resume",
        &identity,
        "--yes",
        "--",
        "sh",
        "-c",
        "echo $MADE_BY",
    ];
    let resumed = cli.output(&resume);
    let shown = String::from_utf8_lossy(&resumed.stdout).into_owned();
    assert_eq!(
        shown,
        "a-proposal\n",
        "{}",
        String::from_utf8_lossy(&resumed.stderr)
    );
}
