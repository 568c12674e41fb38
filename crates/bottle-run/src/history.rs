//! What a bottle asked for, read from its decision log.

use std::collections::BTreeMap;

use bottle_core::{Host, Port, ProposalId};
use bottle_egress::{DenialCode, Denied, LoggedRequest, Scheme};
use serde_json::Value;

use crate::LogLine;
use crate::backend::{Backend, BackendError, LogsRequest};

/// The most different requests that are told apart, of those that were refused and of the others each. Protects the
/// operator's memory and patience from an agent that asks for something else each time.
const MAX_DIFFERENT: usize = 10_000;
/// What a proxy writes instead of a host and a path beside which a secret was found.
const WITHHELD: &str = "(withheld)";
/// The longest method, in bytes: that of a method that could be granted.
const MAX_METHOD: usize = 32;
/// The longest path, in bytes: as a proxy cuts it, with the mark of the cut.
const MAX_PATH: usize = 1024 + '…'.len_utf8();
/// The longest time, in bytes: RFC 3339 to the nanosecond.
const MAX_TIME: usize = 30;

/// What a bottle asked for, as its log has it. Hosts are names; methods and paths are the agent's own text, which is
/// made visible where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// What was refused, by egress or behind it, in order of the requests.
    pub denials: Vec<Denied>,
    /// What egress let through, in order of the rules.
    pub used: Vec<Used>,
    /// How many requests were refused of which the log does not say where they went: a secret was found in them.
    pub withheld: u64,
    /// How many requests were different from all others, and more than are told apart.
    pub left_out: u64,
}

/// Requests that a rule let through alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The rule.
    pub rule: UsedRule,
    /// What was asked.
    pub request: LoggedRequest,
    /// How often.
    pub count: u64,
}

/// The rule that let a request through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsedRule {
    /// The route of this number in the bottle's `routes.yaml`.
    Route(usize),
    /// What was granted for this proposal.
    Grant(ProposalId),
}

impl History {
    /// Reads logs as [`Backend::logs`] answers them and as `compose.log` keeps them. Whatever is not a line of the two
    /// proxies about a request is passed over.
    pub fn read(logs: &[u8]) -> Self {
        let mut reading = Reading::default();
        for line in logs.split(|byte| *byte == b'\n') {
            match std::str::from_utf8(line).ok().and_then(entry) {
                Some(Entry::Record(record)) => reading.add(record),
                Some(Entry::Withheld) => reading.withheld += 1,
                None => {}
            }
        }
        reading.done()
    }

    /// Reads the log of a bottle that the engine has containers of.
    ///
    /// # Errors
    ///
    /// When the engine does not answer.
    pub async fn of_live(
        backend: &impl Backend,
        request: &LogsRequest,
    ) -> Result<Self, BackendError> {
        backend.logs(request).await.map(|logs| Self::read(&logs))
    }
}

/// What a line is about.
enum Entry {
    /// One request.
    Record(Record),
    /// A refused one that is not told.
    Withheld,
}

/// What a line says.
struct Record {
    request: LoggedRequest,
    time: String,
    outcome: Outcome,
}

/// What became of a request.
enum Outcome {
    Used(UsedRule),
    Refused(DenialCode),
}

#[derive(Default)]
struct Reading {
    denials: BTreeMap<(LoggedRequest, DenialCode), (u64, String)>,
    used: BTreeMap<(UsedRule, LoggedRequest), u64>,
    withheld: u64,
    left_out: u64,
}

impl Reading {
    fn add(&mut self, record: Record) {
        let Record {
            request,
            time,
            outcome,
        } = record;
        match outcome {
            Outcome::Refused(code) => {
                let Some((count, last)) = slot(&mut self.denials, (request, code)) else {
                    self.left_out += 1;
                    return;
                };
                *count += 1;
                if time > *last {
                    *last = time;
                }
            }
            Outcome::Used(rule) => match slot(&mut self.used, (rule, request)) {
                Some(count) => *count += 1,
                None => self.left_out += 1,
            },
        }
    }

    fn done(self) -> History {
        let denials = self.denials.into_iter();
        let denials = denials.map(|((request, code), (count, last))| Denied {
            request,
            code,
            count,
            last,
        });
        let used = self.used.into_iter();
        let used = used.map(|((rule, request), count)| Used {
            rule,
            request,
            count,
        });
        History {
            denials: denials.collect(),
            used: used.collect(),
            withheld: self.withheld,
            left_out: self.left_out,
        }
    }
}

/// The place of a key, unless it is a new one too many.
fn slot<K: Ord, V: Default>(map: &mut BTreeMap<K, V>, key: K) -> Option<&mut V> {
    let is_full = map.len() >= MAX_DIFFERENT && !map.contains_key(&key);
    (!is_full).then(|| map.entry(key).or_default())
}

/// `egress | 2026-05-25T23:16:00.1Z {"event":"request",…}`.
fn entry(line: &str) -> Option<Entry> {
    let LogLine { service, text } = LogLine::parse(line)?;
    if !matches!(service, "egress" | "pipelock") {
        return None;
    }
    let fields: Value = serde_json::from_str(text).ok()?;
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if text("event")? != "request" || text("service")? != service {
        return None;
    }
    let outcome = match text("verdict")? {
        "deny" => Outcome::Refused(code(text("code")?)?),
        // Pipelock sees again what egress let through.
        "allow" if service == "egress" => Outcome::Used(rule(text("rule")?)?),
        _ => return None,
    };
    if text("host")? == WITHHELD && matches!(outcome, Outcome::Refused(_)) {
        return Some(Entry::Withheld);
    }
    Some(Entry::Record(Record {
        request: request(&fields)?,
        time: text("time").filter(|time| is_time(time))?.to_owned(),
        outcome,
    }))
}

