//! Names that were made to carry something.

use proptest::prelude::*;

use super::rule;

const STANDARD: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
const HEX: &[u8] = b"0123456789abcdefghijklmnopqrstuv";
const CROCKFORD: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyz";
const HUMAN: &[u8] = b"ybndrfg8ejkmcpqxot1uwisza345h769";
const SECRETS: [&str; 5] = [
    "AKIAQ3EGTHP7K5ZWXN2M",
    "password=hunter2hunter2",
    "sk-ant-api03-A1b2C3d4E5f6",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "{\"user\":\"root\",\"id\":12345678}",
];

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(HEX[usize::from(digit)]))
        .collect()
}

fn base32(bytes: &[u8], digits: &[u8]) -> String {
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1))
        .collect();
    let digit = |bits: &[u8]| {
        let value = (0..5).fold(0, |value, place| {
            value << 1 | bits.get(place).copied().unwrap_or(0)
        });
        char::from(digits[usize::from(value)])
    };
    bits.chunks(5).map(digit).collect()
}

fn encodings(bytes: &[u8]) -> Vec<String> {
    let alphabets = [STANDARD, HEX, CROCKFORD, HUMAN];
    let mut all = vec![hex(bytes)];
    all.extend(alphabets.map(|digits| base32(bytes, digits)));
    all
}

fn chunks(text: &str, size: usize) -> Vec<String> {
    let chunks = text.as_bytes().chunks(size);
    chunks
        .map(|chunk| String::from_utf8(chunk.to_vec()).unwrap())
        .collect()
}

/// The ways to write a text as labels.
fn splittings(text: &str) -> Vec<String> {
    let numbered = |render: fn(usize, &String) -> String, size| {
        let parts = chunks(text, size);
        let parts: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(n, p)| render(n, p))
            .collect();
        parts.join(".")
    };
    vec![
        chunks(text, 63).join("."),
        chunks(text, 16).join("."),
        chunks(text, 7).join("."),
        chunks(text, 4).join("-").chars().take(63).collect(),
        format!("www.{}", chunks(text, 30).join(".")),
        format!("{}.exfil.v1", chunks(text, 30).join(".")),
        numbered(|n, part| format!("{n}.{part}"), 12),
        numbered(|n, part| format!("{part}.a{n}"), 12),
        numbered(|n, part| format!("{n}-{part}"), 20),
        chunks(text, 1).join("."),
    ]
}

#[test]
fn a_secret_in_each_encoding_and_splitting_is_found() {
    let mut count = 0;
    for secret in SECRETS {
        for encoded in encodings(secret.as_bytes()) {
            for left in splittings(&encoded) {
                let left = left.trim_end_matches('-');
                let name = format!("{left}.evil.test");
                assert!(rule(&name).is_some(), "{secret} {name}");
                count += 1;
            }
        }
    }
    assert!(count >= 40, "{count}");
}

#[test]
fn what_is_no_text_is_found_by_its_beginning_or_its_size() {
    for name in [
        "4d5a90000300000004000000ffff0000.cafe.evil.test",
        "4d5a90000300.cafe.evil.test",
        "4d5a.9000.0300.0000.evil.test",
        "0.4d5a.1.9000.2.0300.evil.test",
        "1f8b0800000000000003.evil.test",
        "504b0304140000000800.evil.test",
        "789c4bcacfcf4f2c4a4d.evil.test",
        "d-7f454c46020101000000.evil.test",
        "0000000b7373682d65643235353139.evil.test",
        "3082025e02010002818100.evil.test",
        // Random bytes: a key, or something encrypted.
        "8f14e45fceea167a5a36dedd4bea2543.c9f0f895fb98ab9159f51fd0297e236d.evil.test",
        "8f14e45fceea167a5a36dedd4bea2543c9f0f895fb98ab9159f51fd0297e.evil.test",
        "8f14e45fceea.167a5a36dedd.4bea2543c9f0.evil.test",
        "8f14e45f-ceea167a-5a36dedd-4bea2543-c9f0f895-fb98ab91-59f5.evil.test",
        // Base64, which has lost its case.
        "0.c2vjcmv0.x.evil.test",
        "c2vjcmv0.1.x.evil.test",
        "1.deadbeef.evil.test",
        "0.deadbeef.1.cafebabe.2.evil.test",
        "v1.data.0.deadbeef.evil.test",
        "73656372.65747a7a.evil.test",
        "id1-deadbeef.id2-cafebabe.id3-8badf00d.evil.test",
        "gezdgnbv.gy3tqojq.gezdgnbv.evil.test",
        "c2vjcmv0x3rva2vux2zvcl9wcm9k.evil.test",
        "cgfzc3dvcmq9ahvudgvymmh1bnrlcji.x.evil.test",
        "xqzjvkwp.qhxzkjwv.zvqxjkhw.evil.test",
        "tok-aaaa.bbbbcccc.ddddeeee.ffffgggg.x.evil.test",
        "nbswy3dpeb3w64tmmq.evil.test",
        "orxwwzlohh7ide6h.evil.test",
        "0007.8f14e45fceea167a.evil.test",
        "a1.deadbeef.cafebabe.8badf00d.evil.test",
        "qutjqvezruduufa3szvav1hoqk1btktf.sk1ozgtuzxmtyxbpmdmtqtfimg.evil.test",
        "qutjqvezruduufa3szvav1hoqk1btktfsk1ozgtuzxmtyxbpmdmtqtfimg.evil.test",
    ] {
        assert!(rule(name).is_some(), "{name}");
    }
}

/// Labels of the given lengths, in turn, and the rest of the text.
fn split(text: &str, lengths: &[usize]) -> String {
    let mut rest = text;
    let mut labels = Vec::new();
    for length in lengths.iter().cycle() {
        let (label, after) = rest.split_at((*length).min(rest.len()));
        labels.push(label);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    labels.join(".")
}

proptest! {
    #[test]
    fn any_secret_is_found(
        secret in "[A-Za-z0-9]{13,40}[_=:/+-]{0,2}[A-Za-z0-9]{3,20}",
        lengths in prop::collection::vec(4..=63_usize, 1..6),
        domain in prop::sample::select(vec!["evil.test", "example.co.uk", "a.b.io", "x.github.io"]),
        alphabet in 0..5_usize,
    ) {
        let encoded = encodings(secret.as_bytes()).swap_remove(alphabet);
        let name = format!("{}.{domain}", split(&encoded, &lengths));
        prop_assert!(rule(&name).is_some(), "{}", name);
    }
}
