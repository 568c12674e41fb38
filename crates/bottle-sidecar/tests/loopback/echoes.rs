//! A value that an upstream sends back does not reach the agent; an agent's own key does not reach the upstream.

use futures_util::{SinkExt, StreamExt};
use http::Request;
use http_body_util::BodyExt;
use tokio_tungstenite::tungstenite::Message;

use super::support::{
    ALONE_TOKEN, Alone, Client, Protocols, full, http1_client, http2_client, patiently, runtime,
    trusting, tunnel,
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
    let line = |path: &str| {
        let lines = alone.decisions();
        lines.into_iter().find(|line| line["path"] == path).unwrap()
    };
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert!(line("/v1/placeholder")["foreign_credentials"].is_null());
    assert_eq!(
        line("/v1/own")["foreign_credentials"],
        serde_json::json!(["x-api-key", "cookie"])
    );
}
