//! What is tried from inside, and how it must end.

use std::net::{Ipv4Addr, SocketAddr};

use bottle_compose::{Networks, RenderError};
use bottle_core::Secret;
use bottle_demo::world::OPEN_PORT;
use bottle_demo::{Step, StepResult, TcpEnd};
use bottle_egress::DenialCode;
use serde_json::Value;

use super::evidence::{Evidence, NOTHING, header, problem, show_dns, show_http, show_tcp};
use super::plan::{API, AUTH, OUTSIDE, UPLOAD};
use super::row::{Row, Verdict};

/// The longest that a way which is none may take to say so, in milliseconds.
const NO_ROUTE_MS: u64 = 3000;
/// The longest that a look-up may take to be refused, in milliseconds.
const NO_NAME_MS: u64 = 1000;
/// A credential that the agent makes up.
const MADE_UP: &str = "made-up-by-the-agent";
/// Ports at which programs in a bottle could listen and that are not offered to the agent.
const UNLISTED_PORTS: [u16; 8] = [22, 80, 443, 2375, 8080, 8888, 9000, 9418];

/// One line of the table before it was tried.
pub(crate) struct Trial {
    pub(crate) tried: String,
    pub(crate) marker: String,
    pub(crate) steps: Vec<Step>,
    must: Must,
}

/// How it must end.
enum Must {
    Pass,
    Be { refused: DenialCode },
    Carry { token: Secret },
    Hide,
    FindNoWay,
    FindNoName,
    ShowTable { token: Secret },
}

/// The addresses that direct connections aim at.
pub(crate) struct Aims {
    pub(crate) networks: Networks,
    /// A service of the host that listens everywhere.
    pub(crate) host_port: u16,
}

/// All of them.
pub(crate) fn trials(aims: &Aims, token: &Secret) -> Result<Vec<Trial>, RenderError> {
    let mut trials = requests(token);
    trials.extend(ways(aims)?);
    trials.extend(names(&aims.networks)?);
    trials.push(Trial::new(
        "http://_egress.local/allowlist",
        Must::ShowTable {
            token: token.clone(),
        },
        |_| vec![get("http://_egress.local/allowlist", Vec::new())],
    ));
    Ok(trials)
}

fn requests(token: &Secret) -> Vec<Trial> {
    let refused = |code| Must::Be { refused: code };
    let key = ["AKIA", "Q3EGTHP7K5ZWXN2M"].concat();
    let secret = token.expose().to_owned();
    let authorization = || vec![("Authorization".to_owned(), format!("Bearer {MADE_UP}"))];
    vec![
        Trial::new("GET on an allowed host and path", Must::Pass, |marker| {
            vec![get(&format!("https://{API}/v1/hello?{marker}"), Vec::new())]
        }),
        Trial::new(
            "GET on a host that is not in the table",
            refused(DenialCode::HostNotAllowed),
            |marker| vec![get(&format!("https://{OUTSIDE}/?{marker}"), Vec::new())],
        ),
        Trial::new(
            "GET outside the allowed path",
            refused(DenialCode::PathNotAllowed),
            |marker| vec![get(&format!("https://{API}/admin?{marker}"), Vec::new())],
        ),
        Trial::new(
            "the same through `/v1/../`",
            refused(DenialCode::PathNotAllowed),
            |marker| {
                vec![get(
                    &format!("https://{API}/v1/../admin?{marker}"),
                    Vec::new(),
                )]
            },
        ),
        Trial::new(
            "the same through `/v1/%2e%2e/`",
            refused(DenialCode::PathNotAllowed),
            |marker| {
                vec![get(
                    &format!("https://{API}/v1/%2e%2e/admin?{marker}"),
                    Vec::new(),
                )]
            },
        ),
        Trial::new(
            "GET on an `auth` route with a made-up Authorization",
            Must::Carry {
                token: token.clone(),
            },
            |marker| vec![get(&format!("https://{AUTH}/me?{marker}"), authorization())],
        ),
        Trial::new(
            "a search for that token in all environments and files",
            Must::Hide,
            |_| {
                vec![Step::Find {
                    text: secret.clone(),
                }]
            },
        ),
        Trial::new(
            "POST of an AWS-style key to an allowed host",
            refused(DenialCode::DlpSecret),
            |marker| {
                vec![post(
                    &format!("https://{UPLOAD}/up?{marker}"),
                    &format!("key = {key}"),
                )]
            },
        ),
        Trial::new(
            "POST of that token to an allowed host",
            refused(DenialCode::DlpKnownSecret),
            |marker| {
                vec![post(
                    &format!("https://{UPLOAD}/up?{marker}"),
                    &format!("token = {secret}"),
                )]
            },
        ),
        Trial::new(
            "POST of plain words to an allowed host",
            Must::Pass,
            |marker| vec![post(&format!("https://{UPLOAD}/up?{marker}"), "only words")],
        ),
    ]
}

