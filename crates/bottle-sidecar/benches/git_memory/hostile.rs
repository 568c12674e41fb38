//! Files that are made to be expensive to look at, and have no secret.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The longest file that is looked at.
pub(crate) const LONGEST: usize = 32 * 1024 * 1024;
/// As much may come out of one file.
const UNPACKED: usize = 60 * 1024 * 1024;

/// Beginnings of secrets, each with a body that is cut too short.
const NEAR_MISSES: [&str; 24] = [
    "AKIAQ3EGTHP7K5 ",
    "ghp_q7Rk2VdXs9TfYb3HnJc6mWz8LpQ4 ",
    "github_pat_11AAAA ",
    "glpat-q7Rk2VdXs9TfY ",
    "xoxb-1234 ",
    "sk-q7Rk2VdXs9TfYb3 ",
    "sk-ant-api03-q7Rk2V ",
    "AIzaq7Rk2VdXs9TfYb3HnJc6mWz8LpQ4 ",
    "ya29.q7Rk2VdXs9 ",
    "eyJhbGciOiJIUzI1NiJ9.e30. ",
    "npm_q7Rk2VdXs9TfYb3HnJc6mWz8LpQ4 ",
    "pypi-AgEIcHlwaS5vcmc ",
    "SG.q7Rk2VdXs9TfYb3HnJc6mW.z8L ",
    "hf_q7Rk2VdXs9TfYb3HnJc6mWz8 ",
    "dop_v1_0123456789abcdef ",
    "-----BEGIN PRIVATE KE-----\n",
    "aws_secret_access_key = q7Rk2VdXs9TfYb3HnJc6 ",
    "password: short ",
    "Authorization: Bearer x ",
    "postgres://user@host/db ",
    "GOCSPX-q7Rk2VdXs9 ",
    "AccountKey=q7Rk2VdXs9TfYb3HnJc6= ",
    "7Q~q7Rk2VdXs9 ",
    "abandon ability able about above ",
];

/// One of them.
pub(crate) struct File {
    pub(crate) what: &'static str,
    pub(crate) name: &'static str,
    pub(crate) content: Vec<u8>,
}

/// All of them, of at most this length.
pub(crate) fn files(length: usize) -> Vec<File> {
    let near = NEAR_MISSES.concat();
    let noise = noise(length);
    let digits = STANDARD.encode(&noise[..length / 4 * 3]);
    let wide: Vec<u8> = near.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = [b"\xff\xfe".as_slice(), &times(&wide, length - 2)].concat();
    let list = [
        (
            "near misses of secrets",
            "a.txt",
            times(near.as_bytes(), length),
        ),
        (
            "the same in one line",
            "a.txt",
            times(near.replace('\n', " ").as_bytes(), length),
        ),
        ("the same in UTF-16", "a.txt", wide),
        ("base64 of noise, in one line", "a.txt", digits.into_bytes()),
        (
            "base64 of base64 of near misses",
            "a.txt",
            encoded(near.as_bytes(), length),
        ),
        ("hexadecimal digits", "a.txt", times(b"6162636465", length)),
        (
            "percent-encoded letters",
            "a.txt",
            times(b"%61%4b%49", length),
        ),
        ("escapes of JSON", "a.txt", times(b"\\u0041\\u004b", length)),
        (
            "letters with spaces of no width between",
            "a.txt",
            times("a\u{200b}K\u{200b}".as_bytes(), length),
        ),
        (
            "letters of other alphabets",
            "a.txt",
            times("\u{391}\u{41a}\u{406}\u{ff21} ".as_bytes(), length),
        ),
        (
            "JSON of short texts",
            "a.json",
            within("[", "\"a\",", "\"\"]", length),
        ),
        (
            "JSON of short members",
            "a.json",
            within("{", "\"a\":\"b\",", "\"c\":0}", length),
        ),
        (
            "JSON lines of short members",
            "a.jsonl",
            times(b"{\"a\":\"b\"}\n", length),
        ),
        ("YAML of short members", "a.yaml", times(b"a: b\n", length)),
        ("settings", "a.env", times(b"A=b\n", length)),
        ("a form", "a.txt", times(b"a=b&", length)),
        ("a table", "a.csv", times(b"a,b\n", length)),
        ("markup", "a.html", times(b"<a b=c>d</a>", length)),
        ("line ends", "a.txt", times(b"\n", length)),
        ("noise", "a.bin", noise),
        (
            "gzip, four deep, of near misses",
            "a.gz",
            gzip(near.as_bytes(), length),
        ),
    ];
    list.into_iter()
        .map(|(what, name, content)| File {
            what,
            name,
            content,
        })
        .collect()
}

/// A text again and again, as far as there is room.
fn times(text: &[u8], length: usize) -> Vec<u8> {
    text.repeat(length / text.len())
}

fn within(front: &str, text: &str, end: &str, length: usize) -> Vec<u8> {
    let inner = times(text.as_bytes(), length - front.len() - end.len());
    [front.as_bytes(), &inner, end.as_bytes()].concat()
}

fn encoded(text: &[u8], length: usize) -> Vec<u8> {
    let inner = STANDARD.encode(times(text, length / 16 * 9));
    let mut outer = STANDARD.encode(inner).into_bytes();
    outer.truncate(length);
    outer
}

/// Gzip around gzip, of as much as may come out of a file.
fn gzip(text: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = times(text, (UNPACKED / (LONGEST / length)).max(text.len()));
    for _ in 0..3 {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&bytes).unwrap();
        bytes = packer.finish().unwrap();
    }
    bytes
}

/// Bytes without a pattern, the same every time (xorshift).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
