//! What is taken off bodies.

mod coding;
mod form;
mod hostile;
mod json;
mod markup;
mod multipart;
mod packed;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::{Text, texts};

/// No token, and nothing that looks like one: what is searched for, whole or cut.
const WORD: &str = "Needle_0123-in.the/hay";

const FORM: &str = "application/x-www-form-urlencoded";

fn all(content_type: &str, body: impl AsRef<[u8]>) -> Vec<Text> {
    let texts = texts(Some(content_type.as_bytes()), body.as_ref()).unwrap();
    for Text { bytes, starts } in &texts {
        assert!(!bytes.is_empty() && starts.first() == Some(&0));
        assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(starts.last().unwrap() < &bytes.len());
    }
    texts
}

/// Whether a text has something in one piece.
fn shows(content_type: &str, body: impl AsRef<[u8]>, what: &str) -> bool {
    let is_in = |text: &Text| memchr::memmem::find(&text.bytes, what.as_bytes()).is_some();
    all(content_type, body).iter().any(is_in)
}

fn pieces(text: &Text) -> Vec<String> {
    let text = text.pieces().map(<[u8]>::to_vec);
    text.map(|piece| String::from_utf8(piece).unwrap())
        .collect()
}

fn gzip(plain: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn zlib(plain: impl AsRef<[u8]>, level: u32) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(plain.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn raw_deflate(plain: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn base64(plain: impl AsRef<[u8]>) -> String {
    STANDARD.encode(plain)
}

/// What other encoders made of [`FOX`].
const FOX: &str = "the quick brown fox, the quick brown fox, the quick brown fox, the quick brown fox, the quick brown fox, the quick brown fox, the quick brown fox, the quick brown fox, and the dog";

/// The reference encoder of brotli, at its best.
const FOX_BROTLI: &[u8] = b"\x1b\xb2\x00\xe0\x1d\xa9\x53\x9f\xbb\x71\x0d\xc2\x62\x46\xa7\xce\xf0\x0a\xed\x0d\x1c\x72\xe0\xf0\x3d\x48\x33\xb1\x3a\xf4\xba\xe9\x6c\x89\x21\x44\xf8\xa6\x85\xd2\xba\xf7\xab\xaf\x00";

/// The reference encoder of zstd, with size and checksum.
const FOX_ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x24\xb3\x45\x01\x00\x04\x02\x74\x68\x65\x20\x71\x75\x69\x63\x6b\x20\x62\x72\x6f\x77\x6e\x20\x66\x6f\x78\x2c\x20\x61\x6e\x64\x20\x74\x68\x65\x20\x64\x6f\x67\x01\x00\x21\x48\x4d\x26\xc4\xf3\xdf\x14";

/// The same of `second frame`, without them.
const SECOND_ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x00\x00\x61\x00\x00second frame";

/// A skippable frame of three bytes.
const SKIPPED_ZSTD: &[u8] = b"\x5a\x2a\x4d\x18\x03\x00\x00\x00any";
