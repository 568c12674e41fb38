//! Why a request does not leave, in a form that an agent can act on.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

/// Which check refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The allowlist.
    Egress,
    /// The scanner and address guard behind it.
    Pipelock,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Egress => "egress",
            Self::Pipelock => "pipelock",
        })
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $text:literal $status:literal $missing:literal $next:literal;)*) => {
        /// The stable reason of a denial; `Display` is its name in documents and logs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum DenialCode {
            $($(#[$doc])* $name,)*
        }

        impl DenialCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// What would have to be there for the request to pass.
            pub const fn missing(self) -> &'static str {
                match self { $(Self::$name => $missing,)* }
            }

            /// What to do about it.
            pub const fn next_step(self) -> &'static str {
                match self { $(Self::$name => $next,)* }
            }
        }
    };
}

codes! {
    /// No route means the host.
    HostNotAllowed "host.not_allowed" 403 "no route for this host" "ask the operator to add the host to `egress.routes` or `egress.allowlist` of the bottle";
    /// The authority is not a host and a port.
    HostInvalid "host.invalid" 400 "a valid host name" "write the host as plain ASCII letters, digits, hyphens and dots";
    /// An address instead of a name.
    HostIpLiteral "host.ip_literal" 403 "routes mean names, never addresses" "use the host's name";
    /// The name resolves to a private or special-purpose address.
    HostPrivateIp "host.private_ip" 403 "a grant for this private or special-purpose address" "if the host is meant to be private, ask the operator to grant its address with `cidr` on the route";
    /// The host has a route, not for this port.
    PortNotAllowed "port.not_allowed" 403 "this port in the route of the host" "use a port of the route; http://_egress.local/allowlist shows them";
    /// The host has a route, not for this method.
    MethodNotAllowed "method.not_allowed" 403 "this method in the route of the host" "use a method of the route; http://_egress.local/allowlist shows them";
    /// The host has a route, not for this path.
    PathNotAllowed "path.not_allowed" 403 "a path prefix of the route that covers this path" "stay below the paths of the route; http://_egress.local/allowlist shows them";
    /// The path can be read in more than one way.
    PathInvalid "path.invalid" 400 "a path with one meaning" "write the path without encoded slashes, backslashes, control characters or steps above the root";
    /// A push by git's HTTP protocol.
    GitWriteDenied "git.write_denied" 403 "pushes do not leave through the proxy" "reading over https works; leave the push to the operator";
    /// CONNECT, TLS server name and Host disagree.
    AuthorityMismatch "authority.mismatch" 403 "one name in CONNECT, TLS and Host" "send the request for the host that the connection was opened for";
    /// CONNECT inside a tunnel, or to the proxy itself.
    ProtoNestedConnect "proto.nested_connect" 403 "tunnels inside tunnels are not made" "connect to the host directly through the proxy";
    /// A scheme other than http and https, or in the wrong place.
    ProtoScheme "proto.scheme" 400 "only http and https leave, each in its own way" "send https through CONNECT";
    /// The name leads back to the proxy itself.
    ProtoLoop "proto.loop" 403 "a host that is not this proxy" "use the host's name";
    /// An upgrade to another protocol.
    WsNotAllowed "ws.not_allowed" 426 "`websocket: true` in the route of the host" "use plain requests, or ask the operator to grant WebSockets on the route";
    /// A WebSocket that is not asked for as the standard has it.
    WsBadHandshake "ws.bad_handshake" 400 "a proper WebSocket handshake" "send version 13, one key and no body";
    /// The rules changed while the request was under way.
    PolicyRevoked "policy.revoked" 403 "the route that the request began with" "ask the operator; http://_egress.local/allowlist shows the rules as they are now";
    /// Only a grant that ran out would have allowed it.
    LeaseExpired "lease.expired" 403 "a grant for this that has not run out" "ask the operator for it again, and say that it ran out";
    /// Only a grant that was used up would have allowed it.
    LeaseExhausted "lease.exhausted" 403 "a grant for this that is not used up" "ask the operator for it again, and say that it is used up";
    /// The route's credential has no value in the sidecar.
    CredMissing "cred.missing" 403 "the value of the route's credential" "ask the operator: the bottle was started without it, or the sidecar was restarted";
    /// A key of the agent's own, on a route whose credential the proxy brings.
    CredForeign "cred.foreign" 403 "nothing: the proxy brings the credential of this host" "leave the key out of the query";
    /// A route with a credential over unencrypted http.
    CredCleartext "cred.cleartext" 403 "encryption: a credential never travels in the clear" "use https";
    /// A credential in what is sent.
    DlpSecret "dlp.secret" 403 "nothing: this looks like a credential" "remove the credential from the request; the host's own is added by the proxy";
    /// One of this bottle's own secrets in what is sent.
    DlpKnownSecret "dlp.known_secret" 403 "nothing: this is a secret of the bottle" "remove it from the request";
    /// Too many names under one domain that carry data.
    DlpNames "dlp.names" 403 "names under this domain that carry less in an hour" "use fewer different names; if they are ordinary ones, the operator can except the domain";
    /// The body is larger than can be scanned.
    LimitBody "limit.body" 403 "a body that is small enough to scan" "send it in smaller parts";
    /// The body cannot be decoded for scanning.
    BodyUndecodable "body.undecodable" 403 "a body that can be scanned" "send it without compression, or with gzip, deflate, br or zstd";
    /// The name does not resolve.
    UpstreamDnsFailed "upstream.dns_failed" 502 "an address for this name" "check the name; then try again later";
    /// Nobody answers.
    UpstreamUnreachable "upstream.unreachable" 502 "an answer from the host" "try again later";
    /// The host's certificate is not valid for it.
    UpstreamTlsInvalid "upstream.tls_invalid" 502 "a valid certificate of the host" "tell the operator: nothing was sent";
    /// The host does not answer as the standards have it.
    UpstreamMalformed "upstream.malformed" 502 "a well-formed answer of the host" "tell the operator: the host's answer cannot be passed on";
    /// The answer is compressed in a way in which it cannot be searched, for the credential or for orders to the model.
    UpstreamUnreadable "upstream.unreadable" 502 "an answer that can be searched" "tell the operator: the host compresses in a way that it was not asked for";
    /// The answer gives orders to the model that reads it, on a route that refuses such answers.
    InjectionResponse "injection.response" 403 "an answer without orders to the model" "do without this answer; tell the operator if its text is harmless";
    /// A part of the bottle does not work; nothing leaves.
    InternalFailClosed "internal.fail_closed" 503 "a working second check" "tell the operator: a sidecar of the bottle is down";
    /// Not HTTP as the standards have it.
    HttpMalformed "http.malformed" 400 "a well-formed request" "send one Host, and either Content-Length or chunks";
}

