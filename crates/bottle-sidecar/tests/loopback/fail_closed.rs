//! When something on the way is broken, nothing leaves.

use super::support::{Bottle, Issuer, Origin, Setup};

#[test]
fn without_pipelock_nothing_passes() {
    let bottle = Bottle::with(Setup {
        with_pipelock: false,
        ..Setup::default()
    });
    let answer = bottle.get("ok.test", "/v1/x");
    answer.refused(503, "internal.fail_closed");
    bottle.origin.saw_nothing();
    bottle
        .get("evil.test", "/")
        .refused(403, "host.not_allowed");
}

#[test]
fn when_pipelock_dies_the_open_tunnel_ends() {
    let mut bottle = Bottle::start();
    let mut tunnel = bottle.tunnel("ok.test");
    let request = bottle.request(("GET", "/v1/x"), "ok.test", "", "");
    assert_eq!(tunnel.ask(&request).status, 200);
    bottle.pipelock.as_mut().unwrap().stop();
    tunnel.ask(&request).refused(503, "internal.fail_closed");
    assert_eq!(bottle.origin.seen().len(), 1);
}

#[test]
fn origins_that_are_not_who_they_claim_get_no_request() {
    let bottle = Bottle::start();
    let stranger = Issuer::new("nobody trusts this one");
    let untrusted = Origin::start_at(
        "127.0.0.6",
        bottle.origin.port(),
        Some(stranger.server(None)),
    );
    let wrong_name = Origin::start_at(
        "127.0.0.7",
        bottle.origin.port(),
        Some(bottle.web.server(Some("other.test"))),
    );
    bottle.names.set("badcert.test", &[&["127.0.0.6"]]);
    bottle.names.set("wrongname.test", &[&["127.0.0.7"]]);
    for (name, origin) in [
        ("badcert.test", &untrusted),
        ("wrongname.test", &wrong_name),
    ] {
        bottle.get(name, "/").refused(502, "upstream.tls_invalid");
        origin.saw_nothing();
        assert_eq!(
            origin.connections(),
            1,
            "{name} was dialled, and the handshake failed"
        );
    }
    let trusted = Origin::start_at(
        "127.0.0.9",
        bottle.origin.port(),
        Some(bottle.web.server(Some("dead.test"))),
    );
    bottle.names.set("dead.test", &[&["127.0.0.9"]]);
    assert_eq!(bottle.get("dead.test", "/").status, 200);
    assert_eq!(trusted.seen().len(), 1);
}

#[test]
fn dead_hosts_and_dead_names_are_told_apart() {
    let bottle = Bottle::start();
    bottle
        .get("nodns.test", "/")
        .refused(502, "upstream.dns_failed");
    bottle.names.set("dead.test", &[&["127.0.0.66"]]);
    bottle
        .get("dead.test", "/")
        .refused(502, "upstream.unreachable");
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
}

#[test]
fn origins_that_do_not_speak_http_give_502() {
    let bottle = Bottle::start();
    assert_eq!(bottle.get("ok.test", "/v1/nonsense").status, 502);
    assert_eq!(bottle.get("ok.test", "/v1/switch").status, 502);
    assert_eq!(bottle.get("ok.test", "/v1/x").status, 200);
}

#[test]
fn without_its_configuration_a_service_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    for service in ["egress", "pipelock"] {
        let mut sidecar = std::process::Command::new(env!("CARGO_BIN_EXE_bottle-sidecar"));
        sidecar
            .arg(service)
            .env("BOTTLE_CONFIG_DIR", folder.path())
            .env("BOTTLE_PIPELOCK", "127.0.0.1:1")
            .env("BOTTLE_LISTEN", "127.0.0.1:0");
        let output = sidecar.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("cannot read"),
            "{output:?}"
        );
    }
}
