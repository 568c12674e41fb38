//! Answers that give orders to the model are marked, or refused on routes that say so. Asserts on what the client saw.

use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::support::orders::{
    ARTICLE, DOWNLOAD, ORDER, PAGE, TIGHT, brotli, gzip, long, zstd, zstd_bomb,
};
use super::support::{
    Bottle, Client, ModernOrigin, Protocols, full, http2_client, patiently, runtime, tunnel,
};

const RULE: &str = "instruction-override";
const MARK: &str = "bottle-injection: instruction-override";

/// Asks for one of the pages and does not wait for the answer.
fn ask(bottle: &Bottle, name: &str, page: &str) -> Client {
    let mut tunnel = bottle.tunnel(name);
    let target = format!("/v1/orders/{page}");
    tunnel.send(bottle.request(("GET", &target), name, "", ""));
    tunnel
}

/// Everything that comes until the other side closes.
fn rest(client: &mut Client) -> String {
    let mut all = Vec::new();
    while !client.is_closed() {
        all.extend(client.some());
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Reads until this is there.
#[track_caller]
fn until(client: &mut Client, text: &str) -> String {
    let mut all = Vec::new();
    while !String::from_utf8_lossy(&all).contains(text) {
        let some = client.some();
        assert!(!some.is_empty(), "no {text:?} in {all:?}");
        all.extend(some);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// What pipelock's log says of the answer to a request for this page.
#[track_caller]
fn logged(bottle: &Bottle, page: &str) -> Value {
    let path = format!("/v1/orders/{page}");
    bottle.decision(|line| line["service"] == "pipelock" && line["path"] == path)
}

#[test]
fn a_page_with_an_order_is_marked() {
    let bottle = Bottle::start();
    for page in ["page", "untyped"] {
        let answer = bottle.get("ok.test", &format!("/v1/orders/{page}"));
        assert_eq!((answer.status, answer.text()), (200, PAGE.into()));
        assert!(answer.has(MARK), "{page}: {}", answer.head);
        let line = logged(&bottle, page);
        assert_eq!(
            (&line["injection"], &line["verdict"]),
            (&json!(RULE), &json!("allow"))
        );
    }
    let by_egress = |line: &Value| line["service"] == "egress" && line["injection"] == RULE;
    bottle.decision(by_egress);
}

#[test]
fn nothing_of_a_page_with_an_order_passes_where_such_are_refused() {
    let bottle = Bottle::start();
    for page in ["page", "gzip", "br", "zstd"] {
        let answer = bottle.get("strict.test", &format!("/v1/orders/{page}"));
        answer.refused(403, "injection.response");
        assert!(!answer.text().contains("boats") && !answer.has("text/html"));
        let line = logged(&bottle, page);
        assert_eq!(
            (&line["injection"], &line["rule"], &line["code"]),
            (&json!(RULE), &json!(RULE), &json!("injection.response"))
        );
    }
    let answer = bottle.get("strict.test", "/v1/orders/article");
    assert_eq!((answer.status, answer.text()), (200, ARTICLE.into()));
}

#[test]
fn orders_of_a_rule_that_a_route_allows_are_none() {
    let bottle = Bottle::start();
    for page in ["page", "gzip", "untyped"] {
        let answer = bottle.get("lenient.test", &format!("/v1/orders/{page}"));
        assert_eq!(answer.status, 200, "{page}");
        assert!(!answer.has("bottle-injection"), "{page}: {}", answer.head);
        assert!(logged(&bottle, page)["injection"].is_null());
    }
    let mut socket = socket(&bottle, "lenient.test");
    until(&mut socket, ORDER);
}

#[test]
fn what_is_no_order_is_not_marked() {
    let bottle = Bottle::start();
    for (name, page, body) in [
        ("ok.test", "article", ARTICLE.to_owned()),
        ("ok.test", "image", PAGE.to_owned()),
        ("ok.test", "archive", format!("PK\x03\x04 {ORDER}")),
        ("strict.test", "image", PAGE.to_owned()),
        ("open.test", "page", PAGE.to_owned()),
    ] {
        let answer = bottle.get(name, &format!("/v1/orders/{page}"));
        assert_eq!((answer.status, answer.text()), (200, body), "{page}");
        assert!(!answer.has("bottle-injection"), "{page}: {}", answer.head);
    }
    let lines = bottle.decisions();
    assert!(lines.iter().all(|line| line["injection"].is_null()));
}

#[test]
fn a_host_cannot_mark_its_own_answers() {
    let bottle = Bottle::start();
    for name in ["ok.test", "open.test"] {
        let answer = bottle.get(name, "/v1/orders/forged");
        assert_eq!(answer.text(), "The boats came in.");
        assert!(!answer.has("bottle-injection"), "{}", answer.head);
    }
}

#[test]
fn what_is_compressed_is_looked_at_and_passes_as_it_is() {
    let bottle = Bottle::start();
    let answer = bottle.get("ok.test", "/v1/orders/gzip");
    assert!(answer.has(MARK) && answer.has("content-encoding: gzip"));
    assert_eq!(answer.body, gzip(PAGE.as_bytes()));
}

#[test]
fn so_is_what_nobody_asked_for() {
    let bottle = Bottle::start();
    for (page, body) in [
        ("br", brotli(PAGE.as_bytes())),
        ("zstd", zstd(PAGE.as_bytes())),
    ] {
        let answer = bottle.get("ok.test", &format!("/v1/orders/{page}"));
        assert!(answer.has(MARK), "{page}: {}", answer.head);
        assert!(answer.has(&format!("content-encoding: {page}")));
        assert_eq!((answer.status, answer.body), (200, body), "{page}");
        assert_eq!(logged(&bottle, page)["injection"], RULE);
    }
    for (page, body) in [
        ("br-article", brotli(ARTICLE.as_bytes())),
        ("zstd-article", zstd(ARTICLE.as_bytes())),
    ] {
        for name in ["ok.test", "strict.test"] {
            let answer = bottle.get(name, &format!("/v1/orders/{page}"));
            assert!(!answer.has("bottle-injection"), "{page}: {}", answer.head);
            assert_eq!((answer.status, answer.body), (200, body.clone()), "{page}");
        }
        assert!(logged(&bottle, page)["injection"].is_null());
    }
}

#[test]
fn only_codings_that_can_be_taken_off_are_asked_for() {
    let bottle = Bottle::start();
    let lines = "Accept-Encoding: gzip, br, zstd\r\n";
    for (name, asked) in [("ok.test", "gzip"), ("open.test", "gzip, br, zstd")] {
        bottle.forget();
        let request = bottle.request(("GET", "/v1/orders/article"), name, lines, "");
        assert_eq!(bottle.tunnel(name).ask(request).status, 200);
        assert_eq!(bottle.origin.only().values("accept-encoding"), [asked]);
    }
}

#[test]
fn what_cannot_be_read_is_logged_or_refused() {
    let bottle = Bottle::start();
    let tight = gzip(&vec![b' '; TIGHT]);
    let cut = gzip(ARTICLE.as_bytes())[..40].to_vec();
    for (page, body) in [
        ("odd-coding", b"\x1f\x9dwords".to_vec()),
        ("cut", cut),
        ("tight", tight),
        ("zstd-cut", zstd(ARTICLE.as_bytes())[..40].to_vec()),
        ("zstd-bomb", zstd_bomb()),
    ] {
        let target = format!("/v1/orders/{page}");
        let answer = bottle.get("ok.test", &target);
        assert_eq!((answer.status, answer.body), (200, body), "{page}");
        assert_eq!(logged(&bottle, page)["injection"], "unreadable");
        let answer = bottle.get("strict.test", &target);
        answer.refused(502, "upstream.unreadable");
    }
}

#[test]
fn events_do_not_wait_and_the_one_with_an_order_is_logged() {
    let bottle = Bottle::start();
    let mut tunnel = ask(&bottle, "ok.test", "events");
    let head = tunnel.head();
    assert!(head.starts_with("HTTP/1.1 200") && !head.contains("bottle-injection"));
    let first = until(&mut tunnel, "data: two");
    assert!(!first.contains(ORDER));
    assert_eq!(bottle.get("ok.test", "/v1/go").status, 200);
    let second = until(&mut tunnel, "data: four");
    assert!(second.contains(ORDER));
    let line = logged(&bottle, "events");
    assert_eq!(
        (&line["injection"], &line["verdict"]),
        (&json!(RULE), &json!("allow"))
    );
}

#[test]
fn a_stream_ends_before_the_event_with_an_order_where_such_are_refused() {
    let bottle = Bottle::start();
    let mut tunnel = ask(&bottle, "strict.test", "events");
    assert!(tunnel.head().starts_with("HTTP/1.1 200"));
    until(&mut tunnel, "data: two");
    assert_eq!(bottle.get("strict.test", "/v1/go").status, 200);
    let rest = rest(&mut tunnel);
    assert!(
        !rest.contains("Ignore") && !rest.contains("data:"),
        "{rest}"
    );
    assert!(!rest.contains("0\r\n\r\n"), "it ended like a whole one");
    let line = logged(&bottle, "events");
    assert_eq!(
        (&line["injection"], &line["verdict"], &line["code"]),
        (&json!(RULE), &json!("deny"), &json!("injection.response"))
    );
}

#[test]
fn an_order_is_found_across_pieces() {
    let bottle = Bottle::start();
    let mut tunnel = ask(&bottle, "strict.test", "split");
    assert!(tunnel.head().starts_with("HTTP/1.1 200"));
    until(&mut tunnel, "data: Ignore");
    assert_eq!(bottle.get("strict.test", "/v1/go").status, 200);
    assert!(!rest(&mut tunnel).contains("hello"));
    assert_eq!(logged(&bottle, "split")["code"], "injection.response");
}

#[test]
fn what_takes_too_long_to_arrive_flows() {
    let bottle = Bottle::start();
    for name in ["ok.test", "strict.test"] {
        bottle.forget();
        let mut tunnel = ask(&bottle, name, "slow");
        assert!(!tunnel.head().contains("bottle-injection"));
        until(&mut tunnel, "early.</p>");
        assert_eq!(bottle.get(name, "/v1/go").status, 200);
        if name == "ok.test" {
            // To the end: a sign waits for what may excuse it.
            assert!(until(&mut tunnel, "\r\n0\r\n\r\n").contains(ORDER));
        } else {
            assert!(!rest(&mut tunnel).contains("Ignore"));
        }
    }
    let is_slow = |line: &Value| line["injection"] == RULE && line["service"] == "pipelock";
    bottle.decision(|line| is_slow(line) && line["verdict"] == "allow");
    bottle.decision(|line| is_slow(line) && line["verdict"] == "deny");
}

#[test]
fn a_long_text_is_looked_at_as_it_flows() {
    let bottle = Bottle::start();
    let answer = bottle.get("ok.test", "/v1/orders/long");
    assert!(answer.text() == long(), "it passes whole");
    assert!(!answer.has("bottle-injection"));
    assert_eq!(logged(&bottle, "long")["injection"], RULE);
    let mut tunnel = ask(&bottle, "strict.test", "long");
    assert!(tunnel.head().starts_with("HTTP/1.1 200"));
    let rest = rest(&mut tunnel);
    assert!(!rest.contains("Ignore"), "the order arrived");
    bottle.decision(|line| line["service"] == "pipelock" && line["code"] == "injection.response");
}

#[test]
fn a_download_of_text_passes_at_flat_memory() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("ok.test", "/v1/orders/page").status, 200);
    let pipelock = bottle.pipelock.as_ref().unwrap();
    let before = pipelock.peak_memory_kib();
    let mut tunnel = ask(&bottle, "ok.test", "download");
    assert!(tunnel.head().contains(&DOWNLOAD.to_string()));
    let mut length = 0;
    while length < DOWNLOAD {
        let some = tunnel.some();
        assert!(!some.is_empty());
        length += some.len();
    }
    let grown = pipelock.peak_memory_kib() - before;
    assert!(grown < 8 * 1024, "pipelock grew by {grown} KiB");
    assert!(logged(&bottle, "download")["injection"].is_null());
    let again = bottle.request(("GET", "/v1/x"), "ok.test", "", "");
    assert_eq!(tunnel.ask(again).status, 200);
}

#[test]
fn a_connection_goes_on_behind_a_refused_answer() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("strict.test");
    let ask = |page| bottle.request(("GET", page), "strict.test", "", "");
    for _ in 0..2 {
        let refused = tunnel.ask(ask("/v1/orders/page"));
        refused.refused(403, "injection.response");
        assert_eq!(tunnel.ask(ask("/v1/orders/article")).text(), ARTICLE);
    }
    assert_eq!(bottle.origin.connections(), 1, "each was read to its end");
}

#[test]
fn head_is_not_held() {
    let bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("strict.test");
    tunnel.send(bottle.request(("HEAD", "/v1/orders/page"), "strict.test", "", ""));
    assert_eq!(tunnel.answer_to("HEAD").status, 200);
}

#[test]
fn answers_over_http2_are_looked_at_and_keep_their_trailers() {
    let bottle = Bottle::start();
    let address = format!("127.0.0.6:{}", bottle.origin.port());
    let _origin = ModernOrigin::start_at(&address, &bottle.web, Protocols::Both);
    for name in ["two.test", "strict.test"] {
        bottle.names.set(name, &[&["127.0.0.6"]]);
    }
    runtime().block_on(patiently(async {
        let ask = async |name: &str, path: &str| {
            let (at, ca) = (bottle.at(name), &bottle.ca.certificate);
            let stream = tunnel(bottle.egress.address, &at, ca, &[b"h2"]).await;
            let request = Request::get(format!("https://{at}{path}")).header("te", "trailers");
            let request = request.body(full("")).unwrap();
            let mut client = http2_client(stream).await;
            let (parts, body) = client.send_request(request).await.unwrap().into_parts();
            (parts, body.collect().await.unwrap())
        };
        let (parts, _) = ask("two.test", "/v1/order").await;
        assert_eq!(parts.headers["bottle-injection"], RULE);
        let (parts, body) = ask("strict.test", "/v1/order").await;
        assert_eq!(parts.status, 403);
        let body = String::from_utf8(body.to_bytes().into()).unwrap();
        assert!(body.contains("injection.response") && !body.contains("boats"));
        let (_, body) = ask("strict.test", "/v1/mirror/trailers").await;
        let trailers = body.trailers().unwrap().clone();
        assert_eq!(
            (&trailers["x-sum"], trailers.len()),
            (&"1".parse().unwrap(), 2)
        );
        assert_eq!(body.to_bytes(), "body");
    }));
}

/// What comes through a WebSocket on which the host says the order.
fn socket(bottle: &Bottle, name: &str) -> Client {
    let lines = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    let mut socket = bottle.tunnel(name);
    socket.send(bottle.request(("GET", "/socket/orders"), name, lines, ""));
    assert!(socket.head().starts_with("HTTP/1.1 101"));
    socket
}

#[test]
fn a_message_with_an_order_is_logged_or_ends_the_socket() {
    let bottle = Bottle::start();
    let mut marked = socket(&bottle, "chat.test");
    until(&mut marked, ORDER);
    drop(marked);
    let found = |line: &Value| line["service"] == "pipelock" && line["injection"] == RULE;
    bottle.decision(|line| found(line) && line["verdict"] == "allow");
    let last = rest(&mut socket(&bottle, "strict.test"));
    assert!(!last.contains("Ignore") && last.contains("injection.response"));
    bottle.decision(|line| found(line) && line["code"] == "injection.response");
}
