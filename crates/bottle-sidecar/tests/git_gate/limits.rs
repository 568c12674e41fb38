//! What a connection may take, and all mirrors together.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bottle_git_gate::GateLimits;

use super::world::{World, pkt};

/// So long it may take the gate on a busy machine to notice.
const SLACK: Duration = Duration::from_secs(20);

/// Begins a push, and reads what the gate says first.
fn begin_push(world: &World) -> TcpStream {
    let mut stream = world.connect();
    stream
        .write_all(&pkt("git-receive-pack /app\0host=h\0"))
        .unwrap();
    let mut some = [0; 64];
    stream.read_exact(&mut some).unwrap();
    stream
}

/// A command of a push.
fn command(number: usize) -> Vec<u8> {
    let (old, new) = ("0".repeat(40), "1".repeat(40));
    let features = if number == 0 { "\0report-status" } else { "" };
    pkt(&format!("{old} {new} refs/heads/b{number}{features}"))
}

#[test]
fn silence_ends_a_push() {
    let limits = GateLimits {
        idle: Duration::from_secs(2),
        ..GateLimits::default()
    };
    let world = World::within(limits);
    let mut stream = begin_push(&world);
    let start = Instant::now();
    let _ = stream.read_to_end(&mut Vec::new());
    let waited = start.elapsed();
    assert!(
        (Duration::from_secs(1)..SLACK).contains(&waited),
        "{waited:?}"
    );
    world.decision(|line| line["request"] == "receive-pack" && line["code"] == "git.limits");
    world.no_quarantine();
    // Who goes on is served.
    let folder = world.clone_app("first");
    world.commit(&folder, "a", "a\n");
    world.git(
        &folder,
        &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
    );
}

#[test]
fn a_busy_connection_ends_too() {
    let limits = GateLimits {
        connection: Duration::from_secs(2),
        ..GateLimits::default()
    };
    let world = World::within(limits);
    let mut stream = begin_push(&world);
    let start = Instant::now();
    let mut sent = 0;
    while start.elapsed() < SLACK && stream.write_all(&command(sent)).is_ok() {
        sent += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(start.elapsed() < SLACK && sent > 5, "{sent}");
    world.decision(|line| line["request"] == "receive-pack" && line["code"] == "git.limits");
}

#[test]
fn a_flood_of_commands_is_cut_off() {
    let world = World::new();
    let before = world.pushes_upstream();
    let mut stream = begin_push(&world);
    let name = "x".repeat(60_000);
    let (old, new) = ("0".repeat(40), "1".repeat(40));
    let line = pkt(&format!("{old} {new} refs/heads/{name}"));
    // Four times as much as is taken. What comes too late is thrown away for a while, so that the client can read why.
    let _ = (0..280).try_for_each(|_| stream.write_all(&line));
    let line =
        world.decision(|line| line["request"] == "receive-pack" && line["code"] == "git.limits");
    assert!(
        line["bytes_in"].as_u64().unwrap() < 5 * 1024 * 1024,
        "{line}"
    );
    assert_eq!(world.pushes_upstream(), before);
    world.no_quarantine();
}

#[test]
fn a_full_disk_takes_no_push_and_goes_on_serving() {
    let limits = GateLimits {
        data_bytes: 1,
        ..GateLimits::default()
    };
    let world = World::within(limits);
    let folder = world.clone_app("first");
    world.commit(&folder, "a", "a\n");
    let before = world.contacts().len();
    let said = world.git_fails(&folder, &["push", "origin", "HEAD:refs/heads/main"]);
    assert!(
        said.contains("git.limits") && said.contains("mirrors"),
        "{said}"
    );
    // Nothing was asked of the upstream, and nothing taken from the client.
    assert_eq!(world.contacts().len(), before);
    let line = world.decision(|line| line["code"] == "git.limits");
    assert_eq!(
        (&line["bytes_in"], &line["refs"]),
        (&0.into(), &serde_json::Value::Null)
    );
    world.git(&folder, &["fetch", "--quiet"]);
}

#[test]
fn only_some_pushes_are_received_at_once() {
    let world = World::new();
    let mut begun: Vec<TcpStream> = (0..4).map(|_| begin_push(&world)).collect();
    let mut fifth = world.connect();
    fifth
        .write_all(&pkt("git-receive-pack /app\0host=h\0"))
        .unwrap();
    let mut said = String::new();
    fifth.read_to_string(&mut said).unwrap();
    assert!(said.contains("ERR git.limits"), "{said}");
    // One that goes makes room.
    drop(begun.pop());
    let start = Instant::now();
    let folder = world.clone_app("first");
    world.commit(&folder, "a", "a\n");
    let arguments = ["push", "--quiet", "origin", "HEAD:refs/heads/main"];
    while !world.try_git(&folder, &arguments).0 {
        assert!(start.elapsed() < SLACK, "there is no room again");
    }
}

#[test]
fn a_signed_certificate_of_a_push_is_not_even_read_by_git() {
    let world = World::new();
    let mut stream = begin_push(&world);
    stream
        .write_all(&pkt("push-cert\0report-status\n"))
        .unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
    world.decision(|line| line["request"] == "receive-pack" && line["code"] == "git.limits");
    world.no_quarantine();
}
