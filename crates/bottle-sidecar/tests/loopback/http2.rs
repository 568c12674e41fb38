//! HTTP/2 and gRPC's way of using it, on egress alone.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::support::{
    ALONE_TOKEN, Alone, Protocols, TestBody, full, http2_client, patiently, runtime, tunnel,
};

const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];

fn request(authority: &str, path: &str) -> http::request::Builder {
    Request::builder().uri(format!("https://{authority}{path}"))
}

/// Sends one request over a fresh HTTP/2 connection to `name`; status, body, trailers.
async fn ask(
    alone: (SocketAddr, &str),
    authority: &str,
    request: Request<TestBody>,
) -> (http::response::Parts, Bytes, Option<http::HeaderMap>) {
    let (proxy, ca) = alone;
    let mut client = http2_client(tunnel(proxy, authority, ca, BOTH).await).await;
    let (parts, body) = client.send_request(request).await.unwrap().into_parts();
    let whole = body.collect().await.unwrap();
    let trailers = whole.trailers().cloned();
    (parts, whole.to_bytes(), trailers)
}

#[test]
fn http2_goes_through_as_http2() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at) = (
        (alone.egress.address, alone.ca.as_str()),
        alone.at("ok.test"),
    );
    runtime().block_on(patiently(async {
        let allowed = request(&at, "/v1/x")
            .header("x-api-key", "mine")
            .body(full(""));
        let (parts, body, _) = ask(proxy, &at, allowed.unwrap()).await;
        assert_eq!((parts.status, &body[..]), (StatusCode::OK, &b"/v1/x\n"[..]));
        let refused = request(&at, "/admin").body(full("")).unwrap();
        let (parts, body, _) = ask(proxy, &at, refused).await;
        assert_eq!(parts.status, StatusCode::FORBIDDEN);
        assert_eq!(parts.headers["content-type"], "application/problem+json");
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["code"], "path.not_allowed");
    }));
    let arrived = alone.origin.only();
    assert_eq!(arrived.version, Version::HTTP_2);
    assert!(!arrived.headers.contains_key("x-api-key"));
    assert_eq!(arrived.uri.authority().unwrap().as_str(), at);
}

#[test]
fn an_origin_without_http2_is_spoken_to_in_http1() {
    let alone = Alone::start(Protocols::Http1);
    let (proxy, at) = (
        (alone.egress.address, alone.ca.as_str()),
        alone.at("auth.test"),
    );
    runtime().block_on(patiently(async {
        let mut client = http2_client(tunnel(proxy.0, &at, proxy.1, BOTH).await).await;
        let mut answers = Vec::new();
        for number in 0..20 {
            let post = request(&at, &format!("/v1/{number}")).method("POST");
            answers.push(client.send_request(post.body(full("body")).unwrap()));
        }
        for answer in answers {
            assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
        }
    }));
    let arrived = alone.origin.arrived();
    assert_eq!(arrived.len(), 20);
    for each in arrived {
        assert_eq!(each.version, Version::HTTP_11);
        assert_eq!(each.headers["host"], at);
        assert_eq!(
            each.headers["authorization"],
            format!("Bearer {ALONE_TOKEN}")
        );
    }
}

#[test]
fn many_streams_share_few_connections() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at) = (
        (alone.egress.address, alone.ca.as_str()),
        alone.at("two.test"),
    );
    runtime().block_on(patiently(async {
        let mut client = http2_client(tunnel(proxy.0, &at, proxy.1, BOTH).await).await;
        let all: Vec<_> = (0..100)
            .map(|number| {
                client.send_request(request(&at, &format!("/{number}")).body(full("")).unwrap())
            })
            .collect();
        for answer in all {
            assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
        }
    }));
    let (arrived, connections) = (alone.origin.arrived().len(), alone.origin.connections());
    assert_eq!(arrived, 100);
    assert!(connections <= 4, "{connections} connections");
}

