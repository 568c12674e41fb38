//! Long bodies: what is kept is the beginning, and never nothing.

use bottle_demo::world::fetch_seen;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::{ask, request, settings, start};

const KEPT: usize = 64 * 1024;

#[tokio::test]
async fn the_world_remembers_the_beginning_of_a_long_body() {
    let started = start().await;
    let body = format!("needle{}", "x".repeat(3 * KEPT));
    let step = request("POST", "http://a.example/up", Some(body.clone()));
    assert_eq!(ask(&settings(&started), step).await.status, Some(200));
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    let request = &seen.requests[0];
    assert_eq!(request.body, body[..KEPT]);
    assert_eq!(request.body_bytes, u64::try_from(body.len()).unwrap());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_remembered_as_far_as_it_came() {
    let started = start().await;
    let mut stream = tokio::net::TcpStream::connect(started.addresses.http)
        .await
        .unwrap();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\nneedle")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let _ = stream.read_to_end(&mut Vec::new()).await;
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    assert_eq!(seen.requests[0].body, "needle");
}

#[tokio::test]
async fn the_probe_keeps_the_beginning_of_a_long_answer() {
    let started = start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&started);
    let address = listener.local_addr().unwrap();
    settings
        .proxies
        .insert("http".to_owned(), format!("http://{address}"));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let length = 3 * KEPT;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b'y'; length]).await.unwrap();
        let _ = stream.read_u8().await;
    });
    let outcome = ask(&settings, request("GET", "http://a.example/", None)).await;
    assert_eq!(outcome.status, Some(200), "{outcome:?}");
    assert_eq!(outcome.body, "y".repeat(KEPT));
}
