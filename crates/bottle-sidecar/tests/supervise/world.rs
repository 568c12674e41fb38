//! One queue, the service before it, and the host's hand behind it. Everything is blocking.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than anything here takes when it works.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

const SIDECAR: &str = env!("CARGO_BIN_EXE_bottle-sidecar");

/// One bottle's queue, and its service.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) egress: SocketAddr,
    wait: u64,
    service: Option<Child>,
}

/// An answer of HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of the JSON-RPC error in it.
    #[track_caller]
    pub(crate) fn error(&self) -> i64 {
        let code = &self.json()["error"]["code"];
        code.as_i64().unwrap_or_else(|| panic!("{self:?}"))
    }
}

impl World {
    /// A service whose calls do not wait at all.
    pub(crate) fn new() -> Self {
        Self::waiting(0)
    }

    /// A service whose calls wait for so many seconds.
    pub(crate) fn waiting(wait: u64) -> Self {
        // Nobody is there.
        Self::before(free_address(), wait)
    }

    /// A service before this egress.
    pub(crate) fn before(egress: SocketAddr, wait: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["proposals", "answers"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        let mut world = Self {
            folder,
            address: free_address(),
            egress,
            wait,
            service: None,
        };
        world.start();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start(&mut self) {
        let out = File::options();
        let out = out
            .clone()
            .create(true)
            .append(true)
            .open(self.path("out"))
            .unwrap();
        let child = Command::new(SIDECAR)
            .arg("supervise")
            .env_clear()
            .env("BOTTLE_IDENTITY", "dev-x7k2q")
            .env("BOTTLE_LISTEN", self.address.to_string())
            .env("BOTTLE_DATA_DIR", self.path("proposals"))
            .env("BOTTLE_ANSWERS_DIR", self.path("answers"))
            .env("BOTTLE_EGRESS", self.egress.to_string())
            .env("BOTTLE_ANSWER_WAIT", self.wait.to_string())
            .stdout(out)
            .stderr(File::create(self.path("err")).unwrap())
            .spawn();
        self.service = Some(child.unwrap());
        let since = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(since.elapsed() < PATIENCE, "{}", self.said());
            sleep(Duration::from_millis(10));
        }
    }

    /// Kills the service without a word, and starts another one.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.service.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What the service says of itself.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.path("err")).unwrap()
    }

    /// How `bottle-sidecar health supervise` ends.
    pub(crate) fn is_well(&self) -> bool {
        let health = Command::new(SIDECAR)
            .args(["health", "supervise"])
            .env("BOTTLE_LISTEN", self.address.to_string())
            .output();
        health.unwrap().status.success()
    }

    /// Sends bytes, and reads until the other side is done.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The other side may be done before it has read everything.
        let _ = stream.write_all(bytes);
        read_answer(&mut stream)
    }

    /// A request with these lines in its head.
    pub(crate) fn request(&self, first: &str, lines: &str, body: &str) -> Answer {
        let length = body.len();
        let text = format!(
            "{first} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{lines}\r\n{body}"
        );
        self.raw(text.as_bytes())
    }

    /// One message, as plainly as curl sends it.
    pub(crate) fn post_text(&self, body: &str) -> Answer {
        self.request(
            "POST /",
            "Host: supervise\r\nContent-Type: application/json\r\nAccept: */*\r\n",
            body,
        )
    }

    /// One message.
    pub(crate) fn post(&self, message: &Value) -> Answer {
        self.post_text(&message.to_string())
    }

    /// The answer to a request.
    pub(crate) fn ask(&self, method: &str, params: &Value) -> Answer {
        self.post(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    }

    /// The result of a tool.
    #[track_caller]
    pub(crate) fn call(&self, tool: &str, arguments: &Value) -> Value {
        let answer = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let result = answer.json()["result"].take();
        assert!(result.is_object(), "{answer:?}");
        result
    }

    /// What a tool returned, which did not fail.
    #[track_caller]
    pub(crate) fn fine(&self, tool: &str, arguments: &Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        let structured = result["structuredContent"].clone();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), structured);
        structured
    }

    /// What a tool said that failed.
    #[track_caller]
    pub(crate) fn failed(&self, tool: &str, arguments: &Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// What an agent asks for when it asks for a host.
    pub(crate) fn ask_for(&self, host: &str) -> Value {
        self.fine(
            "egress-block",
            &json!({"host": host, "justification": "tests"}),
        )
    }

    /// The proposals on the disk, the oldest first.
    pub(crate) fn proposals(&self) -> Vec<Value> {
        let entries = fs::read_dir(self.path("proposals")).unwrap();
        let read = |path: PathBuf| -> Value {
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
        };
        let mut found: Vec<Value> = entries.map(|entry| read(entry.unwrap().path())).collect();
        found.sort_by_key(|proposal| proposal["created"].as_str().unwrap().to_owned());
        found
    }

    /// Writes an answer as the host does: whole, or not at all.
    pub(crate) fn answer(&self, id: &str, answer: &Value) {
        let fresh = self.path("fresh");
        fs::write(&fresh, answer.to_string()).unwrap();
        fs::rename(fresh, self.path(&format!("answers/{id}.json"))).unwrap();
    }

    /// Answers a proposal.
    pub(crate) fn decide(&self, id: &str, verdict: &str, notes: &str) {
        let answered = now();
        self.answer(
            id,
            &json!({"version": 1, "proposal": id, "answered": answered, "verdict": verdict, "notes": notes}),
        );
    }

    /// Waits for a proposal and answers its id.
    pub(crate) fn wait_for_proposal(&self) -> String {
        let since = Instant::now();
        loop {
            let whole = fs::read_dir(self.path("proposals"))
                .unwrap()
                .find_map(|entry| {
                    let name = entry.unwrap().file_name().into_string().unwrap();
                    name.strip_suffix(".json").map(str::to_owned)
                });
            if let Some(id) = whole {
                return id;
            }
            assert!(
                since.elapsed() < PATIENCE,
                "nothing is proposed: {}",
                self.said()
            );
            sleep(Duration::from_millis(10));
        }
    }

    /// The lines of the log.
    pub(crate) fn decisions(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("out")).unwrap();
        // The last line may be on its way still.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    /// Waits for so many lines of the log.
    #[track_caller]
    pub(crate) fn wait_for_decisions(&self, count: usize) -> Vec<Value> {
        let since = Instant::now();
        loop {
            let lines = self.decisions();
            if lines.len() >= count {
                return lines;
            }
            assert!(since.elapsed() < PATIENCE, "{lines:#?}");
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Now, as it stands in an answer.
fn now() -> String {
    let now = time::OffsetDateTime::now_utc();
    let format = time::format_description::well_known::Rfc3339;
    now.replace_nanosecond(0).unwrap().format(&format).unwrap()
}

/// Reads one answer to its end.
pub(crate) fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // What was cut is looked at all the same.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or_default(),
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

/// An address of this machine that nobody listens on.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}
