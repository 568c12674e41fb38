//! Repositories for tests and benches, made with `git fast-import`: one process for any number of commits.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A bare repository. Its refs are what upstream has.
pub(crate) struct Repository {
    folder: TempDir,
}

/// Commits in the making.
#[derive(Default)]
pub(crate) struct Import {
    stream: Vec<u8>,
    marks: usize,
}

/// A file in a commit: its path and its content.
pub(crate) type File<'a> = (&'a str, &'a [u8]);

impl Import {
    /// A commit with these files beside those of its parent (an id, or the number of a commit made here). Its number.
    pub(crate) fn commit(
        &mut self,
        parent: Option<&str>,
        message: &str,
        files: &[File<'_>],
    ) -> usize {
        self.commit_by("A U Thor <author@example.test>", parent, message, files)
    }

    /// How many commits there are.
    pub(crate) const fn count(&self) -> usize {
        self.marks
    }

    pub(crate) fn commit_by(
        &mut self,
        author: &str,
        parent: Option<&str>,
        message: &str,
        files: &[File<'_>],
    ) -> usize {
        self.marks += 1;
        let mark = self.marks;
        let who = format!("{author} {} +0000", 1_700_000_000 + mark);
        let head =
            format!("commit refs/import/{mark}\nmark :{mark}\nauthor {who}\ncommitter {who}\n");
        self.stream.extend_from_slice(head.as_bytes());
        self.data(message.as_bytes());
        if let Some(parent) = parent {
            self.line(&format!("from {parent}"));
        }
        for (path, content) in files {
            let link = path.strip_prefix("120000 ");
            let (mode, path) = link.map_or(("100644", *path), |path| ("120000", path));
            let path = path
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            self.line(&format!("M {mode} inline \"{path}\""));
            self.data(content);
        }
        self.line("");
        mark
    }

    fn data(&mut self, bytes: &[u8]) {
        self.line(&format!("data {}", bytes.len()));
        self.stream.extend_from_slice(bytes);
        self.line("");
    }

    fn line(&mut self, line: &str) {
        self.stream.extend_from_slice(line.as_bytes());
        self.stream.push(b'\n');
    }
}

impl Repository {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { folder };
        repository.git(&["init", "-q", "--bare", "--initial-branch=main", "."], b"");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What git prints, without the line end behind it.
    pub(crate) fn git(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(self.path())
            .env_remove("GIT_DIR")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.test")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.test")
            .env("GIT_AUTHOR_DATE", "1700000000 +0000")
            .env("GIT_COMMITTER_DATE", "1700000000 +0000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writing = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        // A git that needs no input closes it.
        let _ = writing.join().unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Takes commits in, without refs. Their ids, in the order of their numbers.
    pub(crate) fn import(&self, import: &Import) -> Vec<String> {
        let marks = self.path().join("marks");
        let export = format!("--export-marks={}", marks.display());
        self.git(
            &["fast-import", "--quiet", "--force", &export],
            &import.stream,
        );
        let text = std::fs::read_to_string(&marks).unwrap();
        let mut ids: Vec<(usize, String)> = text
            .lines()
            .map(|line| {
                let (mark, id) = line.split_once(' ').unwrap();
                (mark[1..].parse().unwrap(), id.to_owned())
            })
            .collect();
        ids.sort();
        let refs = self.git(
            &["for-each-ref", "--format=delete %(refname)", "refs/import"],
            b"",
        );
        self.git(&["update-ref", "--stdin"], format!("{refs}\n").as_bytes());
        ids.into_iter().map(|(_, id)| id).collect()
    }
}
