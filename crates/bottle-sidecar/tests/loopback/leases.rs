//! What an operator granted while egress runs: it ends by time, by use and by being taken back, and with it what is
//! under way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures_util::StreamExt;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use rustix::process::Signal;
use tokio_tungstenite::tungstenite::Message;

use super::support::{
    Alone, Answer, Client, PATIENCE, Process, Protocols, full, http1_client, http2_client,
    patiently, runtime, trusting, tunnel,
};
use super::websocket::open1;

/// How much later than its end a grant may be seen to end here, where other tests run, too.
const LATE: Duration = Duration::from_secs(3);

fn seconds_from_now(seconds: u64) -> u64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    now.as_secs() + seconds
}

/// How long until such a moment.
fn left(until: u64) -> Duration {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Duration::from_secs(until).saturating_sub(now)
}

/// `two.test` and `chat.test` have no routes of their own; these grants stand beside the other routes.
fn granting(port: u16, grants: &[(&str, &str, &str)]) -> impl FnOnce(String) -> String {
    let list: Vec<String> = grants
        .iter()
        .map(|(id, lease, host)| {
            let route =
                format!("{{host: {host}, ports: [{port}], path_allowlist: [], methods: [], websocket: true}}");
            format!("- {{id: {id}, lease: {{{lease}}}, route: {route}}}")
        })
        .collect();
    let list = if list.is_empty() {
        String::new()
    } else {
        format!("grants:\n{}\n", list.join("\n"))
    };
    move |text| {
        let routes: Vec<&str> = text
            .lines()
            .filter(|line| !line.contains("host: two.test") && !line.contains("host: chat.test"))
            .collect();
        (routes.join("\n") + "\n").replace("upstream:", &format!("{list}upstream:"))
    }
}

fn granted(grants: &[(&str, &str, &str)]) -> Alone {
    let alone = Alone::start(Protocols::Both);
    alone.reload(granting(alone.origin.port, grants));
    alone
}

fn connected(alone: &Alone, name: &str) -> Client {
    let client = Client::connect(alone.egress.address, &alone.at(name));
    let tls = trusting(&alone.ca, &[b"http/1.1"]);
    client.tls(name, tls, usize::MAX).unwrap()
}

fn ask(client: &mut Client, alone: &Alone, name: &str, target: &str) -> Answer {
    let at = alone.at(name);
    client.ask(format!("GET {target} HTTP/1.1\r\nHost: {at}\r\n\r\n"))
}

fn get(alone: &Alone, name: &str, target: &str) -> Answer {
    ask(&mut connected(alone, name), alone, name, target)
}

fn allowlist(alone: &Alone) -> Vec<serde_json::Value> {
    let mut local = Client::plain(alone.egress.address);
    let page =
        local.ask("GET http://_egress.local/allowlist HTTP/1.1\r\nHost: _egress.local\r\n\r\n");
    page.json().as_array().unwrap().clone()
}

/// What the page says of one grant.
fn shown(alone: &Alone, id: &str) -> serde_json::Value {
    let mut items = allowlist(alone).into_iter();
    items.find(|item| item["grant"] == id).unwrap()
}

#[test]
fn exactly_as_many_pass_as_were_granted() {
    let alone = granted(&[("threeuses1", "uses: 3", "two.test")]);
    let at = alone.at("two.test");
    let statuses = runtime().block_on(patiently(async {
        let mut answers = Vec::new();
        for _ in 0..4 {
            let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"h2"]).await;
            let mut client = http2_client(stream).await;
            for number in 0..25 {
                let request = Request::get(format!("https://{at}/v1/{number}"));
                answers.push(client.send_request(request.body(full("")).unwrap()));
            }
        }
        join_all(answers).await
    }));
    let statuses = statuses.into_iter().map(|answer| answer.unwrap().status());
    let (passed, refused): (Vec<_>, Vec<_>) =
        statuses.partition(|status| *status == StatusCode::OK);
    assert_eq!((passed.len(), refused.len()), (3, 97));
    assert!(
        refused
            .iter()
            .all(|status| *status == StatusCode::FORBIDDEN)
    );
    assert_eq!(alone.origin.arrived().len(), 3, "what the outside saw");
    get(&alone, "two.test", "/").refused(403, "lease.exhausted");
    assert_eq!(get(&alone, "ok.test", "/v1/x").status, 200);
    let page = shown(&alone, "threeuses1");
    assert_eq!(
        (&page["ended"], &page["lease"]["uses_left"]),
        (&"exhausted".into(), &0.into())
    );
    let lines = alone.decisions();
    let by_grant = lines
        .iter()
        .filter(|line| line["rule"] == "grant threeuses1");
    assert_eq!(
        by_grant.filter(|line| line["verdict"] == "allow").count(),
        3
    );
}