fn ways(aims: &Aims) -> Result<Vec<Trial>, RenderError> {
    let Aims {
        networks,
        host_port,
    } = aims;
    let world = networks.guest()?;
    let tcp = |address: Ipv4Addr, port: u16| Step::Tcp {
        address: SocketAddr::from((address, port)),
    };
    let gateways = [&networks.internal, &networks.egress].map(|network| gateway(network.subnet));
    let (inner, outer, pipelock) = (
        networks.egress_inner()?,
        networks.egress_outer()?,
        networks.pipelock()?,
    );
    let no_way = |tried: &str, steps: Vec<Step>| Trial::new(tried, Must::FindNoWay, |_| steps);
    Ok(vec![
        no_way(
            "TCP to a public address",
            vec![tcp(world, OPEN_PORT), tcp(world, 443)],
        ),
        no_way(
            "TCP to the host's bridge addresses",
            gateways.map(|gateway| tcp(gateway, *host_port)).to_vec(),
        ),
        no_way("TCP to pipelock", vec![tcp(pipelock, 8888)]),
        no_way(
            "TCP to unlisted ports of egress",
            UNLISTED_PORTS.map(|port| tcp(inner, port)).to_vec(),
        ),
        no_way(
            "TCP to egress past its inner address",
            vec![tcp(outer, 9099)],
        ),
    ])
}

/// The address that an engine gives its bridge.
fn gateway(subnet: ipnet::Ipv4Net) -> Ipv4Addr {
    subnet.hosts().next().unwrap_or_else(|| subnet.network())
}

fn names(networks: &Networks) -> Result<Vec<Trial>, RenderError> {
    let (egress, world) = (networks.egress_inner()?, networks.guest()?);
    let ask = |server: Option<Ipv4Addr>, marker: &str| Step::Dns {
        server: server.map(|address| SocketAddr::from((address, 53))),
        name: format!("{marker}.{OUTSIDE}"),
    };
    Ok(vec![
        Trial::new(
            "DNS lookup of an outside name",
            Must::FindNoName,
            |marker| vec![ask(None, marker), ask(Some(egress), marker)],
        ),
        Trial::new(
            "the same, asked of the outside resolver",
            Must::FindNoWay,
            |marker| vec![ask(Some(world), marker)],
        ),
    ])
}

fn get(url: &str, headers: Vec<(String, String)>) -> Step {
    Step::Http {
        url: url.to_owned(),
        method: "GET".to_owned(),
        headers,
        body: None,
    }
}

fn post(url: &str, body: &str) -> Step {
    Step::Http {
        url: url.to_owned(),
        method: "POST".to_owned(),
        headers: Vec::new(),
        body: Some(body.to_owned()),
    }
}

impl Trial {
    fn new(tried: &str, must: Must, steps: impl FnOnce(&str) -> Vec<Step>) -> Self {
        // Nothing else in the demo holds these words.
        let words: String = tried.chars().filter(char::is_ascii_alphanumeric).collect();
        let marker = format!("trial-{}", words.to_ascii_lowercase());
        let marker: String = marker.chars().take(60).collect();
        Self {
            tried: tried.to_owned(),
            steps: steps(&marker),
            marker,
            must,
        }
    }

    /// The row that comes of it.
    pub(crate) fn judge(&self, evidence: &Evidence<'_>) -> Row {
        let (agent, outside, ok) = match &self.must {
            Must::Pass => pass(evidence),
            Must::Be { refused } => be_refused(evidence, *refused),
            Must::Carry { token } => carry(evidence, token),
            Must::Hide => hide(evidence),
            Must::FindNoWay => find_no_way(evidence),
            Must::FindNoName => find_no_name(evidence),
            Must::ShowTable { token } => show_table(evidence, token),
        };
        Row {
            tried: self.tried.clone(),
            agent,
            outside,
            verdict: Verdict::of(ok),
        }
    }
}

fn answer(evidence: &Evidence<'_>) -> String {
    evidence
        .http()
        .map_or_else(|| "no answer".to_owned(), show_http)
}

fn arrived(evidence: &Evidence<'_>) -> String {
    match evidence.requests().as_slice() {
        [] => NOTHING.to_owned(),
        requests => {
            let texts: Vec<String> = requests
                .iter()
                .map(|request| {
                    let path = request.target.split('?').next().unwrap_or_default();
                    format!("{} {path}", request.method)
                })
                .collect();
            texts.join(", ")
        }
    }
}

