//! A value that an upstream sends back does not reach the agent; an agent's own key does not reach the upstream.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::Request;
use http::response::Parts;
use http_body_util::{BodyExt, Collected};
use hyper::body::Frame;
use hyper::ext::ReasonPhrase;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::support::{
    ALONE_TOKEN, Alone, BOMB, Client, Protocols, full, http1_client, http2_client, patiently,
    receiving, runtime, trusting, tunnel,
};
use super::websocket::open1;

/// What the agent gets to see of `path`: status, header fields and body as one text.
async fn seen(alone: &Alone, path: &str, alpn: &[&[u8]]) -> (u16, String) {
    let at = alone.at("auth.test");
    let stream = tunnel(alone.egress.address, &at, &alone.ca, alpn).await;
    let response = if alpn == [b"h2"] {
        let request = Request::get(format!("https://{at}{path}"))
            .body(full(""))
            .unwrap();
        http2_client(stream)
            .await
            .send_request(request)
            .await
            .unwrap()
    } else {
        let request = Request::get(path)
            .header("host", &at)
            .header("accept-encoding", "gzip");
        http1_client(stream)
            .await
            .send_request(request.body(full("")).unwrap())
            .await
            .unwrap()
    };
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let text = format!("{:?}\n{}", parts.headers, String::from_utf8_lossy(&body));
    (parts.status.as_u16(), text)
}

#[test]
fn an_echoed_credential_is_covered() {
    let alone = Alone::start(Protocols::Both);
    let covered = format!("before {} after", "*".repeat(ALONE_TOKEN.len()));
    let covered = covered.replace("before ", "before Bearer ");
    let http1: &[&[u8]] = &[b"http/1.1"];
    runtime().block_on(patiently(async {
        for alpn in [http1, &[b"h2"]] {
            for path in ["/v1/mirror", "/v1/mirror/gzip"] {
                let (status, text) = seen(&alone, path, alpn).await;
                assert_eq!(status, 200);
                assert!(
                    text.contains("x-echo") && text.contains(&covered),
                    "{path}: {text}"
                );
                assert!(!text.contains(ALONE_TOKEN), "{path}: {text}");
            }
            let (status, text) = seen(&alone, "/v1/mirror/br", alpn).await;
            assert!(
                status == 502 && text.contains("upstream.unreadable"),
                "{status} {text}"
            );
            assert!(!text.contains(ALONE_TOKEN));
        }
        let mut socket = open1(&alone, "auth.test").await;
        socket
            .send(Message::text(format!("<{ALONE_TOKEN}>")))
            .await
            .unwrap();
        let back = socket.next().await.unwrap().unwrap();
        assert_eq!(
            back,
            Message::text(format!("<{}>", "*".repeat(ALONE_TOKEN.len())))
        );
    }));
    for arrived in alone.origin.arrived() {
        assert_eq!(
            arrived.headers["authorization"],
            format!("Bearer {ALONE_TOKEN}")
        );
        if !arrived.headers.contains_key("upgrade") {
            assert_eq!(arrived.headers["accept-encoding"], "identity");
        }
    }
    assert!(!alone.egress.output("out").contains(ALONE_TOKEN));
    assert!(!alone.egress.output("err").contains(ALONE_TOKEN));
}

#[test]
fn a_new_value_is_used_and_covered_from_the_next_request_on() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        for token in ["rotated-value-number-1", "rotated-value-number-2"] {
            alone.put_secret(token);
            let (_, text) = seen(&alone, "/v1/mirror", &[b"h2"]).await;
            assert!(
                text.contains(&"*".repeat(token.len())) && !text.contains(token),
                "{text}"
            );
            let last = alone.origin.arrived().pop().unwrap();
            assert_eq!(last.headers["authorization"], format!("Bearer {token}"));
        }
    }));
}

/// An answer to `GET path` from `auth.test`, its body read to its end or to its failure.
async fn ask(
    alone: &Alone,
    path: &str,
    lines: &[(&str, &str)],
) -> (Parts, Option<Collected<Bytes>>) {
    let at = alone.at("auth.test");
    let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"http/1.1"]).await;
    let mut request = Request::get(path).header("host", &at);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let request = request.body(full("")).unwrap();
    let response = http1_client(stream).await.send_request(request).await;
    let (parts, body) = response.unwrap().into_parts();
    (parts, body.collect().await.ok())
}

