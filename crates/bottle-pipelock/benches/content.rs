//! Taking structure and compression off a body, on one core.
#![expect(
    clippy::expect_used,
    reason = "a bench whose body is not what it says has nothing to measure"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;

use bottle_pipelock::{decode, parameters, texts};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::write::GzEncoder;

/// The length of each body.
const LENGTH: usize = 1024 * 1024;

/// Metadata of packages, with the fields that the registry of npm gives for each version.
fn json() -> String {
    let mut text = String::from("{\"name\":\"package\",\"versions\":{");
    let (digest, signature) = ("digest0123".repeat(9), "signature0".repeat(10));
    let mut number = 0;
    while text.len() < LENGTH {
        number += 1;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\"1.{number}.0\":{{\"name\":\"package\",\"version\":\"1.{number}.0\",\"description\":\"Reads \\\"things\\\" and writes others, in any order\",\"license\":\"MIT\",\"main\":\"lib/index.js\",\"homepage\":\"https://github.test/somebody/package#readme\",\"repository\":{{\"type\":\"git\",\"url\":\"git+https://github.test/somebody/package.git\"}},\"scripts\":{{\"test\":\"node test/index.js --all\",\"build\":\"tsc -p .\"}},\"dependencies\":{{\"left\":\"^2.{number}.1\",\"right\":\">=1.0.0 <2\"}},\"gitHead\":\"3f786850e387550fdab836ed7e6dc881de23001b\",\"_nodeVersion\":\"20.1.0\",\"dist\":{{\"integrity\":\"sha512-{digest}\",\"shasum\":\"3f786850e387550fdab836ed7e6dc881de23001b\",\"tarball\":\"https://registry.example.test/package/-/package-1.{number}.0.tgz\",\"fileCount\":{number},\"unpackedSize\":48213,\"signatures\":[{{\"keyid\":\"one\",\"sig\":\"{signature}\"}}]}},\"maintainers\":[{{\"name\":\"somebody\",\"email\":\"somebody@example.test\"}}]}},"
        );
    }
    text.push_str("\"0\":{}}}");
    text
}

/// What an agent sends to a model: code, with its line ends escaped.
fn messages() -> String {
    let mut text = String::from("{\"messages\":[");
    while text.len() < LENGTH {
        text.push_str(
            "{\"role\":\"user\",\"content\":\"In `fn main()`:\\n    let total = items.iter().sum::<u64>();\\n    println!(\\\"{total}\\\");\\nWhat does it print?\"},",
        );
    }
    text.push_str("{}]}");
    text
}

fn form() -> String {
    "name=Some+body&text=what+is+%22written%22+here%2C+mostly&page=3&".repeat(LENGTH / 64)
}

/// A form with a file.
fn multipart() -> Vec<u8> {
    let mut body = b"--limit\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n".to_vec();
    let mut state = 1_u32;
    body.extend(
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [.., high] = state.to_le_bytes();
            high
        })
        .take(LENGTH),
    );
    body.extend_from_slice(b"\r\n--limit--\r\n");
    body
}

fn page() -> String {
    "<p class=\"text\">Some words &amp; <b>others</b>, with a <a href=\"/page?x=1\">link</a>.</p>\n"
        .repeat(LENGTH / 88)
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("texts");
    let bodies: [(&str, &str, Vec<u8>); 5] = [
        ("json", "application/json", json().into()),
        ("messages", "application/json", messages().into()),
        ("form", "application/x-www-form-urlencoded", form().into()),
        (
            "multipart",
            "multipart/form-data; boundary=limit",
            multipart(),
        ),
        ("page", "text/html", page().into()),
    ];
    for (name, content_type, body) in &bodies {
        group.throughput(Throughput::Bytes(
            u64::try_from(body.len()).expect("a length"),
        ));
        group.bench_with_input(BenchmarkId::from_parameter(name), body, |bencher, body| {
            bencher.iter(|| texts(Some(content_type.as_bytes()), black_box(body)).expect("simple"));
        });
    }
    let plain = json();
    group.throughput(Throughput::Bytes(
        u64::try_from(plain.len()).expect("a length"),
    ));
    group.bench_with_input("query", &form(), |bencher, query| {
        bencher.iter(|| parameters(black_box(query.as_bytes())));
    });
    group.bench_with_input(
        "plain text",
        &plain.replace(['{', '&'], " "),
        |bencher, text| {
            bencher
                .iter(|| texts(Some(b"text/plain"), black_box(text.as_bytes())).expect("simple"));
        },
    );
    group.finish();

    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(plain.as_bytes())
        .expect("memory takes all");
    let packed = encoder.finish().expect("memory takes all");
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(
        u64::try_from(plain.len()).expect("a length"),
    ));
    group.bench_function("gzip", |bencher| {
        bencher
            .iter(|| decode([&b"gzip"[..]], black_box(&packed), 2 * LENGTH).expect("it is gzip"));
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