#[test]
fn grpc_unary_and_streaming_both_ways() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at) = (
        (alone.egress.address, alone.ca.as_str()),
        alone.at("auth.test"),
    );
    runtime().block_on(patiently(async {
        let call = request(&at, "/v1/echo")
            .method("POST")
            .header("te", "trailers");
        let call = call
            .header("content-type", "application/grpc")
            .body(full("unary"))
            .unwrap();
        let (parts, body, trailers) = ask(proxy, &at, call).await;
        assert_eq!((parts.status, &body[..]), (StatusCode::OK, &b"unary"[..]));
        let trailers = trailers.unwrap();
        assert_eq!(trailers["grpc-status"], "0");
        assert!(
            !trailers.contains_key("alt-svc"),
            "trailers are cleaned, too"
        );

        let (sender, mut receiver) = mpsc::channel(1);
        let stream = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
        let call = request(&at, "/v1/echo")
            .method("POST")
            .header("te", "trailers");
        let call = call.body(BodyExt::boxed(StreamBody::new(stream))).unwrap();
        let mut client = http2_client(tunnel(proxy.0, &at, proxy.1, BOTH).await).await;
        let answer = client.send_request(call);
        let mut body = answer.await.unwrap().into_body();
        for number in 0..50 {
            let piece = Bytes::from(format!("piece {number}"));
            sender.send(Ok(Frame::data(piece.clone()))).await.unwrap();
            let back = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!(
                back, piece,
                "each piece comes back before the next one goes"
            );
        }
        drop(sender);
        let last = body.frame().await.unwrap().unwrap();
        assert_eq!(last.trailers_ref().unwrap()["grpc-status"], "0");
    }));
    let te: Vec<_> = alone
        .origin
        .arrived()
        .iter()
        .map(|each| each.headers["te"].clone())
        .collect();
    assert_eq!(te, ["trailers", "trailers"]);
}

#[test]
fn one_connection_is_for_one_authority() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at, other) = (
        alone.egress.address,
        alone.at("ok.test"),
        alone.at("auth.test"),
    );
    runtime().block_on(patiently(async {
        let mut client = http2_client(tunnel(proxy, &at, &alone.ca, BOTH).await).await;
        for wrong in [
            request(&other, "/v1/x"),
            request(&at, "/v1/x").header("host", &other),
        ] {
            let answer = client
                .send_request(wrong.body(full("")).unwrap())
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::FORBIDDEN);
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            assert!(
                String::from_utf8_lossy(&body).contains("authority.mismatch"),
                "{body:?}"
            );
        }
        let mut connect = Request::builder()
            .method("CONNECT")
            .uri(&other)
            .body(full(""))
            .unwrap();
        *connect.version_mut() = Version::HTTP_2;
        let answer = client.send_request(connect).await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let right = request(&at, "/v1/x")
            .header("host", &at)
            .body(full(""))
            .unwrap();
        assert_eq!(
            client.send_request(right).await.unwrap().status(),
            StatusCode::OK
        );
    }));
    assert_eq!(alone.origin.arrived().len(), 1);
}

#[test]
fn a_stream_ends_when_its_route_does() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at) = (alone.egress.address, alone.at("ok.test"));
    runtime().block_on(patiently(async {
        for alpn in [BOTH, &[b"http/1.1"]] {
            let stream = tunnel(proxy, &at, &alone.ca, alpn).await;
            let events = request(&at, "/v1/events").body(full("")).unwrap();
            let mut body = if alpn == BOTH {
                http2_client(stream)
                    .await
                    .send_request(events)
                    .await
                    .unwrap()
                    .into_body()
            } else {
                let events = Request::get("/v1/events")
                    .header("host", &at)
                    .body(full(""));
                let mut client = super::support::http1_client(stream).await;
                client
                    .send_request(events.unwrap())
                    .await
                    .unwrap()
                    .into_body()
            };
            assert!(body.frame().await.unwrap().is_ok());
            // Another change leaves it alone.
            alone.replace_routes(|text| text.replace("two.test, ports", "more.test, ports"));
            tokio::time::sleep(Duration::from_millis(700)).await;
            assert!(body.frame().await.unwrap().is_ok());
            alone.replace_routes(|text| text.replace("host: ok.test", "host: gone.test"));
            let start = Instant::now();
            while let Some(Ok(_)) = body.frame().await {}
            assert!(
                start.elapsed() < Duration::from_millis(1500),
                "{:?}",
                start.elapsed()
            );
            alone.replace_routes(|text| text);
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
    }));
}

