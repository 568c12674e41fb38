//! Requests with TLS, through a proxy.

use std::time::{Duration, Instant};

use bottle_demo::DemoRoot;
use bottle_demo::world::fetch_seen;
use time::OffsetDateTime;

use super::support::{ask, proxy, request, start, through};

const REFUSAL: &str = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\n\
                       Content-Length: 15\r\n\r\n{\"code\":\"no.x\"}";

#[tokio::test]
async fn a_target_arrives_byte_for_byte() {
    let started = start().await;
    let settings = through(
        proxy(started.addresses.https, None).await,
        started.root.clone(),
    );
    let targets = ["/a/../b", "/v1/%2e%2e/x//y?q=%41&z", "/.//./", "/"];
    for target in targets {
        let url = format!("https://a.example{target}");
        let outcome = ask(&settings, request("GET", &url, None)).await;
        assert_eq!(outcome.status, Some(200), "{outcome:?}");
        assert!(outcome.body.contains(r#""host":"a.example""#));
    }
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    let arrived: Vec<_> = seen
        .requests
        .iter()
        .map(|request| request.target.as_str())
        .collect();
    assert_eq!(arrived, targets);
    assert!(
        seen.requests
            .iter()
            .all(|request| request.scheme == "https" && request.host == "a.example")
    );
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let started = start().await;
    let stranger = DemoRoot::generate(OffsetDateTime::now_utc()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle.pem");
    std::fs::write(&bundle, &stranger.certificate).unwrap();
    let settings = through(proxy(started.addresses.https, None).await, bundle);
    let outcome = ask(&settings, request("GET", "https://a.example/", None)).await;
    assert_eq!(outcome.status, None);
    assert!(
        outcome.error.unwrap().contains("certificate"),
        "says what is wrong"
    );
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    assert!(seen.requests.is_empty());
}

#[tokio::test]
async fn a_refused_tunnel_is_told_with_its_document_at_once() {
    let started = start().await;
    let settings = through(
        proxy(started.addresses.https, Some(REFUSAL)).await,
        started.root.clone(),
    );
    let since = Instant::now();
    let outcome = ask(&settings, request("GET", "https://a.example/", None)).await;
    assert!(since.elapsed() < Duration::from_secs(5));
    assert_eq!(outcome.status, Some(403), "{outcome:?}");
    assert_eq!(
        (outcome.content_type.as_deref(), outcome.body.as_str()),
        (Some("application/problem+json"), r#"{"code":"no.x"}"#)
    );
}
