//! Bodies that pipelock looks at while they flow.

use std::io;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use tokio::sync::mpsc;

use super::support::{
    Bottle, ModernOrigin, Protocols, TestBody, http2_client, patiently, runtime, tunnel,
};

const BOTH: &[&[u8]] = &[b"h2", b"http/1.1"];

fn key() -> String {
    ["AK", "IAQ3EGTHP7K5ZWXN2M"].concat()
}

/// A message with its length in front.
fn message(text: &str) -> Bytes {
    let length = u32::try_from(text.len()).unwrap().to_be_bytes();
    [&[0][..], &length, text.as_bytes()].concat().into()
}

/// A bottle before an origin that speaks HTTP/2 and sends back what it gets.
fn before_modern() -> (Bottle, ModernOrigin) {
    let bottle = Bottle::start();
    let address = format!("127.0.0.6:{}", bottle.origin.port());
    let origin = ModernOrigin::start_at(&address, &bottle.web, Protocols::Both);
    bottle.names.set("two.test", &[&["127.0.0.6"]]);
    (bottle, origin)
}

/// A call that streams in both directions.
struct Call {
    to: mpsc::Sender<Result<Frame<Bytes>, std::convert::Infallible>>,
    from: Incoming,
}

async fn call(bottle: &Bottle, media_type: &str) -> Call {
    let at = bottle.at("two.test");
    let (to, mut receiver) = mpsc::channel(1);
    let stream = futures_util::stream::poll_fn(move |cx| receiver.poll_recv(cx));
    let call = Request::builder()
        .uri(format!("https://{at}/v1/echo"))
        .method("POST")
        .header("te", "trailers")
        .header("content-type", media_type);
    let call: Request<TestBody> = call.body(BodyExt::boxed(StreamBody::new(stream))).unwrap();
    let proxy = bottle.egress.address;
    let mut client = http2_client(tunnel(proxy, &at, &bottle.ca.certificate, BOTH).await).await;
    let answer = client.send_request(call).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let from = answer.into_body();
    Call { to, from }
}

impl Call {
    async fn says(&self, data: Bytes) {
        self.to.send(Ok(Frame::data(data))).await.unwrap();
    }

    async fn hears(&mut self, length: usize) -> Bytes {
        let mut heard = Vec::new();
        while heard.len() < length {
            let frame = self.from.frame().await.unwrap().unwrap();
            heard.extend_from_slice(&frame.into_data().unwrap());
        }
        heard.into()
    }
}

#[test]
fn each_message_of_a_call_goes_on_before_the_next_one_comes() {
    let (bottle, origin) = before_modern();
    runtime().block_on(patiently(async {
        let mut call = call(&bottle, "application/grpc").await;
        for number in 0..20 {
            let message = message(&format!("message-{number}"));
            call.says(message.clone()).await;
            assert_eq!(call.hears(message.len()).await, message);
        }
        drop(call.to);
        let last = call.from.frame().await.unwrap().unwrap();
        assert_eq!(last.trailers_ref().unwrap()["grpc-status"], "0");
    }));
    assert_eq!(origin.arrived().len(), 1);
}

#[test]
fn a_secret_in_a_later_message_ends_the_call_before_it_goes_on() {
    let (bottle, _origin) = before_modern();
    let (front, back) = (&key()[..9], &key()[9..]);
    for secret in [vec![message(&key())], vec![message(front), message(back)]] {
        runtime().block_on(patiently(async {
            let mut call = call(&bottle, "application/grpc+proto").await;
            let first = message("hello");
            call.says(first.clone()).await;
            assert_eq!(call.hears(first.len()).await, first);
            for message in secret {
                call.says(message).await;
            }
            let mut heard = Vec::new();
            while let Some(Ok(frame)) = call.from.frame().await {
                heard.extend(frame.into_data().unwrap_or_default());
            }
            let heard = String::from_utf8_lossy(&heard).into_owned();
            assert!(!heard.contains(back), "{heard}");
        }));
        let line =
            bottle.decision(|line| line["service"] == "pipelock" && line["code"] == "dlp.secret");
        assert_eq!(line["finding"]["part"], "body");
        assert_eq!(line["finding"]["excerpt"], "AKIA…");
    }
}