#[test]
fn trailers_of_a_request_do_not_travel() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at) = (
        (alone.egress.address, alone.ca.as_str()),
        alone.at("auth.test"),
    );
    runtime().block_on(patiently(async {
        let mut late = http::HeaderMap::new();
        late.insert("authorization", "Bearer late".parse().unwrap());
        let frames = [
            Frame::data(Bytes::from_static(b"abc")),
            Frame::trailers(late),
        ];
        let stream = futures_util::stream::iter(frames.map(Ok));
        let call = request(&at, "/v1/trailers").method("POST");
        let call = call.body(BodyExt::boxed(StreamBody::new(stream))).unwrap();
        let (parts, body, _) = ask(proxy, &at, call).await;
        assert_eq!(
            (parts.status, &body[..]),
            (StatusCode::OK, &b"3 bytes, no trailers"[..])
        );
    }));
}

/// A frame of HTTP/2.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
const GO_AWAY: u8 = 7;
const CONTINUATION: u8 = 9;

/// `:method GET`, `:scheme https`, `:path /`, and the authority as it is.
fn head_block(authority: &str) -> Vec<u8> {
    let length = u8::try_from(authority.len()).unwrap();
    [&[0x82, 0x87, 0x84, 0x41, length], authority.as_bytes()].concat()
}

/// Sends raw frames until the proxy has enough; true when it ended the connection by itself.
async fn flood(
    proxy: SocketAddr,
    at: &str,
    ca: &str,
    frames: impl Iterator<Item = Vec<u8>>,
) -> bool {
    let mut stream = tunnel(proxy, at, ca, BOTH).await;
    stream
        .write_all(&[PREFACE, &frame(SETTINGS, 0, 0, b"")].concat())
        .await
        .unwrap();
    let (mut reading, mut writing) = tokio::io::split(stream);
    let read = async move {
        let mut head = [0; 9];
        while reading.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            if reading.read_exact(&mut payload).await.is_err() || head[3] == GO_AWAY {
                break;
            }
        }
    };
    let write = async move {
        for bytes in frames {
            if writing.write_all(&bytes).await.is_err() {
                break;
            }
        }
        let _ = writing.flush().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
    };
    tokio::select! {
        () = read => true,
        () = write => false,
    }
}

#[test]
fn floods_of_frames_end_the_connection_and_cost_no_memory() {
    let alone = Alone::start(Protocols::Both);
    let (proxy, at, ca) = (alone.egress.address, alone.at("ok.test"), alone.ca.as_str());
    let block = head_block(&at);
    let ended = |name: &str, frames: Box<dyn Iterator<Item = Vec<u8>>>| {
        let ended = runtime().block_on(patiently(flood(proxy, &at, ca, frames)));
        assert!(ended, "{name} was borne");
    };
    let before = alone.egress.peak_memory_kib();
    let reset = block.clone();
    ended(
        "rapid reset",
        Box::new((0..20_000).map(move |number| {
            let stream = 2 * number + 1;
            [
                frame(HEADERS, 0x5, stream, &reset),
                frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]),
            ]
            .concat()
        })),
    );
    let start = frame(HEADERS, 0x1, 1, &block);
    ended(
        "CONTINUATION flood",
        Box::new(
            std::iter::once(start)
                .chain((0..200_000).map(|_| frame(CONTINUATION, 0, 1, &[0x40, 1, b'a', 1, b'b']))),
        ),
    );
    let empty = frame(HEADERS, 0x1, 1, &block);
    ended(
        "empty CONTINUATION flood",
        Box::new(
            std::iter::once(empty).chain((0..200_000).map(|_| frame(CONTINUATION, 0, 1, b""))),
        ),
    );
    let upper = [&block[..], &[0x40, 1, b'A', 1, b'b']].concat();
    ended(
        "malformed streams",
        Box::new((0..20_000).map(move |number| frame(HEADERS, 0x5, 2 * number + 1, &upper))),
    );
    let grown = alone.egress.peak_memory_kib() - before;
    assert!(grown < 8 * 1024, "egress grew by {grown} KiB");
    assert!(alone.origin.arrived().is_empty());
    assert!(
        alone
            .decisions()
            .iter()
            .any(|line| line["code"] == "limit.h2")
    );
}