impl fmt::Display for DenialCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The most of a path that is repeated in documents and logs, in bytes: an agent chooses how long it is.
const MAX_SHOWN_PATH: usize = 1024;

/// A path as it is shown: cut where it is too long.
pub fn shown_path(path: &str) -> Cow<'_, str> {
    if path.len() <= MAX_SHOWN_PATH {
        return Cow::Borrowed(path);
    }
    let end = path.floor_char_boundary(MAX_SHOWN_PATH);
    Cow::Owned(format!("{}…", path.get(..end).unwrap_or_default()))
}

/// What was asked, as far as it was understood.
#[derive(Debug, Clone, Copy)]
pub struct RequestLine<'a> {
    /// The method.
    pub method: &'a str,
    /// The host.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// The path; a query behind it is dropped.
    pub path: &'a str,
}

/// What the scanner found: where it is, and never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// The rule.
    pub rule: String,
    /// In which part of the request: `body`, `target`, `header x-note`, …
    pub part: String,
    /// Where it begins, in bytes from the beginning of the part; 0 when it was put together from several values.
    pub offset: usize,
    /// How it is recognised (`ghp_…`); empty for a secret known by value.
    pub excerpt: String,
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The reason.
    pub code: DenialCode,
    /// Which check refused.
    pub layer: Layer,
    /// The method of the request.
    pub method: String,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Its path, without the query.
    pub path: String,
    /// What would have to be there for it to pass.
    pub missing: &'static str,
    /// What to do now.
    pub next_step: &'static str,
    /// What was found in it, if that is the reason.
    pub finding: Option<Box<Sighting>>,
}

impl DenialCode {
    /// Whether a rule that an operator adds to a running bottle would let the request pass.
    const fn can_be_granted(self) -> bool {
        matches!(
            self,
            Self::HostNotAllowed
                | Self::MethodNotAllowed
                | Self::PathNotAllowed
                | Self::LeaseExpired
                | Self::LeaseExhausted
        )
    }
}

/// Whether an agent has somebody to ask for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asking {
    /// Its operator, in ways of their own.
    #[default]
    Operator,
    /// `supervise`, which listens to it inside the bottle.
    Supervise,
}

/// What is added to the next steps where `supervise` takes what the agent asks for.
const ASK_SUPERVISE: &str = "call the tool `egress-block` of the MCP server `supervise` with the host, the paths and methods that you need and \
the reason; the operator decides, and then this request may be tried again";

impl Denial {
    /// A denial of a request.
    pub fn new(code: DenialCode, layer: Layer, request: &RequestLine<'_>) -> Self {
        let path = shown_path(request.path.split('?').next().unwrap_or_default());
        Self {
            code,
            layer,
            method: request.method.to_owned(),
            host: request.host.to_owned(),
            port: request.port,
            path: path.into_owned(),
            missing: code.missing(),
            next_step: code.next_step(),
            finding: None,
        }
    }

    /// The HTTP status to answer with.
    pub const fn status(&self) -> u16 {
        self.code.status()
    }

    /// The problem document (RFC 9457), with members of our own for programs.
    pub fn to_problem(&self) -> Value {
        self.to_problem_with(Asking::Operator)
    }

    /// The same for an agent that may ask there.
    pub fn to_problem_with(&self, asking: Asking) -> Value {
        let ask = asking == Asking::Supervise && self.code.can_be_granted();
        let steps: Vec<&str> = ask
            .then_some(ASK_SUPERVISE)
            .into_iter()
            .chain([self.next_step])
            .collect();
        let detail = format!(
            "refused by the bottle's {}: {} {}:{}{}: {}",
            self.layer, self.method, self.host, self.port, self.path, self.missing
        );
        let mut document = json!({
            "type": format!("urn:bottle:denial:{}", self.code),
            "title": "refused by the bottle",
            "status": self.status(),
            "detail": detail,
            "code": self.code.as_str(),
            "layer": self.layer.to_string(),
            "method": self.method,
            "host": self.host,
            "port": self.port,
            "path": self.path,
            "rule_missing": self.missing,
            "next_steps": steps,
        });
        if let (Some(finding), Value::Object(members)) = (&self.finding, &mut document) {
            members.insert("finding".to_owned(), json!(finding));
        }
        document
    }
}