#[test]
fn a_service_that_starts_anew_gives_no_uses() {
    let mut alone = granted(&[
        ("threeuses1", "uses: 3", "two.test"),
        ("endless123", "", "chat.test"),
    ]);
    assert_eq!(get(&alone, "two.test", "/").status, 200);
    alone.egress.stop();
    alone.egress = Process::alone(alone.folder.path(), "egress");
    get(&alone, "two.test", "/").refused(403, "lease.exhausted");
    assert_eq!(get(&alone, "chat.test", "/").status, 200);
    // Nor does it when the file is read again.
    let again = [
        ("threeuses1", "uses: 3", "two.test"),
        ("newoneuse1", "uses: 1", "chat.test"),
    ];
    alone.reload(granting(alone.origin.port, &again));
    get(&alone, "two.test", "/").refused(403, "lease.exhausted");
    assert_eq!(get(&alone, "chat.test", "/").status, 200);
    get(&alone, "chat.test", "/").refused(403, "lease.exhausted");
}

#[test]
fn what_is_refused_costs_no_use() {
    let alone = Alone::start(Protocols::Both);
    let port = alone.origin.port;
    let with_credential = move |text: String| {
        let text = granting(port, &[("threeuses1", "uses: 1", "two.test")])(text);
        let route = format!(
            "{{host: chat.test, ports: [{port}], path_allowlist: [], methods: [], auth: {{scheme: Bearer, slot: EGRESS_TOKEN_7}}}}"
        );
        let further =
            format!("- {{id: withslot12, lease: {{uses: 1}}, route: {route}}}\nupstream:");
        text.replace("upstream:", &further)
    };
    alone.reload(with_credential);
    get(&alone, "chat.test", "/").refused(403, "cred.missing");
    assert_eq!(shown(&alone, "withslot12")["lease"]["uses_left"], 1);
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let at = alone.at("two.test");
    let answer =
        connected(&alone, "two.test").ask(format!("GET / HTTP/1.1\r\nHost: {at}\r\n{upgrade}\r\n"));
    answer.refused(400, "ws.bad_handshake");
    assert_eq!(shown(&alone, "threeuses1")["lease"]["uses_left"], 1);
    assert_eq!(alone.origin.arrived().len(), 0);
    let answer = connected(&alone, "two.test").ask(format!(
        "HEAD / HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n"
    ));
    assert_eq!(answer.status, 200);
    get(&alone, "two.test", "/").refused(403, "lease.exhausted");
}

/// An endless answer: its beginning has arrived.
async fn events(alone: &Alone, name: &str) -> Incoming {
    let at = alone.at(name);
    let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"http/1.1"]).await;
    let request = Request::get("/v1/events").header("host", &at);
    let mut client = http1_client(stream).await;
    let answer = client.send_request(request.body(full("")).unwrap()).await;
    let mut body = answer.unwrap().into_body();
    assert!(body.frame().await.unwrap().is_ok());
    body
}

/// Opens a WebSocket and two endless answers, one of them by a route, and says when those by grants were ended.
async fn open_until_cut(alone: &Alone, cut: impl FnOnce()) -> Instant {
    let mut socket = open1(alone, "chat.test").await;
    let (mut granted, mut other) = (
        events(alone, "two.test").await,
        events(alone, "ok.test").await,
    );
    cut();
    while let Some(Ok(_)) = granted.frame().await {}
    let goodbye = loop {
        match socket.next().await {
            Some(Ok(Message::Close(frame))) => break frame.unwrap(),
            Some(Ok(_)) => {}
            end => panic!("no goodbye but {end:?}"),
        }
    };
    let ended = Instant::now();
    assert_eq!(goodbye.reason.as_str(), "policy.revoked");
    for _ in 0..5 {
        assert!(
            other.frame().await.unwrap().is_ok(),
            "the route still allows it"
        );
    }
    ended
}

