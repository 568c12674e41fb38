//! Exit code and both streams in one picture.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A home of its own, and a folder to call from.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["home/agents", "home/bottles", "repository"] {
            fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        let place = Self { folder };
        place.write("home/agents/dev.md", "---\nbottle: dev\n---\nBe careful.\n");
        place.write("home/bottles/dev.md", BOTTLE);
        // What is no Markdown is no manifest.
        place.write("home/bottles/key", "a-key\n");
        place
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the program and shows how it ended, with this machine's paths taken out.
    pub(crate) fn picture(&self, args: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_bottle"))
            .args(args)
            .env_clear()
            .env("BOTTLE_HOME", self.path().join("home"))
            .env("HOME", self.path().join("user"))
            .env("API_TOKEN", "a-value")
            .env("HOST_TWICE", "a-value")
            .env("HOST_TWICE_FILE", "/nonexistent")
            .env("HOST_KEY_FILE", self.path().join("home/bottles/key"))
            .env("DOCKER_HOST", "unix:///nonexistent/docker.sock")
            .current_dir(self.path().join("repository"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.replace(&self.path().display().to_string(), "[place]")
        };
        format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            output.status.code().unwrap(),
            text(&output.stdout),
            text(&output.stderr)
        )
    }
}

const BOTTLE: &str = "\
---
provider: command
env:
  EDITOR: vi
  KEY: ${HOST_KEY}
egress:
  routes:
    - host: api.example.com
      path_allowlist: [/v1]
      methods: [GET]
      auth: {scheme: Bearer, token_ref: API_TOKEN}
  allowlist: [pypi.org]
---
";
