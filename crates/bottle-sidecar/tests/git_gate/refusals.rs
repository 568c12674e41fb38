//! What is no request for a declared repository.

use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::world::{PATIENCE, World, pkt};

#[test]
fn whatever_is_no_request_is_told_so() {
    let world = World::new();
    for (content, code) in [
        ("git-upload-pack /other\0host=h\0", "git.unknown_repo"),
        (
            "git-receive-pack /App\0host=h\0\0version=2\0",
            "git.unknown_repo",
        ),
        ("git-upload-pack /../app\0host=h\0", "git.path"),
        ("git-upload-pack /%2e%2e/app\0host=h\0", "git.path"),
        ("git-upload-pack /app/../../etc\0host=h\0", "git.path"),
        ("git-upload-pack app\0host=h\0", "git.path"),
        ("git-upload-pack //app\0host=h\0", "git.path"),
        ("git-upload-pack /app\0/etc/passwd\0", "git.path"),
        ("git-upload-pack /app\0host=h\0\0version=2", "git.path"),
        ("git-upload-pack /app\n\0host=h\0", "git.path"),
        ("git-upload-pack ~root/app\0host=h\0", "git.path"),
        ("git-upload-archive /app\0host=h\0", "git.transport"),
        ("git-shell /app\0host=h\0", "git.transport"),
        ("--upload-pack=x /app\0", "git.transport"),
        ("\0", "git.transport"),
    ] {
        let answer = world.raw(&pkt(content));
        assert!(
            answer[4..].starts_with(&format!("ERR {code}: ")),
            "{content:?}: {answer}"
        );
    }
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00",
        b"0000",
        b"0001",
        b"0004",
        b"fff0",
        b"zzzz",
        b"00",
        b"",
        b"0032git-upload-pack /app",
    ] {
        let answer = world.raw(bytes);
        assert!(
            answer[4..].starts_with("ERR git.transport: "),
            "{bytes:?}: {answer}"
        );
    }
    assert_eq!(world.contacts(), Vec::<String>::new());
    let said = world.git_fails(
        Path::new("/"),
        &["archive", &format!("--remote={}", world.url("app")), "main"],
    );
    assert!(said.contains("git.transport"), "{said}");
    let said = world.git_fails(Path::new("/"), &["clone", &world.url("other"), "/nowhere"]);
    assert!(said.contains("remote error: git.unknown_repo"), "{said}");
    assert!(world.is_healthy());
}

#[test]
fn silence_and_floods_end() {
    let world = World::new();
    world.seeded();
    let start = Instant::now();
    let mut silent = world.connect();
    let mut crowd: Vec<_> = (0..60).map(|_| from_elsewhere(&world)).collect();
    let told = crowd.iter_mut().skip(24).filter(|stream| {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut answer = [0; 200];
        let length = (&**stream).read(&mut answer).unwrap_or(0);
        String::from_utf8_lossy(&answer[..length]).contains("ERR git.limits")
    });
    assert_eq!(told.count(), 36);
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "the crowd was there at once"
    );
    assert!(world.is_healthy());
    let mut answer = String::new();
    silent.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains("ERR git.transport: no request came in time"),
        "{answer}"
    );
    let waited = start.elapsed();
    assert!(
        (Duration::from_secs(9)..Duration::from_secs(20)).contains(&waited),
        "{waited:?}"
    );
    drop(crowd);
    world.git(Path::new("/"), &["ls-remote", &world.url("app")]);
}

/// A connection from another address than everybody else's.
fn from_elsewhere(world: &World) -> std::net::TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        socket.connect(world.address).await.unwrap()
    });
    let stream = stream.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    stream
}

#[test]
fn a_client_that_sends_on_after_a_refusal_still_reads_it() {
    let world = World::new();
    let mut stream = world.connect();
    stream
        .write_all(&pkt("git-receive-pack /other\0host=h\0"))
        .unwrap();
    stream.write_all(&vec![b'x'; 300_000]).unwrap();
    let mut answer = [0; 100];
    let length = stream.read(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer[..length]).contains("ERR git.unknown_repo"));
}

#[test]
fn the_configuration_is_read_again() {
    let world = World::new();
    world.seeded();
    world.make_upstream("two");
    world.git_fails(Path::new("/"), &["ls-remote", &world.url("two")]);
    std::fs::write(world.path("config/git-gate.yaml"), "nonsense").unwrap();
    world.signal_gate(Signal::HUP);
    world.decision(|line| line["event"] == "reload" && line["ok"] == false);
    world.git(Path::new("/"), &["ls-remote", &world.url("app")]);
    world.configure(&world.host_key("host"), "", &["two"]);
    world.signal_gate(Signal::HUP);
    world.decision(|line| line["event"] == "reload" && line["ok"] == true);
    world.git(Path::new("/"), &["ls-remote", &world.url("two")]);
}
