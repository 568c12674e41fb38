//! The world plays the proxy's part for plain requests.

use std::net::Ipv4Addr;

use bottle_demo::probe;
use bottle_demo::world::fetch_seen;
use bottle_demo::{Step, StepResult, TcpEnd};
use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{settings, start};

#[tokio::test]
async fn a_request_arrives_as_it_was_written() {
    let started = start().await;
    let step = Step::Http {
        url: "http://a.example/x/../%2e%2e/y?q".to_owned(),
        method: "POST".to_owned(),
        headers: vec![("Authorization".to_owned(), "Bearer made-up".to_owned())],
        body: Some("hello".to_owned()),
    };
    let results = probe::run(&settings(&started), &[step]).await;
    let [StepResult::Http(outcome)] = &results[..] else {
        panic!("{results:?}")
    };
    assert_eq!(outcome.status, Some(200), "{outcome:?}");
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    let [request] = &seen.requests[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(request.target, "http://a.example/x/../%2e%2e/y?q");
    assert_eq!(
        (request.method.as_str(), request.body.as_str()),
        ("POST", "hello")
    );
    assert!(
        request
            .headers
            .contains(&("authorization".to_owned(), "Bearer made-up".to_owned()))
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told() {
    let started = start().await;
    let step = |url: &str| Step::Http {
        url: url.to_owned(),
        method: "GET".to_owned(),
        headers: Vec::new(),
        body: None,
    };
    let results = probe::run(
        &settings(&started),
        &[step("https://a.example/"), step("nonsense")],
    )
    .await;
    for result in results {
        let StepResult::Http(outcome) = result else {
            panic!("{result:?}")
        };
        assert_eq!(outcome.status, None);
        assert!(outcome.error.is_some());
    }
}

#[tokio::test]
async fn names_and_ports() {
    let started = start().await;
    let server = Some(started.addresses.dns);
    let closed = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let steps = [
        Step::Dns {
            server,
            name: "a.example".to_owned(),
        },
        Step::Dns {
            server,
            name: "b.example".to_owned(),
        },
        Step::Tcp {
            address: started.addresses.tcp,
        },
        Step::Tcp { address: closed },
    ];
    let results = probe::run(&settings(&started), &steps).await;
    let [
        StepResult::Dns(known),
        StepResult::Dns(unknown),
        StepResult::Tcp(open),
        StepResult::Tcp(refused),
    ] = &results[..]
    else {
        panic!("{results:?}")
    };
    assert_eq!(
        (known.code.as_deref(), known.answers),
        (Some("No Error"), 1)
    );
    assert_eq!(known.addresses, [Ipv4Addr::new(198, 51, 100, 10)]);
    assert_eq!(
        (unknown.code.as_deref(), unknown.answers),
        (Some("Non-Existent Domain"), 0)
    );
    assert_eq!(
        (open.end, refused.end),
        (TcpEnd::Connected, TcpEnd::Refused)
    );
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    assert_eq!(seen.names, ["a.example.", "b.example."]);
    assert_eq!(seen.connections.len(), 1);
}

#[tokio::test]
async fn the_resolver_speaks_tcp() {
    let started = start().await;
    let mut query = Message::query();
    query.add_query(Query::query(
        Name::from_ascii("a.example.").unwrap(),
        RecordType::A,
    ));
    let query = query.to_vec().unwrap();
    let mut stream = TcpStream::connect(started.addresses.dns_tcp).await.unwrap();
    stream
        .write_u16(u16::try_from(query.len()).unwrap())
        .await
        .unwrap();
    stream.write_all(&query).await.unwrap();
    let mut answer = vec![0; stream.read_u16().await.unwrap().into()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(Message::from_vec(&answer).unwrap().answers.len(), 1);
    let seen = fetch_seen(started.addresses.control).await.unwrap();
    assert_eq!(seen.names, ["a.example."]);
}