fn text(body: Option<Collected<Bytes>>) -> String {
    String::from_utf8(body.unwrap().to_bytes().to_vec()).unwrap()
}

#[test]
fn a_reason_phrase_does_not_travel() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let (parts, _) = ask(&alone, "/v1/mirror/reason", &[]).await;
        assert_eq!(parts.status, 200);
        assert!(parts.extensions.get::<ReasonPhrase>().is_none());
    }));
}

#[test]
fn every_spelling_of_an_echo_is_covered() {
    let alone = Alone::start(Protocols::Both);
    alone.put_secret("sk-abc/def+ghi=jkl&mno");
    runtime().block_on(patiently(async {
        let (_, body) = ask(&alone, "/v1/mirror/spellings", &[]).await;
        let text = text(body);
        assert_eq!(text.lines().count(), 12, "{text}");
        for line in text.lines() {
            let open: String = line.chars().filter(|letter| *letter != '*').collect();
            // Digits of base64 that are shared with what stands beside the value.
            assert!(
                open.len() <= 24 && line.contains("***************"),
                "{line}"
            );
            for shown in ["abc", "def", "ghi", "jkl", "mno"] {
                assert!(!line.contains(shown), "{line}");
            }
        }
    }));
}

#[test]
fn a_basic_credential_is_covered_as_a_whole_and_in_half() {
    let alone = Alone::start(Protocols::Both);
    alone.put_secret("deploy-user:correct-horse-battery");
    alone.replace_routes(|text| text.replace("scheme: Bearer", "scheme: basic"));
    let whole = STANDARD.encode("deploy-user:correct-horse-battery");
    runtime().block_on(patiently(async {
        let mut last = String::new();
        // The rules are read again in a moment.
        while !last.starts_with("before Basic") {
            last = text(ask(&alone, "/v1/mirror", &[]).await.1);
        }
        assert!(
            last.contains(&"*".repeat(whole.len() - 3)) && !last.contains(&whole[..4]),
            "{last}"
        );
        let (_, body) = ask(&alone, "/v1/mirror/password", &[]).await;
        assert_eq!(
            text(body),
            format!("for deploy-user it is {}.", "*".repeat(21))
        );
    }));
}

#[test]
fn what_is_cut_off_is_covered() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let (_, body) = ask(&alone, "/v1/mirror/cut", &[]).await;
        assert_eq!(
            text(body),
            format!("before {}", "*".repeat(ALONE_TOKEN.len() - 1))
        );
        let (parts, body) = ask(&alone, "/v1/mirror/part", &[]).await;
        assert_eq!(parts.status, 206);
        let (end, beginning) = ("*".repeat(ALONE_TOKEN.len() - 5), "*".repeat(10));
        assert_eq!(text(body), format!("{end} and {beginning}"));
    }));
}

#[test]
fn short_parts_are_not_asked_for() {
    let alone = Alone::start(Protocols::Both);
    let ranges = [
        "bytes=0-5",
        "bytes=-5",
        "bytes=0-9000,100-104",
        "bytes=5000-",
        "bytes=0-9000",
    ];
    runtime().block_on(patiently(async {
        for range in ranges {
            ask(&alone, "/v1/file", &[("range", range)]).await;
        }
    }));
    let arrived = alone.origin.arrived();
    let asked = arrived.iter().map(|each| {
        each.headers
            .get("range")
            .map(|range| range.to_str().unwrap())
    });
    let asked: Vec<_> = asked.collect();
    assert_eq!(
        asked,
        [None, None, None, Some("bytes=5000-"), Some("bytes=0-9000")]
    );
}

