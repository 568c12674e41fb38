//! TLS with the agent, and heads that do not end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;

use super::support::{Bottle, Client, trusting};

/// A client that has a certificate and notes that it is asked for one.
#[derive(Debug, Default)]
struct Asked(AtomicBool);

impl ResolvesClientCert for Asked {
    fn resolve(
        &self,
        _hints: &[&[u8]],
        _schemes: &[rustls::SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::SeqCst);
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

#[test]
fn a_client_certificate_is_neither_asked_for_nor_sent_on() {
    let bottle = Bottle::start();
    let asked = Arc::<Asked>::default();
    let mut config = ClientConfig::clone(&trusting(&bottle.ca.certificate, &[b"http/1.1"]));
    config.client_auth_cert_resolver = Arc::<Asked>::clone(&asked);
    let connected = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
    let mut tunnel = connected
        .tls("ok.test", Arc::new(config), usize::MAX)
        .unwrap();
    let request = bottle.request(("GET", "/v1/x"), "ok.test", "", "");
    assert_eq!(tunnel.ask(request).status, 200);
    assert!(!asked.0.load(Ordering::SeqCst));
}

#[test]
fn old_versions_and_early_data_are_refused() {
    let bottle = Bottle::start();
    for version in [0, 1, 2] {
        // A whole hello of SSL 3.0, TLS 1.0, TLS 1.1: one cipher suite of its time, no extensions.
        let mut hello = vec![1, 0, 0, 41, 3, version];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0, 0x2f, 1, 0]);
        let length = u8::try_from(hello.len()).unwrap();
        let mut tunnel = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
        tunnel.send([&[0x16, 3, version, 0, length][..], &hello].concat());
        let answer = tunnel.some();
        assert_eq!(answer.first(), Some(&0x15), "an alert, not {answer:?}");
        assert!(tunnel.is_closed());
    }
    bottle.decision(|line| line["event"] == "closed" && line["code"] == "tls.handshake");
    let mut config = ClientConfig::clone(&trusting(&bottle.ca.certificate, &[b"http/1.1"]));
    config.enable_early_data = true;
    let config = Arc::new(config);
    for _ in 0..2 {
        let connected = Client::connect(bottle.egress.address, &bottle.at("ok.test"));
        let mut tunnel = connected
            .tls("ok.test", Arc::clone(&config), usize::MAX)
            .unwrap();
        let request = bottle.request(("GET", "/v1/x"), "ok.test", "", "");
        assert_eq!(
            tunnel.ask(request).status,
            200,
            "tickets are read behind the first answer"
        );
    }
    let name = ServerName::try_from("ok.test").unwrap();
    let mut resumed = rustls::ClientConnection::new(config, name).unwrap();
    assert!(
        resumed.early_data().is_none(),
        "no ticket allows early data"
    );
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let bottle = Bottle::start();
    let half = "GET /v1/x HTTP/1.1\r\nHost: ok.test\r\nX-Slow: ";
    let mut clients = [
        Client::plain(bottle.egress.address),
        bottle.tunnel("ok.test"),
    ];
    let start = Instant::now();
    for client in &mut clients {
        client.send(half);
    }
    for client in &mut clients {
        assert!(client.is_closed());
    }
    let took = start.elapsed();
    assert!(
        (Duration::from_secs(14)..Duration::from_secs(18)).contains(&took),
        "{took:?}"
    );
    bottle.origin.saw_nothing();
}
