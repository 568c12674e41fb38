//! The way out under load: connections that end, hosts that are slow, clients that do not read.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::client::conn::http2::SendRequest;
use hyper::ext::Protocol;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::http2::{HEADERS, PREFACE, SETTINGS, frame};

use super::support::{
    Alone, Goodbye, LeavingOrigin, MUCH, PATIENCE, Protocols, TestBody, full, http2_client,
    patiently, runtime, slow_client, tunnel,
};

const WINDOW_UPDATE: u8 = 8;

async fn client(alone: &Alone, at: &str) -> SendRequest<TestBody> {
    http2_client(tunnel(alone.egress.address, at, &alone.ca, &[b"h2"]).await).await
}

async fn slow(alone: &Alone, at: &str) -> SendRequest<TestBody> {
    slow_client(tunnel(alone.egress.address, at, &alone.ca, &[b"h2"]).await).await
}

fn get(at: &str, path: &str) -> Request<TestBody> {
    let uri = format!("https://{at}{path}");
    Request::builder().uri(uri).body(full("")).unwrap()
}

/// Leads a name to another port.
fn lead(alone: &Alone, name: &str, port: u16) {
    let (from, to) = (
        format!("{name}: 127.0.0.1"),
        format!("{name}: '127.0.0.1:{port}'"),
    );
    alone.reload(|text| text.replace(&from, &to));
}

/// Waits until it is so.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        sleep(Duration::from_millis(20)).await;
    }
}

/// Tests that open hundreds of connections, one after the other.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static CROWDED: Mutex<()> = Mutex::new(());
    CROWDED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn connections_that_end_after_some_requests_fail_none() {
    for goodbye in [Goodbye::Later, Goodbye::AtOnce] {
        let alone = Alone::start(Protocols::Both);
        let origin = LeavingOrigin::start(&alone.web, 20, goodbye);
        lead(&alone, "two.test", origin.port);
        let at = alone.at("two.test");
        runtime().block_on(patiently(async {
            let client = client(&alone, &at).await;
            let mut asked = FuturesUnordered::new();
            for number in 0..200 {
                let mut client = client.clone();
                asked.push(client.send_request(get(&at, &format!("/{number}"))));
                if asked.len() == 16 {
                    let answer = asked.next().await.unwrap().unwrap();
                    assert_eq!(answer.status(), StatusCode::OK, "{goodbye:?}");
                }
            }
            while let Some(answer) = asked.next().await {
                assert_eq!(answer.unwrap().status(), StatusCode::OK, "{goodbye:?}");
            }
        }));
        assert_eq!(origin.answered(), 200, "none is answered twice");
        assert!(origin.connections() >= 5, "{}", origin.connections());
    }
}

#[test]
fn answers_that_nobody_reads_hold_up_nobody_else() {
    let alone = Alone::start(Protocols::Both);
    let at = alone.at("ok.test");
    runtime().block_on(patiently(async {
        let mut unread = Vec::new();
        for _ in 0..12 {
            let answer = slow(&alone, &at)
                .await
                .send_request(get(&at, "/v1/endless"));
            unread.push(answer.await.unwrap());
        }
        sleep(Duration::from_millis(500)).await;
        let mut client = client(&alone, &at).await;
        let answer = client.send_request(get(&at, "/v1/much")).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body.len(), MUCH);
    }));
}

/// Allows the proxy to send without end, asks so many times for an answer without end, and reads nothing.
async fn greedy(alone: &Alone, at: &str, streams: u32) -> impl Sized {
    let mut stream = tunnel(alone.egress.address, at, &alone.ca, &[b"h2"]).await;
    let most = 0x7fff_ffff_u32.to_be_bytes();
    let window = [&[0, 4], &most[..]].concat();
    let more = (0x7fff_ffff_u32 - 65_535).to_be_bytes();
    let path = b"/v1/endless";
    let (authority_length, path_length) = (
        u8::try_from(at.len()).unwrap(),
        u8::try_from(path.len()).unwrap(),
    );
    // GET, https, and both names as they are.
    let head = [
        &[0x82, 0x87, 0x04, path_length],
        &path[..],
        &[0x01, authority_length],
        at.as_bytes(),
    ]
    .concat();
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &window));
    bytes.extend(frame(WINDOW_UPDATE, 0, 0, &more));
    for number in 0..streams {
        bytes.extend(frame(HEADERS, 0x5, 2 * number + 1, &head));
    }
    stream.write_all(&bytes).await.unwrap();
    stream.flush().await.unwrap();
    stream
}