/// Sends a body in chunks until somebody hangs up; what was answered.
fn upload(bottle: &Bottle, lines: &str, chunks: impl Iterator<Item = String>) -> (usize, Vec<u8>) {
    let mut tunnel = bottle.tunnel("ok.test");
    let head = format!(
        "PUT /v1/x HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n{lines}\r\n",
        bottle.at("ok.test")
    );
    tunnel.send(head);
    let mut sent = 0;
    let all = || -> io::Result<()> {
        for chunk in chunks {
            tunnel.try_send(format!("{:x}\r\n{chunk}\r\n", chunk.len()))?;
            sent += chunk.len();
        }
        tunnel.try_send("0\r\n\r\n")
    };
    let _ = all();
    let answer = tunnel.answer();
    if answer.status == 403 {
        assert_eq!(
            answer.json()["finding"]["rule"],
            "aws-access-key-id",
            "{answer:?}"
        );
        assert_eq!(answer.json()["code"], "dlp.secret");
    } else {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    (sent, answer.body)
}

fn line(number: usize) -> String {
    format!("{number:08} a line of what an agent uploads, of which there is nothing to say\n")
}

#[test]
fn a_large_upload_flows_at_flat_memory() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("ok.test", "/v1/warm").status, 200);
    let pipelock = bottle.pipelock.as_ref().unwrap();
    let before = pipelock.peak_memory_kib();
    bottle.origin.forget();
    let chunk = (0..400).map(line).collect::<String>();
    // More than pipelock holds of any body.
    let count = 40 * 1024 * 1024 / chunk.len();
    let length = count * chunk.len();
    let mut tunnel = bottle.tunnel("ok.test");
    tunnel.send(format!(
        "PUT /v1/x HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\nContent-Type: text/plain\r\n\r\n",
        bottle.at("ok.test")
    ));
    for _ in 0..count {
        tunnel.send(&chunk);
    }
    assert_eq!(tunnel.answer().status, 200);
    assert!(bottle.origin.only().body == chunk.repeat(count).into_bytes());
    let grown = pipelock.peak_memory_kib() - before;
    assert!(grown < 16 * 1024, "pipelock grew by {grown} KiB");
}

#[test]
fn a_secret_late_in_an_upload_does_not_arrive() {
    let bottle = Bottle::start();
    let words = |count| (0..count).map(line).collect::<String>();
    for encoded in [key(), key().replace('A', "%41").replace('K', "%4b")] {
        bottle.origin.forget();
        let chunks = [
            words(3000),
            words(3000),
            format!("key {encoded} "),
            words(9000),
        ];
        let (_, body) = upload(
            &bottle,
            "Content-Type: application/octet-stream\r\n",
            chunks.into_iter(),
        );
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let offset = document["finding"]["offset"].as_u64().unwrap();
        let expected = u64::try_from(words(6000).len() + 4).unwrap();
        // What is encoded may seem to begin a little earlier.
        assert!(expected - offset <= 4, "{offset} {expected}");
        for seen in bottle.origin.seen() {
            let heard = String::from_utf8_lossy(&seen.body);
            assert!(!heard.contains(&encoded) && !heard.ends_with("0\r\n\r\n"));
        }
    }
}

#[test]
fn structure_is_not_lost_to_a_media_type() {
    let bottle = Bottle::start();
    let (front, back) = (&key()[..9], &key()[9..]);
    for media_type in ["application/json", "application/octet-stream", "text/plain"] {
        let body = format!("{{\"a\":\"{front}\",\"b\":\"{back}\"}}");
        let (_, body) = upload(
            &bottle,
            &format!("Content-Type: {media_type}\r\n"),
            std::iter::once(body),
        );
        assert!(!body.is_empty());
        bottle.origin.saw_nothing();
    }
}

/// What LFS asks for stands in the body alone, so its body is read wherever another would flow by.
#[test]
fn uploads_to_lfs_are_refused_however_their_body_passes() {
    let bottle = Bottle::start();
    let batch = |host: &str, operation: &str| {
        // The space makes it a message that is not compressed.
        let body = format!(" {{\"operation\":\"{operation}\",\"objects\":[]}}");
        let target = ("POST", "/v1/b.git/info/lfs/objects/batch");
        let media_type = "Content-Type: application/grpc\r\n";
        let request = bottle.request(target, host, media_type, &body);
        bottle.tunnel(host).ask(request)
    };
    batch("two.test", "upload").refused(403, "git.write_denied");
    batch("open.test", "upload").refused(403, "git.write_denied");
    bottle.origin.saw_nothing();
    assert_eq!(batch("open.test", "download").status, 200);
    assert_eq!(bottle.origin.seen().len(), 1);
}
