//! One attempt of the corpus: what is sent, what must be answered, what the outside must have seen.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A line of `tests/corpus/*.jsonl`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// Its name; letters and numbers for attempts, and a `p` behind it for the sibling that must pass.
    pub(super) id: String,
    pub(super) title: String,
    /// The check that stops it. None where no single check does: a type, or a library.
    #[serde(default)]
    pub(super) guard: Option<String>,
    /// The test of this suite that makes the attempt, where bytes alone do not.
    #[serde(default)]
    pub(super) test: Option<String>,
    /// Texts for `{each}`: the record stands for so many attempts.
    #[serde(default)]
    pub(super) each: Vec<String>,
    /// What DNS says: answer sets, one after the other.
    #[serde(default)]
    pub(super) names: BTreeMap<String, Vec<Vec<String>>>,
    #[serde(default)]
    pub(super) send: Option<Send>,
    #[serde(default)]
    pub(super) expect: Option<Expect>,
    /// The sibling that must pass.
    #[serde(default)]
    pub(super) twin: Option<String>,
}

/// How a request gets to the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Via {
    /// On a fresh connection to egress.
    Plain,
    /// Behind CONNECT, without TLS.
    Connect,
    /// Behind CONNECT and TLS.
    Tls,
    /// Behind CONNECT and TLS, as HTTP/2.
    H2,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) via: Via,
    /// What CONNECT names; `ok.test` and its port unless said.
    #[serde(default = "ok")]
    pub(super) connect: String,
    /// The server name in TLS; the one of CONNECT unless said.
    #[serde(default)]
    pub(super) sni: Option<String>,
    /// A request that goes first on the same connection, and is answered.
    #[serde(default)]
    pub(super) first: Option<String>,
    /// The bytes, each character one (so up to U+00FF).
    #[serde(default)]
    pub(super) raw: String,
    /// The fields of an HTTP/2 request, in this order, as they are.
    #[serde(default)]
    pub(super) fields: Vec<(String, String)>,
    /// The body of an HTTP/2 request.
    #[serde(default)]
    pub(super) body: Option<String>,
}

fn ok() -> String {
    "ok.test:{tls}".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// The status; none when the connection (or the stream of HTTP/2) ends without an answer.
    #[serde(default)]
    pub(super) status: Option<u16>,
    /// The reason, in the answer and in the decision log.
    #[serde(default)]
    pub(super) code: Option<String>,
    /// In the answer, head and body.
    #[serde(default)]
    pub(super) has: Vec<String>,
    /// Not in the answer.
    #[serde(default)]
    pub(super) lacks: Vec<String>,
    /// What the outside saw: nothing, unless said.
    #[serde(default)]
    pub(super) upstream: Upstream,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Upstream {
    /// So many requests.
    pub(super) requests: usize,
    /// In the last one, head and body.
    #[serde(default)]
    pub(super) has: Vec<String>,
    /// Not in the last one.
    #[serde(default)]
    pub(super) lacks: Vec<String>,
}

impl Record {
    /// The attempts that it stands for, every `{name}` of `values` filled in.
    pub(super) fn attempts(&self, values: &[(&str, String)]) -> Vec<(Send, Expect)> {
        let (Some(send), Some(expect)) = (&self.send, &self.expect) else {
            return Vec::new();
        };
        let each = if self.each.is_empty() {
            vec![String::new()]
        } else {
            self.each.clone()
        };
        let attempt = |each: String| {
            let fill = |text: &String| {
                let mut text = text.replace("{each}", &each);
                for (name, value) in values {
                    text = text.replace(&format!("{{{name}}}"), value);
                }
                text
            };
            (send.map(fill), expect.map(fill))
        };
        each.into_iter().map(attempt).collect()
    }
}

impl Send {
    fn map(&self, fill: impl Fn(&String) -> String) -> Self {
        let Self {
            via,
            connect,
            sni,
            first,
            raw,
            fields,
            body,
        } = self;
        let fields = fields.iter();
        Self {
            via: *via,
            connect: fill(connect),
            sni: sni.as_ref().map(&fill),
            first: first.as_ref().map(&fill),
            raw: fill(raw),
            fields: fields
                .map(|(name, value)| (fill(name), fill(value)))
                .collect(),
            body: body.as_ref().map(&fill),
        }
    }
}

impl Expect {
    fn map(&self, fill: impl Fn(&String) -> String) -> Self {
        let all = |texts: &[String]| texts.iter().map(&fill).collect();
        Self {
            status: self.status,
            code: self.code.clone(),
            has: all(&self.has),
            lacks: all(&self.lacks),
            upstream: Upstream {
                requests: self.upstream.requests,
                has: all(&self.upstream.has),
                lacks: all(&self.upstream.lacks),
            },
        }
    }
}
