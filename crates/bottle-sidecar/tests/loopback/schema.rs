//! Every line of the decision log is what `docs/decision-log.schema.json` says, and the schema refuses what is not.

use serde_json::json;

use super::shared_schema::Schema;
use super::support::{Alone, Bottle, Client, Protocols};

#[test]
fn every_kind_of_line_fits() {
    let schema = Schema::read();
    let bottle = Bottle::start();
    bottle.get("ok.test", "/v1/x");
    bottle.get("evil.test", "/");
    bottle.get("ok.test", "/v1/AKIAQ3EGRX7J2LMNOPQR");
    let lines = "X-Api-Key: mine\r\n";
    let own_key = bottle.request(("GET", "/v1/x"), "auth.test", lines, "");
    bottle.tunnel("auth.test").ask(own_key);
    let mut stranger = Client::plain(bottle.egress.address);
    stranger.send(b"\x05\x01\x00");
    assert!(stranger.is_closed());
    bottle.decision(|line| line["event"] == "closed");
    bottle.decision(|line| line["foreign_credentials"] == json!(["x-api-key"]));
    bottle.decision(|line| line["verdict"] == "deny" && line["service"] == "pipelock");
    let answered = bottle.decision(|line| line["verdict"] == "allow");
    assert!(answered["head_ms"].as_u64() <= answered["duration_ms"].as_u64());
    bottle.get("ok.test", "/v1/orders/page");
    bottle.get("strict.test", "/v1/orders/page");
    bottle.decision(|line| line["service"] == "pipelock" && line["finding"]["part"] == "response");
    schema.takes(&bottle.decisions());
    let alone = Alone::start(Protocols::Http1);
    alone.reload(|text| text);
    schema.takes(&alone.decisions());
}

#[test]
fn lines_of_other_shapes_are_refused() {
    let schema = Schema::read();
    let bottle = Bottle::start();
    bottle.get("ok.test", "/v1/x");
    let line = bottle.decision(|line| line["event"] == "request");
    for (key, wrong) in [
        ("event", json!("other")),
        ("verdict", json!("maybe")),
        ("time", json!("yesterday")),
        ("port", json!(0)),
        ("bytes_in", json!(-1)),
        ("body", json!("secret")),
    ] {
        let mut line = line.clone();
        line[key] = wrong;
        assert!(!schema.is_taken(&line), "{key}");
    }
}