#[test]
fn the_end_of_a_grant_ends_what_it_allowed() {
    let until = seconds_from_now(8);
    let lease = format!("until: {until}");
    let alone = granted(&[
        ("timedgrant", &lease, "two.test"),
        ("timedtwo12", &lease, "chat.test"),
    ]);
    let mut kept_alive = connected(&alone, "two.test");
    assert_eq!(ask(&mut kept_alive, &alone, "two.test", "/").status, 200);
    let end = Instant::now() + left(until);
    let ended = runtime().block_on(patiently(open_until_cut(&alone, || {})));
    assert!(
        ended + Duration::from_millis(50) >= end,
        "too early: {:?}",
        end - ended
    );
    assert!(ended < end + LATE, "{:?} late", ended - end);
    let answer = ask(&mut kept_alive, &alone, "two.test", "/");
    answer.refused(403, "lease.expired");
    get(&alone, "chat.test", "/").refused(403, "lease.expired");
    assert_eq!(shown(&alone, "timedgrant")["ended"], "expired");
    assert_eq!(get(&alone, "ok.test", "/v1/x").status, 200);
    let line = alone.decision("/socket");
    assert_eq!(line["code"], "policy.revoked");
}

#[test]
fn taking_a_grant_back_ends_what_it_allowed() {
    let alone = granted(&[
        ("endless123", "", "two.test"),
        ("endless456", "uses: 1", "chat.test"),
    ]);
    let port = alone.origin.port;
    runtime().block_on(patiently(async {
        let began = Instant::now();
        let cut = || alone.replace_routes(granting(port, &[]));
        let ended = open_until_cut(&alone, cut).await;
        assert!(ended < began + PATIENCE);
    }));
    get(&alone, "two.test", "/").refused(403, "host.not_allowed");
    get(&alone, "chat.test", "/").refused(403, "host.not_allowed");
    // Who is put back goes on where he was.
    alone.reload(granting(port, &[("endless456", "uses: 1", "chat.test")]));
    get(&alone, "chat.test", "/").refused(403, "lease.exhausted");
}

/// One use is enough for a WebSocket, however often the rules are read while it is open.
#[test]
fn what_is_under_way_takes_no_second_use() {
    let alone = granted(&[("oneuse1234", "uses: 1", "chat.test")]);
    runtime().block_on(patiently(async {
        let mut socket = open1(&alone, "chat.test").await;
        for number in 0..3 {
            let more = [
                ("oneuse1234", "uses: 1", "chat.test"),
                ("another123", "", "two.test"),
            ];
            let grants = if number % 2 == 0 {
                &more[..]
            } else {
                &more[..1]
            };
            alone.reload(granting(alone.origin.port, grants));
            let message = Message::text("still there");
            futures_util::SinkExt::send(&mut socket, message.clone())
                .await
                .unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), message);
        }
    }));
    get(&alone, "chat.test", "/").refused(403, "lease.exhausted");
}

#[test]
fn a_storm_of_reloads_changes_no_count_and_costs_no_memory() {
    const SIGNALS: usize = 2000;
    let alone = granted(&[("fiveuses12", "uses: 5", "two.test")]);
    assert_eq!(get(&alone, "ok.test", "/v1/warm").status, 200);
    let before = alone.egress.peak_memory_kib();
    let done = AtomicBool::new(false);
    let passed: usize = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut passed = 0;
                    while !done.load(Ordering::SeqCst) {
                        let mut client = connected(&alone, "two.test");
                        for _ in 0..10 {
                            let answer = ask(&mut client, &alone, "two.test", "/");
                            passed += usize::from(answer.status == 200);
                        }
                    }
                    passed
                })
            })
            .collect();
        for _ in 0..SIGNALS {
            alone.egress.signal(Signal::HUP);
            std::thread::sleep(Duration::from_millis(1));
        }
        done.store(true, Ordering::SeqCst);
        askers.into_iter().map(|asker| asker.join().unwrap()).sum()
    });
    assert_eq!(passed, 5);
    assert_eq!(get(&alone, "ok.test", "/v1/x").status, 200);
    let grown = alone.egress.peak_memory_kib() - before;
    assert!(grown < 16 * 1024, "egress grew by {grown} KiB");
    let lines = alone.decisions();
    let reloads = lines.iter().filter(|line| line["event"] == "reload");
    let (good, bad): (Vec<_>, Vec<_>) = reloads.partition(|line| line["ok"] == true);
    assert!(bad.is_empty() && good.len() <= SIGNALS + 1, "{bad:?}");
}
