//! What becomes of connections when the way out is another one, and what counts as an answer about a name.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use rustix::process::Signal;
use tokio::sync::mpsc;

use super::support::{
    Alone, Bottle, Issuer, ModernOrigin, Protocols, TestBody, full, http1_client, patiently,
    runtime, tunnel,
};

fn get(alone: &Alone, name: &str, path: &str) -> Request<TestBody> {
    let request = Request::get(path).header("host", alone.at(name));
    request.body(full("")).unwrap()
}

#[test]
fn a_connection_over_the_old_way_is_not_used_again() {
    let alone = Alone::start(Protocols::Http1);
    let second = ModernOrigin::start(&alone.web, Protocols::Http1);
    runtime().block_on(patiently(async {
        let at = alone.at("two.test");
        let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"http/1.1"]).await;
        let mut client = http1_client(stream).await;
        let (sender, mut receiver) = mpsc::channel::<Result<Frame<Bytes>, _>>(1);
        let body = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
        let echo = Request::post("/v1/echo").header("host", &at);
        let echo = echo.body(BodyExt::boxed(StreamBody::new(body))).unwrap();
        let answer = client.send_request(echo).await.unwrap();
        // The way is another one while an answer is on its way.
        let there = format!("two.test: '127.0.0.1:{}'", second.port);
        alone.reload(|text| text.replace("two.test: 127.0.0.1", &there));
        drop(sender);
        answer.into_body().collect().await.unwrap();
        client.ready().await.unwrap();
        let answer = client.send_request(get(&alone, "two.test", "/next"));
        assert_eq!(answer.await.unwrap().status(), 200);
    }));
    assert_eq!(alone.origin.only().uri.path(), "/v1/echo");
    assert_eq!(second.only().uri.path(), "/next");
}

/// A proxy that notes every CONNECT and opens no way.
fn noting_proxy() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let note = Arc::clone(&seen);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            note.lock().unwrap().push(String::from_utf8(head).unwrap());
            let _ = stream.write_all(b"HTTP/1.1 407 no\r\n\r\n");
        }
    });
    (port, seen)
}

#[test]
fn another_password_is_another_way() {
    let alone = Alone::start(Protocols::Http1);
    let (port, seen) = noting_proxy();
    for password in ["first", "second"] {
        alone.reload(|text| format!("{text}  proxy: 'http://me:{password}@127.0.0.1:{port}'\n"));
        runtime().block_on(patiently(async {
            let at = alone.at("ok.test");
            let stream = tunnel(alone.egress.address, &at, &alone.ca, &[b"http/1.1"]).await;
            let mut client = http1_client(stream).await;
            let answer = client.send_request(get(&alone, "ok.test", "/v1/x")).await;
            assert_eq!(answer.unwrap().status(), 503);
        }));
    }
    let seen = seen.lock().unwrap();
    // Base64 of `me:first` and `me:second`.
    for (head, password) in seen.iter().zip(["bWU6Zmlyc3Q=", "bWU6c2Vjb25k"]) {
        assert!(head.contains(password), "{head}");
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn another_authority_behind_the_inner_proxy_is_another_way() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
    let other = Issuer::new("somebody else");
    let path = bottle.folder.path().join("egress/upstream-ca.pem");
    fs::write(path, other.certificate).unwrap();
    bottle.egress.signal(Signal::HUP);
    bottle.decision(|line| line["event"] == "reload" && line["ok"] == true);
    let answer = bottle.get("ok.test", "/v1/y");
    answer.refused(503, "internal.fail_closed");
}

#[test]
fn an_answer_that_was_cut_short_is_asked_for_again() {
    let bottle = Bottle::start();
    for name in ["mixed.test", "two.test"] {
        bottle.names.truncate(name);
    }
    // The address that must be refused did not fit.
    bottle
        .names
        .set("mixed.test", &[&["127.0.0.5", "10.0.0.1"]]);
    bottle
        .get("mixed.test", "/")
        .refused(403, "host.private_ip");
    bottle.origin.saw_nothing();
    bottle.names.set("two.test", &[&["127.0.0.6", "127.0.0.5"]]);
    assert_eq!(bottle.get("two.test", "/").status, 200);
}