#[test]
fn answers_that_nobody_reads_cost_little_memory() {
    let alone = Alone::start(Protocols::Both);
    let hosts = ["ok.test", "two.test", "auth.test", "chat.test"].map(|name| alone.at(name));
    let before = alone.egress.peak_memory_kib();
    runtime().block_on(patiently(async {
        let mut unread = Vec::new();
        for at in hosts.iter().chain(&hosts) {
            unread.push(greedy(&alone, at, 100).await);
        }
        until(|| alone.origin.arrived().len() >= 256).await;
        sleep(Duration::from_secs(5)).await;
    }));
    let grown = alone.egress.peak_memory_kib() - before;
    // 256 answers, each with a window of 256 KiB and 32 KiB to be sent, are 72 MiB; the rest is for connections.
    assert!(grown < 100 * 1024, "egress grew by {grown} KiB");
}

#[test]
fn a_slow_host_does_not_take_all_connections() {
    let _alone = one_at_a_time();
    let alone = Alone::start(Protocols::Http1);
    let (slow, other) = (alone.at("ok.test"), alone.at("two.test"));
    runtime().block_on(patiently(async {
        let mut waiting = Vec::new();
        for _ in 0..3 {
            let client = client(&alone, &slow).await;
            for _ in 0..100 {
                let answer = client.clone().send_request(get(&slow, "/v1/never"));
                waiting.push(tokio::spawn(answer));
            }
        }
        until(|| alone.origin.arrived().len() >= 256).await;
        sleep(Duration::from_millis(500)).await;
        assert_eq!(alone.origin.arrived().len(), 256);
        let start = Instant::now();
        let answer = client(&alone, &other)
            .await
            .send_request(get(&other, "/quick"));
        assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
        // Those that found no room are told so, and do not wait for ever.
        until(|| waiting.iter().filter(|each| each.is_finished()).count() == 44).await;
        for answer in waiting.into_iter().filter(JoinHandle::is_finished) {
            let answer = answer.await.unwrap().unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
        }
    }));
}

#[test]
fn a_websocket_takes_its_place_until_it_ends() {
    let _alone = one_at_a_time();
    let alone = Alone::start(Protocols::Both);
    let at = alone.at("chat.test");
    let socket = || {
        Request::builder()
            .method("CONNECT")
            .uri(format!("https://{at}/socket"))
            .extension(Protocol::from_static("websocket"))
            .header("sec-websocket-version", "13")
            .body(full(""))
            .unwrap()
    };
    runtime().block_on(patiently(async {
        let (mut clients, mut sockets) = (Vec::new(), Vec::new());
        for count in [90, 90, 76] {
            let client = client(&alone, &at).await;
            for _ in 0..count {
                sockets.push(tokio::spawn(client.clone().send_request(socket())));
            }
            clients.push(client);
        }
        until(|| alone.origin.arrived().len() >= 256).await;
        // There is no room for these, and they wait for it for a while only.
        for _ in 0..14 {
            sockets.push(tokio::spawn(clients[2].clone().send_request(socket())));
        }
        sleep(Duration::from_millis(500)).await;
        assert_eq!(alone.origin.arrived().len(), 256);
        drop(clients.remove(0));
        for each in sockets.drain(..90) {
            each.abort();
        }
        until(|| alone.origin.arrived().len() == 270).await;
    }));
}

#[test]
fn a_host_that_does_not_answer_fails_all_who_wait_at_the_same_time() {
    let alone = Alone::start(Protocols::Both);
    let full_runtime = runtime();
    let (listener, waiting) = full_runtime.block_on(async {
        // A backlog that is full answers no further connection.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..8 {
            let connect = tokio::net::TcpStream::connect(address);
            waiting.push(tokio::time::timeout(Duration::from_millis(100), connect).await);
        }
        (listener, waiting)
    });
    lead(&alone, "two.test", listener.local_addr().unwrap().port());
    let at = alone.at("two.test");
    runtime().block_on(patiently(async {
        let client = client(&alone, &at).await;
        let start = Instant::now();
        let asked: Vec<_> = (0..5)
            .map(|number| client.clone().send_request(get(&at, &format!("/{number}"))))
            .collect();
        for answer in asked {
            let answer = answer.await.unwrap();
            assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["code"], "upstream.unreachable");
        }
        assert!(start.elapsed() < PATIENCE * 3 / 4, "{:?}", start.elapsed());
    }));
    drop(waiting);
}

#[test]
fn a_request_with_a_body_is_not_sent_twice() {
    let alone = Alone::start(Protocols::Both);
    let origin = LeavingOrigin::start(&alone.web, 1, Goodbye::AtOnce);
    lead(&alone, "two.test", origin.port);
    let at = alone.at("two.test");
    runtime().block_on(patiently(async {
        let client = client(&alone, &at).await;
        let post = |number| {
            let uri = format!("https://{at}/{number}");
            let post = Request::builder().method("POST").uri(uri);
            post.body(full(Bytes::from_static(b"body"))).unwrap()
        };
        let mut answered = 0;
        let asked: Vec<_> = (0..4)
            .map(|number| client.clone().send_request(post(number)))
            .collect();
        for answer in asked {
            answered += usize::from(answer.await.unwrap().status() == StatusCode::OK);
        }
        assert_eq!(
            origin.answered(),
            answered,
            "what was taken is answered once"
        );
    }));
}