fn request(fields: &Value) -> Option<LoggedRequest> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let scheme = match text("scheme")? {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        _ => return None,
    };
    let host: Host = text("host")?.parse().ok()?;
    let port = fields.get("port").and_then(Value::as_u64)?;
    let port = Port::try_from(u16::try_from(port).ok()?).ok()?;
    let method = text("method").filter(|method| method.len() <= MAX_METHOD)?;
    let path = text("path").filter(|path| path.len() <= MAX_PATH)?;
    Some(LoggedRequest::new(scheme, (host, port), method, path))
}

fn code(name: &str) -> Option<DenialCode> {
    let mut all = DenialCode::ALL.iter().copied();
    all.find(|code| code.as_str() == name)
}

/// `route 3`, `grant abcde12345`.
fn rule(text: &str) -> Option<UsedRule> {
    match text.split_once(' ')? {
        ("route", number) => number.parse().ok().map(UsedRule::Route),
        ("grant", id) => id.parse().ok().map(UsedRule::Grant),
        _ => None,
    }
}

/// Whether a text has nothing in it but what a time has.
fn is_time(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= MAX_TIME && bytes.all(|byte| byte.is_ascii_digit() || b"-:.TZ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(service: &str, fields: &Value) -> String {
        let mut all = json!({
            "time": "2026-05-25T23:16:00.000Z", "event": "request", "service": service,
            "method": "GET", "scheme": "https", "host": "a.example.com", "port": 443, "path": "/v1",
            "verdict": "allow", "code": null, "rule": "route 3", "status": 200,
        });
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        format!("{service} | 2026-05-25T23:16:00.1Z {all}\n")
    }

    #[test]
    fn requests_are_counted_by_what_they_are() {
        let denied = json!({ "verdict": "deny", "code": "path.not_allowed", "rule": null });
        let later = json!({
            "verdict": "deny", "code": "path.not_allowed", "rule": null, "time": "2026-05-25T23:17:00.000Z",
        });
        let log = [
            line("egress", &denied),
            line("egress", &later),
            line("egress", &denied),
            line("egress", &json!({})),
            line("pipelock", &json!({})),
            line("egress", &json!({})),
            line("egress", &json!({ "rule": "grant abcdefgh12" })),
            line(
                "pipelock",
                &json!({ "verdict": "deny", "code": "limit.body" }),
            ),
        ];
        let withheld = json!({
            "verdict": "deny", "code": "dlp.secret", "host": WITHHELD, "path": WITHHELD,
        });
        let log = [log.concat(), line("pipelock", &withheld)];
        let history = History::read(log.concat().as_bytes());
        let denials = history.denials.iter();
        let denials: Vec<_> = denials
            .map(|each| (each.code.as_str(), each.count, each.last.as_str()))
            .collect();
        assert_eq!(
            denials,
            [
                ("path.not_allowed", 3, "2026-05-25T23:17:00.000Z"),
                ("limit.body", 1, "2026-05-25T23:16:00.000Z"),
            ]
        );
        let used = history.used.iter();
        let used: Vec<_> = used.map(|each| (each.rule.clone(), each.count)).collect();
        let grant = UsedRule::Grant("abcdefgh12".parse().unwrap());
        assert_eq!(used, [(UsedRule::Route(3), 2), (grant, 1)]);
        assert_eq!((history.withheld, history.left_out), (1, 0));
    }

    #[test]
    fn what_is_no_line_of_a_proxy_is_passed_over() {
        let good = line("egress", &json!({}));
        assert_eq!(History::read(good.as_bytes()).used.len(), 1);
        let agent = line("agent", &json!({}));
        let other = good.replace("egress | ", "agent | ");
        for bad in [
            agent,
            other.clone(),
            format!("agent | 2026-05-25T23:16:00.1Z {good}"),
            other.replace("agent | ", "git-gate | "),
            line("egress", &json!({ "host": "(withheld)" })),
            line("egress", &json!({ "host": "a\u{1b}[2J.test" })),
            line("egress", &json!({ "port": 0 })),
            line("egress", &json!({ "port": 70_000 })),
            line("egress", &json!({ "method": "X".repeat(33) })),
            line("egress", &json!({ "path": "x".repeat(1028) })),
            line("egress", &json!({ "time": "\u{1b}[2J" })),
            line("egress", &json!({ "rule": "route -1" })),
            line("egress", &json!({ "rule": "body-secret" })),
            line("egress", &json!({ "verdict": "deny", "code": "made.up" })),
            line("egress", &json!({ "event": "closed" })),
            line("egress", &json!({ "event": "reload" })),
            "egress | 2026-05-25T23:16:00.1Z [".repeat(10_000),
            "\u{0}\n\n | \n".to_owned(),
        ] {
            let history = History::read(bad.as_bytes());
            assert_eq!(history, History::default(), "{bad}");
        }
        assert_eq!(History::read(b"egress | \xff {}\n"), History::default());
    }

    #[test]
    fn an_agent_that_asks_for_something_else_each_time_is_not_remembered_for_ever() {
        let deny = |number: usize| {
            line(
                "egress",
                &json!({ "verdict": "deny", "code": "host.not_allowed", "host": format!("h{number}.test") }),
            )
        };
        let log: String = (0..MAX_DIFFERENT + 5).chain([0]).map(deny).collect();
        let history = History::read(log.as_bytes());
        assert_eq!(history.denials.len(), MAX_DIFFERENT);
        assert_eq!(history.left_out, 5);
        assert_eq!(history.denials[0].count, 2);
    }
}