fn pass(evidence: &Evidence<'_>) -> (String, String, bool) {
    let ok = evidence.http().is_some_and(|http| http.status == Some(200))
        && evidence.requests().len() == 1;
    (answer(evidence), arrived(evidence), ok)
}

fn be_refused(evidence: &Evidence<'_>, code: DenialCode) -> (String, String, bool) {
    let named = evidence.http().and_then(problem).is_some_and(|problem| {
        let text = |key: &str| problem.get(key).and_then(Value::as_str);
        let missing = text("rule_missing").is_some_and(|rule| !rule.is_empty());
        text("code") == Some(code.as_str()) && missing
    });
    let status = evidence.http().is_some_and(|http| http.status == Some(403));
    (
        answer(evidence),
        arrived(evidence),
        status && named && evidence.requests().is_empty(),
    )
}

fn carry(evidence: &Evidence<'_>, token: &Secret) -> (String, String, bool) {
    let real = format!("Bearer {}", token.expose());
    let requests = evidence.requests();
    let carried = requests.len() == 1
        && requests
            .iter()
            .all(|request| header(request, "authorization") == Some(real.as_str()));
    let made_up = evidence.world_has(MADE_UP);
    let outside = match (carried, made_up) {
        (true, false) => "the real token".to_owned(),
        (true, true) => "both tokens".to_owned(),
        (false, true) => "the made-up one".to_owned(),
        (false, false) => arrived(evidence),
    };
    let ok = evidence.http().is_some_and(|http| http.status == Some(200)) && carried && !made_up;
    (answer(evidence), outside, ok)
}

fn hide(evidence: &Evidence<'_>) -> (String, String, bool) {
    let [StepResult::Find { places, files }] = evidence.results else {
        return ("no answer".to_owned(), String::new(), false);
    };
    let agent = if places.is_empty() {
        format!("nothing in {files} files")
    } else {
        bottle_core::visible(&places.join(", "))
    };
    (agent, "-".to_owned(), places.is_empty() && *files > 0)
}

fn find_no_way(evidence: &Evidence<'_>) -> (String, String, bool) {
    let quick = evidence.tcp().all(|tcp| {
        tcp.end != TcpEnd::Connected && tcp.end != TcpEnd::TimedOut && tcp.elapsed_ms <= NO_ROUTE_MS
    });
    let silent = evidence.dns().all(|dns| dns.code.is_none());
    let nobody = evidence.seen.connections.is_empty() && !asked(evidence);
    let agent = if evidence.tcp().next().is_some() {
        show_tcp(evidence.tcp())
    } else {
        show_dns(evidence.dns())
    };
    let outside = if nobody {
        NOTHING
    } else {
        "a connection or a query"
    };
    (
        agent,
        outside.to_owned(),
        !evidence.results.is_empty() && quick && silent && nobody,
    )
}

fn find_no_name(evidence: &Evidence<'_>) -> (String, String, bool) {
    let refused = evidence.dns().all(|dns| {
        let said_no = dns.code.as_deref().is_some_and(|code| code != "No Error");
        said_no && dns.answers == 0 && dns.elapsed_ms <= NO_NAME_MS
    });
    let asked = asked(evidence);
    let outside = if asked { "the query" } else { NOTHING };
    (
        show_dns(evidence.dns()),
        outside.to_owned(),
        evidence.dns().next().is_some() && refused && !asked,
    )
}

/// Whether the outside resolver was asked for a name of this trial.
fn asked(evidence: &Evidence<'_>) -> bool {
    evidence
        .seen
        .names
        .iter()
        .any(|name| name.contains(evidence.marker))
}

fn show_table(evidence: &Evidence<'_>, token: &Secret) -> (String, String, bool) {
    let body = evidence
        .http()
        .map(|http| http.body.as_str())
        .unwrap_or_default();
    let whole = [API, AUTH, UPLOAD].iter().all(|host| body.contains(host));
    let bare = !body.contains(token.expose()) && !body.contains(OUTSIDE);
    let status = evidence.http().is_some_and(|http| http.status == Some(200));
    let agent = if whole && bare {
        format!("{}, the table without values", answer(evidence))
    } else {
        answer(evidence)
    };
    let unseen = !evidence
        .seen
        .requests
        .iter()
        .any(|request| request.host.contains("_egress"));
    let outside = if unseen { NOTHING } else { "the request" };
    (agent, outside.to_owned(), status && whole && bare && unseen)
}
