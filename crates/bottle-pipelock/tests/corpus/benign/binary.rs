//! What is not text: packs, archives, messages of protocols, files in forms.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fill::fill;
use crate::deflate::{gzip, zlib};
use crate::hex::hex;
use crate::random::Random;
use crate::sample::Sample;

/// Makes one of a kind.
type Generator = fn(&mut Random) -> Sample;

/// The kinds, and how many there are of each.
pub(crate) const KINDS: &[(&str, usize, Generator)] = &[
    ("git-pack", 30, pack),
    ("loose-objects", 20, loose_objects),
    ("grpc", 40, grpc),
    ("otlp-protobuf", 20, otlp),
    ("multipart-upload", 40, multipart),
    ("multipart-wheel", 20, wheel),
    ("tarball", 20, tarball),
    ("image-upload", 20, image),
    ("binary-frames", 30, binary_frames),
    ("executable", 10, executable),
    ("utf16", 10, utf16),
    ("dump-in-capitals", 20, dump_in_capitals),
    ("compressed-in-json", 40, compressed_in_json),
    ("noise", 30, noise),
    ("large-noise", 1, large_noise),
    ("large-json", 1, large_json),
    ("large-image", 1, large_image),
];

fn text(template: &str, random: &mut Random) -> Vec<u8> {
    fill(template, random).into_bytes()
}

fn octets(url: &str, body: Vec<u8>) -> Sample {
    Sample::post(url, "application/octet-stream", body)
}

fn pack(random: &mut Random) -> Sample {
    let mut body = b"0000PACK\0\0\0\x02\0\0\0\x20".to_vec();
    for _ in 0..=random.below(12) {
        body.push(0x90 | random.bytes(1)[0] & 0x0f);
        body.push(random.bytes(1)[0] & 0x7f);
        body.extend(zlib(&text("tree @{hex 40}\nparent @{hex 40}\nauthor @{Camel} <@{email}> @{epoch} +0100\n\n@{para 2}\n", random)));
        body.extend(zlib(&text("@{code}", random)));
    }
    body.extend(random.bytes(20));
    let url = fill(
        "https://git.example.com/@{word}/@{word}.git/git-receive-pack",
        random,
    );
    Sample::post(&url, "application/x-git-receive-pack-request", body)
}

fn loose_objects(random: &mut Random) -> Sample {
    let url = fill(
        "https://cache.example.com/objects/@{hex 2}/@{hex 38}",
        random,
    );
    let object = text("blob 1234\0@{code}@{code}", random);
    octets(&url, zlib(&object))
}

/// A message's length in front of it.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message].concat()
}

/// A field of Protocol Buffers that has a length.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let mut output = vec![number << 3 | 2];
    let mut length = value.len();
    while length >= 0x80 {
        output.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    output.push(u8::try_from(length).unwrap());
    output.extend_from_slice(value);
    output
}

fn grpc(random: &mut Random) -> Sample {
    let fields = [
        field(1, &text("@{slug 3}", random)),
        field(2, &text("@{uuid}", random)),
        field(3, &text("@{para 3}", random)),
        field(4, &random.bytes(32)),
        field(5, &text("@{language}", random)),
        vec![0x30, 0xac, 0x02, 0x39],
        random.bytes(8),
    ];
    let url = fill(
        "https://grpc.example.com/@{word}.v1.@{Camel}/@{Camel}",
        random,
    );
    Sample::post(&url, "application/grpc+proto", framed(&fields.concat()))
        .header("te", "trailers")
        .header("grpc-timeout", "4999m")
        .header("grpc-trace-bin", &fill("AA@{b64u 27}", random))
}

