//! One exchange in each line, one verdict for each.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bottle_pipelock::{
    CallChains, Calls, Exchange, Injection, Located, Part, Scanner, SocketFrame, find_injection,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::printer::Printer;

/// An exchange, as it stands in a line; what is not named here is not looked at.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    direction: Direction,
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    frames: Vec<Frame>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    #[default]
    Request,
    Response,
}

/// A frame of the client's; `fin` unless it says otherwise.
#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(default = "yes")]
    fin: bool,
    #[serde(default)]
    rsv1: bool,
    payload_b64: String,
}

const fn yes() -> bool {
    true
}

/// What happens to a response that gives orders to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Responses {
    /// It passes with a mark, as on most routes.
    Marked,
    /// It is blocked, as on routes with `responses: block`.
    Blocked,
}

/// Why an exchange is blocked.
enum Why {
    Secret(Located),
    Orders(Injection),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(Located { finding, part }) => write!(f, "secret: {finding} of {part}"),
            Self::Orders(Injection { rule, offset }) => {
                write!(f, "injection: {rule} at byte {offset} of body")
            }
        }
    }
}

/// Answers line by line until there is none left. Ends with 2 when one was no exchange, else with 1 when one is blocked.
pub(super) fn answer(
    input: impl BufRead,
    responses: Responses,
    printer: Printer,
) -> io::Result<Exit> {
    let mut judge = Judge {
        scanner: Scanner::new(),
        responses,
        chains: CallChains::default(),
    };
    let (mut blocked, mut broken) = (false, false);
    for line in input.split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (verdict, reason) = match judge.line(&line) {
            Ok(None) => ("allow", Value::Null),
            Ok(Some(why)) => {
                blocked = true;
                ("block", why.to_string().into())
            }
            Err(error) => {
                broken = true;
                ("block", format!("not an exchange: {error}").into())
            }
        };
        printer.data(&format!(
            "{}\n",
            json!({ "verdict": verdict, "reason": reason })
        ));
    }
    Ok(match (broken, blocked) {
        (true, _) => Exit::Invalid,
        (false, true) => Exit::No,
        (false, false) => Exit::Fine,
    })
}

/// What judges one line after the other.
struct Judge {
    scanner: Scanner,
    responses: Responses,
    chains: CallChains,
}

impl Judge {
    fn line(&mut self, line: &[u8]) -> Result<Option<Why>, Box<dyn std::error::Error>> {
        let line: Line = serde_json::from_slice(line)?;
        if line.direction == Direction::Response {
            return Ok(self.orders(&line.body).map(Why::Orders));
        }
        let session = session(&line);
        let headers: Vec<_> = line.headers.into_iter().collect();
        let frames: Result<Vec<_>, base64::DecodeError> = line.frames.iter().map(frame).collect();
        let found = self.scanner.scan_exchange(&Exchange {
            method: &line.method,
            url: &line.url,
            headers: &headers,
            body: line.body.as_bytes(),
            frames: &frames?,
        });
        // Each call is part of its row, whatever it is alone.
        let calls = Calls::of(line.body.as_bytes());
        let row = self.chains.push(&self.scanner, &session, &calls);
        let in_row = row.map(|finding| Located {
            finding,
            part: Part::Body,
        });
        let orders = || is_message(line.body.as_bytes()).then(|| self.orders(&line.body))?;
        let secret = found.or(in_row).map(Why::Secret);
        Ok(secret.or_else(|| orders().map(Why::Orders)))
    }

    /// Orders to a model, if they are blocked.
    fn orders(&self, text: &str) -> Option<Injection> {
        match self.responses {
            Responses::Marked => None,
            Responses::Blocked => find_injection(text.as_bytes()),
        }
    }
}

/// What names the session of a call: host and port, and the number that the server gave it.
fn session(line: &Line) -> String {
    let host = line.url.split('/').nth(2).unwrap_or_default();
    let mut headers = line.headers.iter();
    let number = headers.find(|(name, _)| name.eq_ignore_ascii_case("mcp-session-id"));
    let number = number.map_or("", |(_, number)| number);
    format!("{} {number}", host.to_ascii_lowercase())
}

/// Whether a request is a message from one agent to another (A2A), whose model reads it.
fn is_message(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Request {
        method: String,
    }
    let request = serde_json::from_slice(body);
    request.is_ok_and(|Request { method }| {
        matches!(method.as_str(), "message/send" | "message/stream")
    })
}

fn frame(frame: &Frame) -> Result<SocketFrame, base64::DecodeError> {
    Ok(SocketFrame {
        fin: frame.fin,
        rsv1: frame.rsv1,
        payload: STANDARD.decode(&frame.payload_b64)?,
    })
}
