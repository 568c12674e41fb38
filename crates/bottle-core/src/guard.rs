//! Names for the checks that keep a bottle closed, so that each can be shown to be needed.
//!
//! In every build that ships a guard is on, and the compiler knows it: [`Guard::is_on`] is `true` and costs nothing. A
//! test build (the feature `mutants`, refused in optimised builds) can turn one off, and then a test must fail.

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!(
    "the feature `mutants` turns checks off: it is for test builds and never for optimised ones"
);

macro_rules! guards {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// One check.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Guard {
            $($(#[$doc])* $name,)*
        }

        impl Guard {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in the corpus of attempts.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

guards! {
    /// `%2f` in a path is refused where the route looks at paths.
    EncodedSlash "encoded-slash";
    /// `%252e` and the like are refused.
    DoubleEncoding "double-encoding";
    /// `..` is folded before a path is compared.
    DotSegments "dot-segments";
    /// `..;` is refused.
    DotParameter "dot-parameter";
    /// Control characters and backslashes behind escapes are refused.
    PathCharacters "path-characters";
    /// What the escapes of a path stand for is UTF-8.
    PathUtf8 "path-utf8";
    /// A path does not climb above its root.
    AboveRoot "above-root";
    /// Path prefixes end where segments do.
    PathSegments "path-segments";
    /// `*.` stands for one label.
    WildcardDepth "wildcard-depth";
    /// A host that no route means is refused.
    Hosts "hosts";
    /// A port that is not the route's is refused.
    Ports "ports";
    /// A method that is not the route's is refused.
    Methods "methods";
    /// A method that the query names has to be the route's, too.
    MethodOverride "method-override";
    /// Methods are compared letter for letter.
    MethodCase "method-case";
    /// A path outside the route's prefixes is refused.
    Paths "paths";
    /// What git sends to write is refused.
    GitWrites "git-writes";
    /// A credential never travels in the clear.
    Cleartext "cleartext";
    /// Private and special-purpose addresses are refused.
    SpecialAddresses "special-addresses";
    /// Metadata services are refused, whatever was granted.
    MetadataAddresses "metadata-addresses";
    /// All addresses of a name are checked, not the first one.
    EveryAddress "every-address";
    /// A connection speaks TLS or HTTP or is closed.
    FirstBytes "first-bytes";
    /// The TLS server name is the tunnel's.
    ServerName "server-name";
    /// What was agreed on in TLS is what is spoken.
    Negotiated "negotiated";
    /// CONNECT, the URL and `Host` name one destination.
    OneAuthority "one-authority";
    /// `https:` goes through CONNECT, and `http:` does not go to its port.
    HttpsInTunnel "https-in-tunnel";
    /// A request outside a tunnel names its destination in its first line.
    AbsoluteForm "absolute-form";
    /// CONNECT is not taken inside a tunnel.
    NestedConnect "nested-connect";
    /// `Content-Length` and `Transfer-Encoding` together are refused.
    TwoFramings "two-framings";
    /// `Content-Length` is one plain number.
    LengthDigits "length-digits";
    /// `Transfer-Encoding` is `chunked` and nothing else.
    Codings "codings";
    /// There is exactly one `Host`.
    OneHost "one-host";
    /// `Connection` does not name framing fields.
    FramingNominated "framing-nominated";
    /// Chunk sizes are digits and nothing else.
    ChunkSizes "chunk-sizes";
    /// A request line has single blanks and printable characters.
    RequestLine "request-line";
    /// A head has an upper bound.
    HeadBytes "head-bytes";
    /// A head has to arrive in time.
    HeadTime "head-time";
    /// Fields for one hop do not travel.
    HopByHop "hop-by-hop";
    /// Fields that `Connection` names do not travel.
    Nominated "nominated";
    /// Fields with which a server is made to believe in another request do not travel.
    RewritingFields "rewriting-fields";
    /// Fields that a server takes for another one are that one.
    FieldAliases "field-aliases";
    /// Answers do not lead a client around the proxy.
    LeadingAway "leading-away";
    /// Trailers of requests do not travel.
    RequestTrailers "request-trailers";
    /// The agent's credentials do not travel.
    AgentCredentials "agent-credentials";
    /// Other fields that hold keys do not travel where the proxy brings the credential.
    KeyFields "key-fields";
    /// Keys among the subprotocols of a WebSocket do not travel where the proxy brings the credential.
    SocketKeys "socket-keys";
    /// Short parts of an answer are not asked for where the proxy brings the credential.
    ShortRanges "short-ranges";
    /// Keys in the query are refused where the proxy brings the credential.
    QueryKeys "query-keys";
    /// TRACE is refused where the proxy brings the credential.
    Trace "trace";
    /// Without the value of its credential a route is closed.
    MissingValue "missing-value";
    /// Injected values are covered in the fields of answers.
    MaskFields "mask-fields";
    /// Injected values are covered in the bodies of answers.
    MaskBodies "mask-bodies";
    /// Injected values are found across the pieces of a body.
    MaskSplits "mask-splits";
    /// The reason phrase of an answer, which is not searched, does not travel.
    ReasonPhrase "reason-phrase";
    /// A refusal is taken from our own inner proxy alone.
    InnerDenials "inner-denials";
    /// Injected values are found behind escapes.
    MaskEscapes "mask-escapes";
    /// What is cut off at an end of a body is covered, too.
    MaskEnds "mask-ends";
    /// Injected values are covered in WebSocket messages.
    MaskMessages "mask-messages";
    /// Answers that cannot be searched for the injected value are not passed on.
    Unreadable "unreadable";
    /// A name that leads back to the proxy is refused.
    Loop "loop";
    /// Connections over a way that was replaced carry no further request.
    OldWay "old-way";
    /// A truncated answer about a name does not count as the whole one.
    WholeAnswer "whole-answer";
    /// An answer that changes the protocol unasked is refused.
    UnaskedSwitch "unasked-switch";
    /// An answer has one framing.
    AnswerFraming "answer-framing";
    /// Interim answers are counted.
    Interim "interim";
    /// A WebSocket needs a route that grants it.
    WebSocketGrant "websocket-grant";
    /// A client asks for a WebSocket properly.
    WebSocketAsked "websocket-asked";
    /// A host answers the handshake of a WebSocket properly.
    WebSocketAccept "websocket-accept";
    /// Answers are looked at for orders to the model.
    Orders "orders";
    /// Orders are found across the pieces of an answer.
    OrderSplits "order-splits";
    /// Where answers with orders are refused, those that cannot be read are.
    UnreadableOrders "unreadable-orders";
    /// WebSocket messages of hosts are looked at for orders.
    MessageOrders "message-orders";
    /// A mark on an answer is taken from our own inner proxy alone.
    ForeignMarks "foreign-marks";
    /// Answers are asked for in codings that can be taken off.
    AskedCodings "asked-codings";
    /// WebSocket messages are scanned.
    MessageScan "message-scan";
    /// Bodies are scanned.
    BodyScan "body-scan";
    /// Targets, names and header fields are scanned.
    HeadScan "head-scan";
    /// A secret is found that is cut over consecutive requests.
    RequestJoins "request-joins";
    /// Calls of tools are judged together with those of earlier requests.
    CallRows "call-rows";
    /// What the names under a domain carry is added up.
    NameBudget "name-budget";
    /// Batches of LFS that do not plainly download are refused.
    LfsUploads "lfs-uploads";
    /// Bodies that are too large to scan are refused.
    BodyLimit "body-limit";
    /// Encoded bodies, which cannot be scanned, are refused.
    EncodedBodies "encoded-bodies";
    /// Pipelock takes requests from egress alone.
    Peers "peers";
    /// What is under way is judged again when the rules change.
    Rejudging "rejudging";
    /// A grant ends when its time is over.
    LeaseTime "lease-time";
    /// A grant ends when it was used as often as it may be.
    LeaseUses "lease-uses";
    /// A grant with so many uses that is there when the service starts counts as used up.
    LeaseStart "lease-start";
    /// A policy that cannot be used shows in the health of the service.
    StaleHealth "stale-health";
    /// Where a secret was found, the log does not repeat the words around it.
    Withheld "withheld";
    /// Streams that a client resets are counted.
    Http2Resets "http2-resets";
    /// The list of fields of an HTTP/2 request has an upper bound.
    Http2Fields "http2-fields";
    /// The DNS refuser answers no query for a name.
    DnsRefusal "dns-refusal";
}

#[cfg(feature = "mutants")]
static OFF: std::sync::OnceLock<Guard> = std::sync::OnceLock::new();

impl Guard {
    /// Whether the check is made. It is.
    #[cfg(not(feature = "mutants"))]
    #[inline]
    #[must_use]
    pub fn is_on(self) -> bool {
        let _ = self;
        true
    }

    /// Whether the check is made. One of them can be turned off in this build.
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn is_on(self) -> bool {
        OFF.get() != Some(&self)
    }

    /// Turns the check off in this process. The first call counts.
    #[cfg(feature = "mutants")]
    pub fn turn_off(self) {
        let _ = OFF.set(self);
    }
}

impl std::fmt::Display for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no guard of this name")]
pub struct GuardError;

impl std::str::FromStr for Guard {
    type Err = GuardError;

    fn from_str(text: &str) -> Result<Self, GuardError> {
        let guard = Self::ALL.iter().find(|guard| guard.as_str() == text);
        guard.copied().ok_or(GuardError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for guard in Guard::ALL {
            assert_eq!(guard.to_string().parse::<Guard>(), Ok(*guard));
            assert!(guard.is_on());
        }
        assert_eq!("nothing".parse::<Guard>(), Err(GuardError));
    }
}
