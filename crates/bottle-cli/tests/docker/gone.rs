//! The engine goes away in the middle of a session, and comes back: as when its service is restarted.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::support::{Cli, docker, socket, wait_until};

/// A socket in front of the engine's that can be cut off from it.
#[derive(Clone)]
struct Gate {
    path: PathBuf,
    is_shut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<UnixStream>>>,
}

impl Gate {
    fn new(folder: &Path) -> Self {
        let gate = Self {
            path: folder.join("engine.sock"),
            is_shut: Arc::default(),
            open: Arc::default(),
        };
        let listener = UnixListener::bind(&gate.path).unwrap();
        let serving = gate.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if !serving.is_shut.load(Ordering::SeqCst) {
                    serving.join(&client);
                }
            }
        });
        gate
    }

    fn join(&self, client: &UnixStream) {
        let engine = UnixStream::connect(socket()).unwrap();
        let mut open = self.open.lock().unwrap();
        for (from, to) in [(client, &engine), (&engine, client)] {
            open.push(from.try_clone().unwrap());
            let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Write);
            });
        }
    }

    /// Ends every connection; new ones end at once.
    fn shut(&self) {
        self.is_shut.store(true, Ordering::SeqCst);
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn reopen(&self) {
        self.is_shut.store(false, Ordering::SeqCst);
    }
}

#[test]
fn an_engine_that_comes_back_finds_its_bottle_taken_down() {
    let cli = Cli::new();
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::new(folder.path());
    let mut command = cli.command(&["run", "dev", "--", "sh", "-c", "echo ready; sleep 300"]);
    let out = folder.path().join("out");
    let mut child = command
        .env("DOCKER_HOST", format!("unix://{}", gate.path.display()))
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the session", || {
        std::fs::read_to_string(&out).unwrap().contains("ready")
    });
    let identity = cli.identities().pop().unwrap();
    // What a restarted engine does to containers that are not to be restarted.
    gate.shut();
    docker(&[
        "kill",
        &format!("bottle-{identity}-agent"),
        &format!("bottle-{identity}-egress"),
    ]);
    thread::sleep(Duration::from_secs(2));
    assert!(
        matches!(child.try_wait(), Ok(None)),
        "it did not wait for the engine"
    );
    gate.reopen();
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(125 | 255 | 137)),
        "{words}"
    );
    assert!(cli.is_gone(), "{words}");
    assert!(cli.state(&identity).join("compose.log").exists(), "{words}");
    assert!(words.contains("bottle resume"), "{words}");
}
