//! Scanning on one core, beside a plain pass over the same memory in the same run.
#![expect(
    clippy::expect_used,
    reason = "a bench whose text is not what it says has nothing to measure"
)]

use std::fmt::Write as _;
use std::hint::black_box;

use bottle_pipelock::{Content, Scanner};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

/// The length of each text.
const LENGTH: usize = 1024 * 1024;
/// The length of a whole request.
const MEGABYTE: usize = 1_000_000;

/// Source code: that of this crate's scanner, over and over.
const SOURCE: &str = concat!(
    include_str!("../src/scan.rs"),
    include_str!("../src/shapes.rs"),
    include_str!("../src/known.rs"),
    include_str!("../src/seed_phrase.rs"),
    include_str!("../src/address.rs"),
);

fn source() -> String {
    repeated(SOURCE)
}

/// What an agent sends to a model: messages with code and words in them.
fn json() -> String {
    let mut text = String::from("{\"model\":\"m\",\"messages\":[");
    let mut number = 0;
    while text.len() < LENGTH {
        number += 1;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{{\"role\":\"user\",\"id\":{number},\"content\":\"In `fn main()` of module {number}, see line {}:\\n    let total = items.iter().sum::<u64>();\\nWhat does it return for an empty list?\"}},",
            number * 7
        );
    }
    text.push_str("{}]}");
    text
}

/// Short words, among which no search has to look twice: what is left is the first pass of each.
fn prose() -> String {
    repeated(
        "The boats came in early, and the quay was not open yet. Fish is sold by the crate; who wants less has to wait \
         until nine. In the year before, a roof was put up there, for which nobody had asked, and it leaks.\n",
    )
}

/// Beginnings of tokens that do not go on, and encodings of nothing.
fn near_misses() -> String {
    repeated(concat!(
        "ghp_short npm_ AKIA sk-ant- xoxb- .eyJ -----BEGIN glpat- hf_ %41%6b\\u0041 SG. AIza ",
        "QUtJQQ== 616b6961 eyJhbGciOi T3BlbkFJ github_pat_ sk_live_ dop_v1_ https://hooks.slack.com/x "
    ))
}

/// One long run of base64, as images are sent.
fn base64() -> String {
    let mut state = 1_u32;
    let mut digit = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let place = usize::try_from(state >> 26).unwrap_or_default();
        char::from(alphabet.get(place).copied().unwrap_or(b'A'))
    };
    (0..LENGTH).map(|_| digit()).collect()
}

fn repeated(text: &str) -> String {
    text.chars().cycle().take(LENGTH).collect()
}

fn bodies(c: &mut Criterion) {
    let scanner = Scanner::new();
    let texts = [
        ("first pass", prose()),
        ("source", source()),
        ("json", json()),
        ("near misses", near_misses()),
        ("base64", base64()),
    ];
    let mut group = c.benchmark_group("body");
    group.sample_size(20);
    for (name, text) in &texts {
        let bytes = text.as_bytes();
        assert!(scanner.scan_body(bytes).is_none(), "{name} is clean");
        let length = u64::try_from(bytes.len()).expect("a length");
        group.throughput(Throughput::Bytes(length));
        group.bench_with_input(
            BenchmarkId::new("yardstick: a pass", name),
            bytes,
            |b, text| {
                b.iter(|| {
                    black_box(text)
                        .iter()
                        .map(|byte| u64::from(*byte))
                        .sum::<u64>()
                });
            },
        );
        group.bench_with_input(BenchmarkId::new("scan", name), bytes, |b, text| {
            b.iter(|| scanner.scan_body(black_box(text)));
        });
    }
    group.finish();
}

/// A whole request to a model, as an agent sends it: what was said, and files that were read, with their code in strings.
fn conversation() -> String {
    let lines: Vec<&str> = SOURCE.lines().collect();
    let files: Vec<String> = lines.chunks(60).map(|lines| lines.join("\n")).collect();
    let mut text =
        String::from("{\"model\":\"m\",\"max_tokens\":8192,\"stream\":true,\"messages\":[");
    for (number, file) in files.iter().cycle().enumerate() {
        let id = format!("call-{number}");
        let said = format!("Let me read part {number}, to see what it does with an empty list.");
        let input = json!({"path": format!("src/part_{number}.rs"), "limit": 60});
        let asked = json!({"role": "assistant", "content": [
            {"type": "text", "text": said},
            {"type": "tool_use", "id": id, "name": "read", "input": input},
        ]});
        let read = json!({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": id, "content": file},
        ]});
        // Writing to a String cannot fail.
        let _ = write!(text, "{asked},{read}");
        if text.len() > MEGABYTE {
            break;
        }
        text.push(',');
    }
    text.push_str("]}");
    text
}

/// All that is done with a body before it goes on: as it is, taken apart, its calls of tools.
fn whole(c: &mut Criterion) {
    let scanner = Scanner::new();
    let text = conversation();
    let content = Content {
        media_type: Some(b"application/json"),
        codings: &[],
        message_coding: None,
        bytes: text.as_bytes(),
    };
    assert!(scanner.scan_content(&content).is_none(), "it is clean");
    let mut group = c.benchmark_group("whole");
    group.sample_size(20);
    let length = u64::try_from(text.len()).expect("a length");
    group.throughput(Throughput::Bytes(length));
    group.bench_function("yardstick: a pass", |b| {
        b.iter(|| {
            let bytes = black_box(text.as_bytes()).iter();
            bytes.map(|byte| u64::from(*byte)).sum::<u64>()
        });
    });
    group.bench_function("1 MB of messages in JSON", |b| {
        b.iter(|| scanner.scan_content(black_box(&content)));
    });
    group.finish();
}

fn short(c: &mut Criterion) {
    let scanner = Scanner::new();
    let host = "registry.example.com".parse().expect("a host");
    let target =
        "/v1/packages/left-pad/versions?limit=50&sort=-created&fields=name,version,dist.tarball";
    let mut group = c.benchmark_group("short");
    group.bench_function("url", |b| {
        b.iter(|| {
            let host = scanner.scan_host(black_box(&host));
            host.or_else(|| scanner.scan_target(black_box(target)))
        });
    });
    group.bench_function("header", |b| {
        let value = b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
        b.iter(|| scanner.scan_header(&host, "user-agent", black_box(value)));
    });
    group.finish();
}

criterion_group!(benches, bodies, whole, short);
criterion_main!(benches);
