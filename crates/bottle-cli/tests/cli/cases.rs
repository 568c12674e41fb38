use insta::assert_snapshot;

use crate::picture::Place;

#[test]
fn check_everything() {
    let place = Place::new();
    place.write(
        "home/bottles/broken.md",
        "---\negress:\n  rotues: []\nenv: [a]\n---\n",
    );
    place.write("repository/.claude-bottle/bottles/own.md", "---\n---\n");
    assert_snapshot!(place.picture(&["check"]));
}

#[test]
fn check_one_and_json() {
    let place = Place::new();
    assert_snapshot!(place.picture(&["check", "dev"]));
    assert_snapshot!(place.picture(&["check", "--json"]));
}

#[test]
fn explain_requests() {
    let place = Place::new();
    for url in [
        "https://api.example.com/v1/x",
        "https://api.example.com/v2",
        "https://evil.example/",
        "api.example.com",
    ] {
        assert_snapshot!(place.picture(&["check", "dev", "GET", url]));
    }
    assert_snapshot!(place.picture(&[
        "check",
        "dev",
        "POST",
        "https://api.example.com/v1/x",
        "--json"
    ]));
    assert_snapshot!(place.picture(&[
        "check",
        "dev",
        "GET",
        "https://api.example.com/v1/x",
        "--json"
    ]));
}

#[test]
fn what_is_not_there() {
    let place = Place::new();
    assert_snapshot!(place.picture(&["check", "dve"]));
    assert_snapshot!(place.picture(&["run", "dve", "--", "true"]));
    assert_snapshot!(place.picture(&["run", "Not A Name", "--", "true"]));
    assert_snapshot!(place.picture(&["run", "dev"]));
}

#[test]
fn without_an_engine() {
    let place = Place::new();
    assert_snapshot!(place.picture(&["run", "dev", "--", "true"]));
    assert_snapshot!(place.picture(&["start", "dev", "--dry-run"]));
    assert_snapshot!(place.picture(&["list"]));
    assert_snapshot!(place.picture(&["list", "--json"]));
    assert_snapshot!(place.picture(&["cleanup"]));
    assert!(!place.path().join("home/state").exists());
}

#[test]
fn render_writes_everything_once() {
    let place = Place::new();
    assert_snapshot!(place.picture(&["render", "dev", "--out", "out"]));
    let before = std::fs::read(place.path().join("repository/out/docker-compose.yml")).unwrap();
    assert_snapshot!(place.picture(&["render", "dev", "--out", "out"]));
    assert_eq!(
        std::fs::read(place.path().join("repository/out/docker-compose.yml")).unwrap(),
        before
    );
    place.write("home/bottles/dev.md", "---\nimage: 7\n---\n");
    assert_snapshot!(place.picture(&["render", "dev", "--out", "other"]));
    assert!(!place.path().join("repository/other").exists());
}

#[test]
fn it_plays_a_sidecar() {
    let place = Place::new();
    assert_snapshot!(place.picture(&["sidecar", "health"]));
    assert_snapshot!(place.picture(&["sidecar", "nonsense"]));
}
