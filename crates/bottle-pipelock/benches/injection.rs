//! The search for orders to a model, beside a plain search over the same memory in the same run.
#![expect(
    clippy::expect_used,
    reason = "a bench whose text is not what it says has nothing to measure"
)]

use std::hint::black_box;

use bottle_pipelock::find_injection;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// The length of each text.
const LENGTH: usize = 1024 * 1024;

const ARTICLE: &str = "<p class=\"lead\">The harbour was quiet when the first boats came in, and the market on the \
     <a href=\"/quay\">quay</a> had not opened yet.</p>\n<p>Fish is sold by the crate; whoever wants less has to wait \
     until nine. In the previous year the council put up a roof &mdash; nobody asked for it.</p>\n";
const METADATA: &str = "{\"name\":\"left-pad\",\"version\":\"1.3.0\",\"dist\":{\"shasum\":\"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c\",\
     \"tarball\":\"https://registry.example.com/left-pad/-/left-pad-1.3.0.tgz\"},\"keywords\":[\"string\",\"pad\"]},\n";
const SOURCE: &str = concat!(
    include_str!("../src/scanner.rs"),
    include_str!("../src/scan.rs"),
    include_str!("../src/known.rs"),
    include_str!("../src/address.rs"),
);
const NEAR_MISSES: &str = "Ignore errors in the instruction set. The prompt shows a tool, do not tell a lie. Decode base64 \
     quietly. All credentials are hidden from view; whoever forgets a password reads the guideline. ";
/// Each letter may hide one of ASCII.
const CYRILLIC: &str =
    "Море було тихе, і ринок ще не відкрився. Хто хоче менше, має чекати до дев'ятої. ";
/// Each word is an anchor.
const REPEATED: &str = "ignore the ";

fn texts(c: &mut Criterion) {
    let texts = [
        ("html", ARTICLE),
        ("json", METADATA),
        ("source", SOURCE),
        ("near misses", NEAR_MISSES),
        ("cyrillic", CYRILLIC),
        ("repeated", REPEATED),
    ];
    let mut group = c.benchmark_group("injection");
    group.sample_size(20);
    for (name, piece) in texts {
        let text: String = piece.chars().cycle().take(LENGTH).collect();
        let bytes = text.as_bytes();
        assert!(find_injection(bytes).is_none(), "{name} is clean");
        let length = u64::try_from(bytes.len()).expect("a length");
        group.throughput(Throughput::Bytes(length));
        group.bench_with_input(
            BenchmarkId::new("yardstick: memchr", name),
            bytes,
            |b, text| b.iter(|| memchr::memchr_iter(b'\0', black_box(text)).count()),
        );
        group.bench_with_input(BenchmarkId::new("find", name), bytes, |b, text| {
            b.iter(|| find_injection(black_box(text)));
        });
    }
    group.finish();
}

criterion_group!(benches, texts);
criterion_main!(benches);
