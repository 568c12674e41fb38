//! Every line of git-gate's decision log is what `docs/decision-log.schema.json` says, and the schema refuses what is not.

use std::path::Path;

use rustix::process::Signal;
use serde_json::json;

use super::shared_schema::Schema;
use super::world::{World, made_up_token, pkt};

#[test]
fn every_kind_of_line_fits() {
    let schema = Schema::read();
    let world = World::new();
    let folder = world.seeded();
    world.commit(&folder, "conf", &format!("x = \"{}\"\n", made_up_token()));
    world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    world.git_fails(&folder, &["push", "origin", "HEAD:refs/pull/1/head"]);
    world.git_fails(Path::new("/"), &["ls-remote", &world.url("other")]);
    world.raw(b"GET / HTTP/1.1\r\n\r\n");
    world.raw(&pkt("git-receive-pack /app\0host=h\0"));
    let leak = world.decision(|line| line["code"] == "git.secret");
    let finding = &leak["findings"][0];
    let release = format!(
        "version: 1\nreleases:\n- {{remote: app, object: {}, rule: {}, reason: made up}}\n",
        finding["object"], finding["rule"]
    );
    std::fs::write(world.path("config/releases.yaml"), release).unwrap();
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
    world.git(&folder, &["push", "--quiet", "origin", "HEAD:refs/heads/b"]);
    world.git(&folder, &["push", "--quiet", "origin", ":refs/heads/b"]);
    world.signal_gate(Signal::HUP);
    world.decision(|line| line["event"] == "reload");
    world.decision(|line| line["code"] == "git.ref_policy");
    world.decision(|line| line["code"] == "git.unknown_repo");
    world.decision(|line| line["code"] == "git.transport" && line["remote"].is_null());
    world.decision(|line| !line["released"].is_null());
    let pushed = world.decision(|line| line["refs"][0]["result"] == "ok");
    assert!(pushed["forward_ms"].as_u64() <= pushed["duration_ms"].as_u64());
    world.decision(|line| {
        line["request"] == "receive-pack" && line["refs"].is_null() && line["remote"] == "app"
    });
    schema.takes(&world.decisions());
}

#[test]
fn lines_of_other_shapes_are_refused() {
    let schema = Schema::read();
    let world = World::new();
    world.seeded();
    let line = world.decision(|line| line["request"] == "receive-pack");
    assert!(schema.is_taken(&line));
    for (key, wrong) in [
        ("event", json!("request")),
        ("service", json!("egress")),
        ("verdict", json!("maybe")),
        ("code", json!("secret")),
        ("refs", json!([{ "name": "refs/heads/a" }])),
        ("scan_ms", json!(-1)),
        ("content", json!("secret")),
    ] {
        let mut line = line.clone();
        line[key] = wrong;
        assert!(!schema.is_taken(&line), "{key}");
    }
    let mut line = line.clone();
    line.as_object_mut().unwrap().remove("scan_ms");
    assert!(!schema.is_taken(&line));
}