fn otlp(random: &mut Random) -> Sample {
    let mut spans = Vec::new();
    for _ in 0..=random.below(20) {
        let span = [
            field(1, &random.bytes(16)),
            field(2, &random.bytes(8)),
            field(5, &text("GET /@{word}/@{word}", random)),
            vec![0x39],
            random.bytes(8),
            field(9, &field(1, &text("@{word}.@{word}", random))),
        ];
        spans.extend(field(2, &span.concat()));
    }
    Sample::post(
        "https://otlp.example.com/v1/traces",
        "application/x-protobuf",
        field(1, &spans),
    )
}

fn multipart(random: &mut Random) -> Sample {
    let boundary = fill("----WebKitFormBoundary@{alnum 16}", random);
    let mut body = Vec::new();
    for name in ["title", "lang", "csrfmiddlewaretoken"] {
        let value = text("@{pick @{sentence}|x}@{language}", random);
        body.extend(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n")
                .into_bytes(),
        );
        body.extend(value);
        body.extend(b"\r\n");
    }
    let head = fill(
        "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"@{slug 3} (1).png\"\r\nContent-Type: image/png\r\n\r\n",
        random,
    );
    body.extend(format!("--{boundary}{head}").into_bytes());
    body.extend(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80");
    let size = random.below(8000);
    body.extend(random.bytes(size));
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    Sample::post(
        "https://uploads.example.com/media",
        &format!("multipart/form-data; boundary={boundary}"),
        body,
    )
}

fn wheel(random: &mut Random) -> Sample {
    let boundary = fill("@{hex 32}", random);
    let mut body = Vec::new();
    for (name, value) in [
        (":action", "file_upload"),
        ("metadata_version", "2.4"),
        ("name", "@{slug 2}"),
        ("version", "@{ver}"),
        ("sha256_digest", "@{hex 64}"),
        ("blake2_256_digest", "@{hex 64}"),
        ("md5_digest", "@{b64u 16}"),
        (
            "description",
            "# @{sentence}\n\n@{para 4}\n\n```\n@{line}\n```\n",
        ),
    ] {
        let part = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(text(&part, random));
    }
    body.extend(text(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"content\"; filename=\"@{{ident}}-@{{ver}}-py3-none-any.whl\"\r\n\r\n"), random));
    body.extend(b"PK\x03\x04\x14\0\0\0\x08\0");
    body.extend(crate::deflate::deflate(&text("@{code}@{code}", random)));
    body.extend(format!("\r\n--{boundary}--\r\n").into_bytes());
    Sample::post(
        "https://upload.pypi.org/legacy/",
        &format!("multipart/form-data; boundary={boundary}"),
        body,
    )
    .header(
        "User-Agent",
        "twine/6.0.1 keyring/25.5.0 packaging/24.2 python/3.12.8",
    )
}

fn tarball(random: &mut Random) -> Sample {
    let mut body = Vec::new();
    for _ in 0..=random.below(6) {
        let mut head = text("@{path}", random);
        head.resize(100, 0);
        head.extend(b"0000644\x000001750\x000001750\x0000000001234\x0014767262645\x00012345\0 0");
        head.resize(257, 0);
        head.extend(b"ustar\x0000root");
        head.resize(512, 0);
        let mut file = text("@{code}@{line}\n@{language}\n", random);
        file.resize(file.len().next_multiple_of(512), 0);
        body.extend(head);
        body.extend(file);
    }
    let url = fill(
        "https://crates.example.com/api/v1/crates/new?sha=@{hex 40}",
        random,
    );
    if random.below(2) == 0 {
        body = gzip(&body);
    }
    octets(&url, body)
}

fn image(random: &mut Random) -> Sample {
    let start: &[u8] = random.pick(&[
        &b"\xff\xd8\xff\xe0\0\x10JFIF"[..],
        b"GIF89a\x01\0",
        b"RIFF\x24\x08\0\0WEBPVP8L",
        b"OggS\0\x02",
        b"%PDF-1.7\n%\xe2\xe3\n4 0 obj <</Filter /FlateDecode>> stream\n",
    ]);
    let size = random.below(20_000);
    let body = [start, &random.bytes(size)].concat();
    let url = fill("https://media.example.com/upload/@{uuid}", random);
    Sample::post(&url, "image/jpeg", body).header("Content-MD5", &fill("@{b64 16}", random))
}

