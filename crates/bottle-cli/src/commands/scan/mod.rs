//! `bottle scan`: the scanner of pipelock, by hand.

mod exchanges;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use bottle_core::visible;
use bottle_pipelock::{InFile, Scanner};
use serde_json::json;

use self::exchanges::Responses;
use crate::args::ScanArgs;
use crate::exit::Exit;
use crate::host::HostSide;

/// The name of standard input.
const STDIN: &str = "-";

/// What was to be scanned cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file} cannot be read")]
struct Unreadable {
    file: String,
    source: io::Error,
}

/// Runs the command.
pub(crate) fn run(args: &ScanArgs, host: &HostSide) -> anyhow::Result<Exit> {
    let file = args.file.as_path();
    let unreadable = |source| {
        let file = shown(file);
        crate::invalid(Unreadable { file, source })
    };
    let mut input = open(file).map_err(unreadable)?;
    if args.jsonl {
        let responses = if args.block_responses {
            Responses::Blocked
        } else {
            Responses::Marked
        };
        return exchanges::answer(input, responses, host.printer).map_err(unreadable);
    }
    let mut text = Vec::new();
    input.read_to_end(&mut text).map_err(unreadable)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let found = Scanner::new().find_in_file(&name, &text);
    host.printer.data(&if args.json {
        let findings: Vec<_> = found.iter().map(|each| to_json(each, &text)).collect();
        format!("{:#}\n", json!({ "findings": findings }))
    } else {
        let lines = found.iter().map(|each| to_line(each, &text, file));
        lines.collect()
    });
    Ok(if found.is_empty() {
        Exit::Fine
    } else {
        Exit::No
    })
}

fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    if file == Path::new(STDIN) {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(file)?)))
}

fn shown(file: &Path) -> String {
    if file == Path::new(STDIN) {
        "standard input".to_owned()
    } else {
        visible(&file.display().to_string())
    }
}

fn to_line(InFile { finding, place }: &InFile, text: &[u8], file: &Path) -> String {
    let (file, rule) = (shown(file), finding.rule);
    let place = place.map_or_else(String::new, |offset| {
        let Place { line, column } = Place::of(text, offset);
        format!("{line}:{column}:")
    });
    let beginning = match finding.literal {
        "" => String::new(),
        literal => format!(" ({literal}…)"),
    };
    format!("{file}:{place} {rule}{beginning}\n")
}

fn to_json(InFile { finding, place }: &InFile, text: &[u8]) -> serde_json::Value {
    let position = place.map(|offset| Place::of(text, offset));
    json!({
        "rule": finding.rule,
        "offset": place,
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
        "shown": finding.excerpt(),
    })
}

/// A place in a text, as editors count: both from 1, columns in bytes.
#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn of(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or_default();
        let mut lines = before.rsplit(|byte| *byte == b'\n');
        let column = lines.next().map_or(0, <[u8]>::len) + 1;
        Self {
            line: lines.count() + 1,
            column,
        }
    }
}