#[test]
fn a_message_that_ends_like_a_value_begins_is_not_held_back() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let at = alone.at("auth.test");
        let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"h2"]).await;
        let (sender, receiver) = mpsc::channel(1);
        let request = Request::post(format!("https://{at}/v1/echo"));
        let request = request.body(receiving(receiver)).unwrap();
        let response = http2_client(stream).await.send_request(request).await;
        let mut body = response.unwrap().into_body();
        let mut back = async |piece: &str| {
            let frame = Frame::data(Bytes::copy_from_slice(piece.as_bytes()));
            sender.send(Ok(frame)).await.unwrap();
            let mut seen = Vec::new();
            while seen.len() < piece.len() {
                let frame = body.frame().await.unwrap().unwrap();
                seen.extend_from_slice(&frame.into_data().unwrap());
            }
            String::from_utf8(seen).unwrap()
        };
        for piece in ["a message ends", "with s", "se", "sen"] {
            assert_eq!(back(piece).await, piece);
        }
        let rest = &ALONE_TOKEN[3..];
        assert_eq!(back(rest).await, "*".repeat(rest.len()));
    }));
}

#[test]
fn a_socket_covers_what_it_was_opened_with_and_what_came_later() {
    let alone = Alone::start(Protocols::Both);
    let later = format!("{ALONE_TOKEN}-and-more");
    runtime().block_on(patiently(async {
        let mut socket = open1(&alone, "auth.test").await;
        for token in ["another-value-1", &later, "another-value-2"] {
            alone.put_secret(token);
            for value in [ALONE_TOKEN, token] {
                socket
                    .send(Message::text(format!("<{value}>")))
                    .await
                    .unwrap();
                let back = socket.next().await.unwrap().unwrap();
                assert_eq!(
                    back,
                    Message::text(format!("<{}>", "*".repeat(value.len())))
                );
            }
        }
    }));
}

#[test]
fn announced_trailers_travel_over_http1() {
    let alone = Alone::start(Protocols::Http1);
    runtime().block_on(patiently(async {
        let (parts, body) = ask(&alone, "/v1/mirror/trailers", &[("te", "trailers")]).await;
        assert_eq!(parts.headers["trailer"], "x-sum, x-echo");
        let body = body.unwrap();
        let trailers = body.trailers().unwrap().clone();
        assert_eq!(trailers["x-sum"], "1");
        assert_eq!(
            trailers["x-echo"],
            format!("Bearer {}", "*".repeat(ALONE_TOKEN.len()))
        );
        assert_eq!(trailers.len(), 2, "{trailers:?}");
        assert_eq!(body.to_bytes(), "body");
    }));
}

#[test]
fn an_origin_cannot_speak_for_the_inner_proxy() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        let (parts, _) = ask(&alone, "/v1/denial", &[]).await;
        assert!(!parts.headers.contains_key("bottle-denial"));
        assert!(!parts.headers.contains_key("bottle-injection"));
    }));
    let line = alone.decision("/v1/denial");
    assert_eq!(
        (line["verdict"].as_str(), line["host"].as_str()),
        (Some("allow"), Some("auth.test"))
    );
    assert!(line["code"].is_null() && line["injection"].is_null());
}

#[test]
fn what_is_packed_tightly_passes_at_flat_memory() {
    let alone = Alone::start(Protocols::Both);
    runtime().block_on(patiently(async {
        ask(&alone, "/v1/mirror/gzip", &[]).await;
        let before = alone.egress.peak_memory_kib();
        let at = alone.at("auth.test");
        let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"http/1.1"]).await;
        let request = Request::get("/v1/bomb")
            .header("host", &at)
            .body(full(""))
            .unwrap();
        let response = http1_client(stream).await.send_request(request).await;
        let (mut body, mut length) = (response.unwrap().into_body(), 0);
        while let Some(frame) = body.frame().await {
            length += frame.unwrap().into_data().unwrap().len();
        }
        assert_eq!(length, BOMB);
        let growth = alone.egress.peak_memory_kib() - before;
        assert!(growth < 12 * 1024, "{growth} KiB");
        for path in ["/v1/bomb/cut", "/v1/bomb/garbage"] {
            let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"http/1.1"]).await;
            let request = Request::get(path)
                .header("host", &at)
                .body(full(""))
                .unwrap();
            // It may break off before its head was written.
            if let Ok(response) = http1_client(stream).await.send_request(request).await {
                assert!(response.into_body().collect().await.is_err(), "{path}");
            }
        }
        // The service goes on.
        assert_eq!(ask(&alone, "/v1/mirror", &[]).await.0.status, 200);
    }));
}