fn binary_frames(random: &mut Random) -> Sample {
    let count = 1 + random.below(9);
    let messages = (0..count).map(|_| {
        let size = random.below(900);
        match random.below(3) {
            0 => random.bytes(size),
            1 => framed(&text("@{para 1}", random)),
            _ => zlib(&text("{\"op\":1,\"d\":@{int 9}}", random)),
        }
    });
    let messages = messages.collect();
    Sample {
        messages,
        ..Sample::get("wss://stream.example.com/v1/ws")
    }
    .header("Sec-WebSocket-Key", &fill("@{b64 16}", random))
    .header("Sec-WebSocket-Protocol", "graphql-transport-ws")
}

fn executable(random: &mut Random) -> Sample {
    let mut body = b"\x7fELF\x02\x01\x01\0".to_vec();
    for _ in 0..40 {
        body.extend(random.bytes(60));
        body.extend(text("_ZN4core3fmt9Formatter9write_str17h@{hex 16}E\0@{ident}\0/rustc/@{hex 40}/library/@{path}\0", random));
    }
    octets("https://symbols.example.com/upload", body)
}

fn utf16(random: &mut Random) -> Sample {
    let text = fill("@{language}\r\n@{para 3}\r\n@{line}\r\n", random);
    let body = std::iter::once(0xfeff)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes);
    Sample::post(
        "https://files.example.com/upload/report.txt",
        "text/plain; charset=utf-16",
        body.collect::<Vec<_>>(),
    )
}

/// Helm releases, diagrams, states of games: compressed, and in base64 or hexadecimal.
fn compressed_in_json(random: &mut Random) -> Sample {
    let content = text("@{code}@{line}\n@{language}\n@{para 2}", random);
    let written = match random.below(4) {
        0 => STANDARD.encode(gzip(&content)),
        1 => STANDARD.encode(zlib(&content)),
        2 => STANDARD.encode(STANDARD.encode(gzip(&content))),
        _ => hex(&zlib(&content)),
    };
    let body = format!(r#"{{"kind":"release","data":{{"release":"{written}"}}}}"#);
    Sample::post(
        "https://cluster.example.com/api/v1/releases",
        "application/json",
        body,
    )
}

/// As debuggers print it.
fn dump_in_capitals(random: &mut Random) -> Sample {
    let size = 16 * (10 + random.below(500));
    let width = 1 + random.below(2);
    let bytes = random.bytes(size);
    let row = |row: &[u8]| {
        let groups: Vec<String> = row.chunks(width).map(hex).collect();
        groups.join(" ").to_uppercase() + "\n"
    };
    let rows: String = bytes.chunks(16).map(row).collect();
    Sample::post("https://pastes.example.com/dump", "text/plain", rows)
}

fn noise(random: &mut Random) -> Sample {
    let size = 1 << random.below(15);
    let url = fill("https://backup.example.com/chunks/@{hex 64}", random);
    octets(&url, random.bytes(size))
}

fn large_noise(random: &mut Random) -> Sample {
    octets(
        "https://backup.example.com/chunks/large",
        random.bytes(1024 * 1024),
    )
}

fn large_json(random: &mut Random) -> Sample {
    let row =
        "{\"id\":\"@{uuid}\",\"at\":\"@{date}\",\"text\":\"@{json para 2}\",\"sum\":\"@{hex 64}\"}";
    let body = text(&format!("[@{{many 900 1000 ,|{row}}}]"), random);
    Sample::post(
        "https://search.example.com/import",
        "application/json",
        body,
    )
}

fn large_image(random: &mut Random) -> Sample {
    let body = text(
        "{\"image\":\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA@{b64 390000}\"}",
        random,
    );
    Sample::post(
        "https://media.example.com/describe",
        "application/json",
        body,
    )
}
