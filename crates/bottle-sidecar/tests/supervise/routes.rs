//! `list-egress-routes`: the live table, asked of a real egress.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::world::{PATIENCE, World, free_address};

/// A real egress.
struct Egress {
    _folder: TempDir,
    child: Child,
    address: SocketAddr,
}

impl Egress {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let routes = "version: 1\nroutes:\n- {host: ok.test, ports: [443], path_allowlist: [/v1], methods: [GET]}\n";
        fs::write(folder.path().join("routes.yaml"), routes).unwrap();
        let address = free_address();
        let child = Command::new(env!("CARGO_BIN_EXE_bottle-sidecar"))
            .args(["egress", "--listen", &address.to_string(), "--config"])
            .arg(folder.path())
            .stdout(File::create(folder.path().join("out")).unwrap())
            .stderr(File::create(folder.path().join("err")).unwrap())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < PATIENCE);
            sleep(Duration::from_millis(10));
        }
        Self {
            _folder: folder,
            child,
            address,
        }
    }
}

impl Drop for Egress {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_live_table_is_shown() {
    let egress = Egress::start();
    let world = World::before(egress.address, 0);
    let table = world.fine("list-egress-routes", &json!({}));
    let routes = table["routes"].as_array().unwrap();
    assert_eq!(routes[0]["host"], "ok.test", "{table}");
    assert_eq!(routes[0]["path_allowlist"], json!(["/v1"]));
    drop(egress);
    let said = world.failed("list-egress-routes", &json!({}));
    assert!(said.contains("cannot be reached"), "{said}");
}

/// Answers everything with these bytes, and notes what was asked.
fn pretend(answer: &'static [u8]) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let length = stream.read(&mut asked).unwrap();
        let _ = stream.write_all(answer);
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    (address, asked)
}

#[test]
fn it_is_asked_as_a_proxy_is() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"routes\":[]}";
    let (address, asked) = pretend(answer);
    let world = World::before(address, 0);
    assert_eq!(
        world.fine("list-egress-routes", &json!({})),
        json!({"routes": []})
    );
    let asked = asked.join().unwrap().to_ascii_lowercase();
    assert!(
        asked.starts_with("get http://_egress.local/allowlist http/1.1\r\n"),
        "{asked}"
    );
    assert!(asked.contains("host: _egress.local\r\n"), "{asked}");
    assert!(!asked.contains("authorization"), "{asked}");
}

#[test]
fn what_is_no_table_is_an_error() {
    for (answer, part) in [
        (
            &b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"[..],
            "answers 503",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\"\"",
            "something else",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
            "something else",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
            "something else",
        ),
        (b"SSH-2.0-x\r\n", "cannot be reached"),
        (b"", "cannot be reached"),
    ] {
        let (address, asked) = pretend(answer);
        let world = World::before(address, 0);
        let said = world.failed("list-egress-routes", &json!({}));
        assert!(
            said.starts_with("the table cannot be shown: ") && said.contains(part),
            "{said}"
        );
        asked.join().unwrap();
    }
    // One who takes the question and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::before(listener.local_addr().unwrap(), 0);
    let said = world.failed("list-egress-routes", &json!({}));
    assert!(said.contains("does not answer in time"), "{said}");
}