#[test]
fn the_agents_own_key_is_noticed() {
    let alone = Alone::start(Protocols::Both);
    let mut client = {
        let connected = Client::connect(alone.egress.address, &alone.at("auth.test"));
        let tls = trusting(&alone.ca, &[b"http/1.1"]);
        connected.tls("auth.test", tls, usize::MAX).unwrap()
    };
    let mut ask = |target: &str, lines: &str| {
        let host = alone.at("auth.test");
        client.ask(format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n"
        ))
    };
    ask("/v1/x?api_key=mine", "").refused(403, "cred.foreign");
    ask("/v1/x?a=1&%4bEY=mine", "").refused(403, "cred.foreign");
    assert!(alone.origin.arrived().is_empty());
    let placeholder = "X-Api-Key: placeholder-the-proxy-brings-the-real-one\r\n";
    assert_eq!(ask("/v1/placeholder", placeholder).status, 200);
    assert_eq!(
        ask(
            "/v1/own?keyword=x",
            "X-Api-Key: mine\r\nCookie: session=mine\r\n"
        )
        .status,
        200
    );
    for arrived in alone.origin.arrived() {
        assert!(
            !arrived.headers.contains_key("x-api-key") && !arrived.headers.contains_key("cookie")
        );
    }
    drop(client);
    let foreign = |path: &str| alone.decision(path)["foreign_credentials"].clone();
    assert!(foreign("/v1/placeholder").is_null());
    assert_eq!(foreign("/v1/own"), json!(["x-api-key", "cookie"]));
}

#[test]
fn every_place_for_a_key_is_known() {
    let alone = Alone::start(Protocols::Both);
    let lines = [
        ("ocp-apim-subscription-key", "mine"),
        ("x_vault_token", "mine"),
        ("dd-api-key", "mine"),
        ("private_token", "mine"),
        ("x-trace", "1"),
        (
            "sec-websocket-protocol",
            "realtime, openai-insecure-api-key.mine",
        ),
    ];
    runtime().block_on(patiently(async {
        ask(&alone, "/v1/own", &lines).await;
        for target in [
            "/v1/x?key[]=mine",
            "/v1/x?%20key=mine",
            "/v1/x?X-Amz-Signature=mine",
        ] {
            assert_eq!(ask(&alone, target, &[]).await.0.status, 403, "{target}");
        }
    }));
    let arrived = alone.origin.only();
    assert_eq!(arrived.headers["sec-websocket-protocol"], "realtime");
    assert_eq!(arrived.headers["x-trace"], "1");
    let has_own = arrived
        .headers
        .values()
        .any(|value| value.to_str().unwrap().contains("mine"));
    assert!(!has_own, "{:?}", arrived.headers);
    let noted = alone.decision("/v1/own")["foreign_credentials"].clone();
    assert_eq!(noted.as_array().unwrap().len(), 5, "{noted}");
}

#[test]
fn without_a_credential_of_ours_the_agents_is_passed_on_and_noticed() {
    let alone = Alone::start(Protocols::Both);
    let connected = Client::connect(alone.egress.address, &alone.at("ok.test"));
    let tls = trusting(&alone.ca, &[b"http/1.1"]);
    let mut client = connected.tls("ok.test", tls, usize::MAX).unwrap();
    let host = alone.at("ok.test");
    let lines = "Cookie: a=1\r\nX-Goog-Api-Key: mine\r\nX_Api_Key: mine\r\nRange: bytes=0-1\r\n";
    let answer = client.ask(format!(
        "GET /v1/own HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n"
    ));
    assert_eq!(answer.status, 200);
    drop(client);
    let arrived = alone.origin.only();
    assert_eq!(arrived.headers["cookie"], "a=1");
    assert_eq!(arrived.headers["x-goog-api-key"], "mine");
    assert_eq!(arrived.headers["range"], "bytes=0-1");
    assert!(!arrived.headers.contains_key("x_api_key"));
    let noted = alone.decision("/v1/own")["foreign_credentials"].clone();
    assert_eq!(noted, json!(["x_api_key", "cookie", "x-goog-api-key"]));
}
