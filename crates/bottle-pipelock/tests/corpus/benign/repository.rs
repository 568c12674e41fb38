//! The files of this repository, as an agent sends them: to a model, to a forge, as they are.
#![expect(clippy::disallowed_methods, reason = "a test may read the repository")]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::words::quoted;
use crate::sample::Sample;

/// A file is sent up to here: what follows are tests, and tokens are in some of them.
const TESTS: &str = "#[cfg(test)]";
/// Kinds of files.
const ENDINGS: &[&str] = &["rs", "md", "toml", "lock", "json", "yml", "yaml", "snap"];
/// Folders and files that hold tokens to try the scanner with, or are written by a build.
const LEFT_OUT: &[&str] = &["target", ".git", "tests", "tests.rs", "examples", "fuzz"];
/// The most of a file.
const LARGEST: usize = 64 * 1024;

/// One exchange for each file and a part of each, the way it is sent changing from file to file.
pub(crate) fn samples() -> Vec<(String, Sample)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let readable = files.into_iter().filter_map(|file| {
        let text = fs::read_to_string(&file).ok()?;
        let name = file.strip_prefix(&root).ok()?.display().to_string();
        Some((name, text))
    });
    let numbered = readable.enumerate();
    numbered
        .map(|(number, (name, text))| (name, sent(&text, number)))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap_or_default();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            collect(&path, files);
        } else if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            files.push(path);
        }
    }
}

fn sent(text: &str, number: usize) -> Sample {
    let text = text.split(TESTS).next().unwrap_or_default();
    let text: String = text.chars().take(LARGEST).collect();
    match number % 4 {
        0 => Sample::post(
            "https://api.anthropic.com/v1/messages",
            "application/json",
            format!(
                r#"{{"messages":[{{"role":"user","content":[{{"type":"tool_result","content":"{}"}}]}}]}}"#,
                quoted(&text, false)
            ),
        ),
        1 => Sample::post(
            "https://lint.example.com/check",
            "text/plain; charset=utf-8",
            text,
        ),
        2 => Sample::post(
            "https://api.github.com/repos/example/example/git/blobs",
            "application/json",
            format!(
                r#"{{"encoding":"base64","content":"{}"}}"#,
                STANDARD.encode(&text)
            ),
        ),
        _ => Sample {
            messages: vec![
                format!(
                    r#"{{"method":"textDocument/didOpen","params":{{"text":"{}"}}}}"#,
                    quoted(&text, true)
                )
                .into_bytes(),
            ],
            ..Sample::get("wss://lsp.example.com/")
        },
    }
}
