//! The WebSocket protocol, over HTTP/1.1 and as a stream of HTTP/2.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::ext::Protocol;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::support::{
    ALONE_TOKEN, Alone, Bottle, Client, PATIENCE, Protocols, TestBody, full, http1_client,
    http2_client, patiently, runtime, tunnel,
};

const AWS_KEY: &str = "AKIAQ3EGRX7J2LMNOPQR";

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

pub(crate) type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

fn handshake(alone: &Alone, name: &str, path: &str) -> http::request::Builder {
    Request::get(path)
        .header("host", alone.at(name))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-extensions", "permessage-deflate")
}

async fn ask1(alone: &Alone, name: &str, request: Request<TestBody>) -> Response<Incoming> {
    let stream = tunnel(
        alone.egress.address,
        &alone.at(name),
        &alone.ca,
        &[b"http/1.1"],
    )
    .await;
    http1_client(stream)
        .await
        .send_request(request)
        .await
        .unwrap()
}

pub(crate) async fn open1(alone: &Alone, name: &str) -> Socket {
    let request = handshake(alone, name, "/socket").header("sec-websocket-key", KEY);
    let mut response = ask1(alone, name, request.body(full("")).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(
        response.headers()["sec-websocket-accept"],
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    );
    assert!(!response.headers().contains_key("sec-websocket-extensions"));
    socket(hyper::upgrade::on(&mut response).await.unwrap()).await
}

async fn open2(alone: &Alone, name: &str) -> Socket {
    let at = alone.at(name);
    let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"h2"]).await;
    let mut client = http2_client(stream).await;
    let request = Request::builder()
        .method("CONNECT")
        .uri(format!("https://{at}/socket"))
        .extension(Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13");
    let mut response = client
        .send_request(request.body(full("")).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    socket(hyper::upgrade::on(&mut response).await.unwrap()).await
}

async fn socket(upgraded: hyper::upgrade::Upgraded) -> Socket {
    let settings = WebSocketConfig::default();
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Client, Some(settings)).await
}

async fn echo(socket: &mut Socket, message: Message) {
    socket.send(message.clone()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), message);
}

async fn goodbye(socket: &mut Socket) -> Option<CloseFrame> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(frame))) => return frame,
            Some(Ok(_)) => {}
            Some(Err(Error::ConnectionClosed)) | None => return None,
            Some(Err(error)) => panic!("{error}"),
        }
    }
}

#[test]
fn messages_pass_over_both_versions() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let sockets = [
            open1(&alone, "chat.test").await,
            open2(&alone, "chat.test").await,
        ];
        for mut socket in sockets {
            echo(&mut socket, Message::text("hello")).await;
            echo(&mut socket, Message::binary(vec![7; 4 * 1024 * 1024])).await;
            echo(&mut socket, Message::text("")).await;
            socket.send(Message::Ping("?".into())).await.unwrap();
            assert!(matches!(socket.next().await, Some(Ok(Message::Pong(_)))));
            socket.close(None).await.unwrap();
            assert_eq!(goodbye(&mut socket).await, None);
        }
    }));
    for arrived in alone.origin.arrived() {
        assert!(!arrived.headers.contains_key("sec-websocket-extensions"));
        assert_ne!(
            arrived.headers["sec-websocket-key"], KEY,
            "the key is our own"
        );
    }
    let start = Instant::now();
    let logged = || {
        let lines = alone.decisions();
        let whole =
            |line: &&serde_json::Value| line["bytes_in"].as_u64() >= Some(4 * 1024 * 1024 + 5);
        lines.iter().filter(whole).count()
    };
    while logged() < 2 {
        assert!(start.elapsed() < PATIENCE, "{:#?}", alone.decisions());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn only_a_granted_and_proper_handshake_is_passed_on() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let ask = async |name: &str, path: &str, key: &str| {
            let request = handshake(&alone, name, path).header("sec-websocket-key", key);
            let response = ask1(&alone, name, request.body(full("")).unwrap()).await;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            (
                status,
                problem["code"].as_str().unwrap_or_default().to_owned(),
            )
        };
        assert_eq!(
            ask("ok.test", "/v1/socket", KEY).await,
            (426, "ws.not_allowed".into())
        );
        assert_eq!(
            ask("chat.test", "/socket", "short").await,
            (400, "ws.bad_handshake".into())
        );
        assert!(alone.origin.arrived().is_empty());
        assert_eq!(
            ask("chat.test", "/socket/wrong", KEY).await,
            (502, "upstream.malformed".into())
        );
        // An origin that has no WebSocket there answers as to any request, and the connection goes on.
        let stream = tunnel(
            alone.egress.address,
            &alone.at("chat.test"),
            &alone.ca,
            &[b"http/1.1"],
        )
        .await;
        let mut client = http1_client(stream).await;
        for _ in 0..2 {
            let request = handshake(&alone, "chat.test", "/page").header("sec-websocket-key", KEY);
            client.ready().await.unwrap();
            let response = client
                .send_request(request.body(full("")).unwrap())
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(
                response.into_body().collect().await.unwrap().to_bytes(),
                "/page\n"
            );
        }
    }));
}

#[test]
fn the_credential_is_put_on_the_handshake() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        echo(&mut open1(&alone, "auth.test").await, Message::text("x")).await;
    }));
    let arrived = alone.origin.only();
    assert_eq!(
        arrived.headers["authorization"],
        format!("Bearer {ALONE_TOKEN}")
    );
}

#[test]
fn a_revoked_route_closes_its_sockets_within_a_second() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let mut sockets = [
            open1(&alone, "chat.test").await,
            open2(&alone, "chat.test").await,
        ];
        alone.replace_routes(|text| text.replace("host: chat.test", "host: gone.test"));
        let start = Instant::now();
        for socket in &mut sockets {
            let frame = goodbye(socket).await.unwrap();
            assert_eq!(
                (u16::from(frame.code), frame.reason.as_str()),
                (1008, "policy.revoked")
            );
        }
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{:?}",
            start.elapsed()
        );
    }));
}

/// A masked frame of a client.
fn frame(last: bool, opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let length = u8::try_from(payload.len()).unwrap();
    let head = [u8::from(last) << 7 | opcode, 0x80 | length];
    let masked = payload.iter().zip(mask.iter().cycle());
    let masked: Vec<u8> = masked.map(|(byte, mask)| byte ^ mask).collect();
    [&head[..], &mask, &masked].concat()
}

/// A WebSocket of which the frames are ours to write.
fn raw_socket(bottle: &Bottle, name: &str) -> Client {
    let lines = format!(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
    );
    let mut socket = bottle.tunnel(name);
    socket.send(bottle.request(("GET", "/socket"), name, &lines, ""));
    assert!(socket.head().starts_with("HTTP/1.1 101"));
    socket
}

#[test]
fn what_a_route_allows_passes_in_its_messages_and_nothing_else() {
    let bottle = Bottle::start();
    let text = 1;
    for name in ["lenient.test", "open.test"] {
        raw_socket(&bottle, name).send(frame(true, text, AWS_KEY.as_bytes()));
        bottle.origin.socket_saw(AWS_KEY.as_bytes());
        bottle.forget();
    }
    let token = ["glp", "at-q7Rk2VdXs9TfYb3HnJc6"].concat();
    raw_socket(&bottle, "open.test").send(frame(true, text, token.as_bytes()));
    bottle.origin.socket_saw(token.as_bytes());
    let mut socket = raw_socket(&bottle, "lenient.test");
    socket.send(frame(true, text, token.as_bytes()));
    while !socket.is_closed() {
        socket.some();
    }
    bottle.decision(|line| line["service"] == "pipelock" && line["rule"] == "gitlab-token");
}

#[test]
fn a_secret_in_a_message_ends_the_socket() {
    let bottle = Bottle::start();
    let secret = AWS_KEY.as_bytes();
    let (text, binary, more) = (1, 2, 0);
    let pieces: Vec<Vec<u8>> = secret
        .chunks(4)
        .enumerate()
        .map(|(number, piece)| frame(number == 4, if number == 0 { text } else { more }, piece))
        .collect();
    for secret in [
        frame(true, text, secret),
        frame(true, binary, secret),
        pieces.concat(),
    ] {
        let mut socket = raw_socket(&bottle, "chat.test");
        socket.send(frame(true, text, b"words"));
        bottle.origin.socket_saw(b"words");
        socket.send(secret);
        let mut last = Vec::new();
        while !socket.is_closed() {
            last.extend(socket.some());
        }
        let policy = 1008_u16.to_be_bytes();
        assert!(last.windows(2).any(|pair| pair == policy), "{last:?}");
    }
    bottle.decision(|line| line["service"] == "pipelock" && line["code"] == "dlp.secret");
    assert!(
        !bottle
            .origin
            .socket_bytes()
            .windows(4)
            .any(|bytes| bytes == b"AKIA")
    );
}
