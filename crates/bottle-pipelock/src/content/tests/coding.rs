//! Content codings.

use proptest::prelude::*;

use super::{FOX, FOX_BROTLI, FOX_ZSTD, SECOND_ZSTD, SKIPPED_ZSTD, gzip, raw_deflate, zlib};
use crate::content::{Undecodable, decode, decoder};

/// More than anything here has.
const LIMIT: usize = 1024 * 1024;

fn plain(coding: &str, body: &[u8]) -> Result<Vec<u8>, Undecodable> {
    decode([coding.as_bytes()], body, LIMIT).map(std::borrow::Cow::into_owned)
}

#[test]
fn every_coding_comes_off() {
    let packed = [
        ("gzip", gzip(FOX)),
        ("X-GZip", gzip(FOX)),
        ("deflate", zlib(FOX, 9)),
        ("deflate", raw_deflate(FOX)),
        ("br", FOX_BROTLI.to_vec()),
        ("zstd", FOX_ZSTD.to_vec()),
        ("identity", FOX.into()),
        ("", FOX.into()),
    ];
    for (coding, body) in packed {
        assert_eq!(plain(coding, &body).unwrap(), FOX.as_bytes(), "{coding}");
    }
}

#[test]
fn several_come_off_the_last_first() {
    let twice = gzip(zlib(FOX, 6));
    assert_eq!(plain("deflate, gzip", &twice).unwrap(), FOX.as_bytes());
    let fields = [&b"deflate"[..], b"identity , gzip"];
    assert_eq!(*decode(fields, &twice, LIMIT).unwrap(), *FOX.as_bytes());
    assert_eq!(plain("gzip, deflate", &twice), Err(Undecodable::Broken));
    let three = gzip(&twice);
    assert_eq!(plain("deflate,gzip,gzip", &three).unwrap(), FOX.as_bytes());
    assert_eq!(
        plain("deflate,gzip,gzip,gzip", &gzip(three)),
        Err(Undecodable::TooMany)
    );
}

#[test]
fn what_nobody_knows_is_refused() {
    for coding in ["compress", "gzip, x", "dcb", "*", "gzip;q=1"] {
        assert_eq!(plain(coding, b"x"), Err(Undecodable::Unknown), "{coding}");
    }
    assert_eq!(plain("gzip", b"").unwrap(), b"");
}

#[test]
fn members_and_frames_follow_each_other() {
    let members = [gzip("one"), gzip("two")].concat();
    assert_eq!(plain("gzip", &members).unwrap(), b"onetwo");
    let many = |count| plain("gzip", &gzip("x").repeat(count)).map(|plain| plain.len());
    assert_eq!(many(1000), Ok(1000));
    assert_eq!(many(1001), Err(Undecodable::TooLarge));
    let frames = [FOX_ZSTD, SKIPPED_ZSTD, SECOND_ZSTD].concat();
    let both = [FOX, "second frame"].concat();
    assert_eq!(plain("zstd", &frames).unwrap(), both.as_bytes());
}

#[test]
fn a_body_ends_where_its_coding_ends() {
    let packed = [
        ("gzip", gzip(FOX)),
        ("deflate", zlib(FOX, 9)),
        ("deflate", raw_deflate(FOX)),
        ("br", FOX_BROTLI.to_vec()),
        ("zstd", FOX_ZSTD.to_vec()),
        ("zstd", [FOX_ZSTD, SKIPPED_ZSTD].concat()),
    ];
    for (coding, body) in packed {
        for end in (1..body.len()).filter(|end| *end != FOX_ZSTD.len()) {
            assert!(plain(coding, &body[..end]).is_err(), "{coding} {end}");
        }
        for more in [&b"x"[..], b"\0", &[b'x'; 10_000]] {
            let body = [&body, more].concat();
            assert_eq!(plain(coding, &body), Err(Undecodable::Broken), "{coding}");
        }
    }
}

#[test]
fn what_is_two_things_is_neither() {
    // To zlib: a block of bytes as they are, an empty last block, the checksum.
    let mut inside = vec![b'x'; 0xfffe];
    // Without a header: one byte, none, and last a block up to the end of the body.
    inside[..9].copy_from_slice(b"\0\0\xff\xff\x01\xfb\xff\x04\0");
    let mut body = b"\x78\x01\0\xfe\xff\x01\0".to_vec();
    body.extend_from_slice(&inside);
    body.extend_from_slice(b"\x03\0");
    body.extend_from_slice(&adler32(&inside).to_be_bytes());
    assert_eq!(decoder::zlib(&body, LIMIT).whole().unwrap(), inside);
    let without_header = decoder::deflate(&body, LIMIT).whole().unwrap();
    assert!(without_header.len() == 0xfffc && without_header != inside);
    assert_eq!(plain("deflate", &body), Err(Undecodable::Broken));
}

/// RFC 1950 section 8.
fn adler32(bytes: &[u8]) -> u32 {
    let add = |(a, b): (u32, u32), byte: &u8| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    };
    let (a, b) = bytes.iter().fold((1, 0), add);
    (b << 16) | a
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let zeros = vec![0; 10 * LIMIT];
    for (coding, body) in [
        ("gzip", gzip(&zeros)),
        ("deflate", zlib(&zeros, 9)),
        ("deflate", raw_deflate(&zeros)),
        ("gzip,gzip", gzip(gzip(&zeros))),
        ("zstd", zeros_zstd(80)),
    ] {
        assert_eq!(plain(coding, &body), Err(Undecodable::TooLarge), "{coding}");
    }
    assert_eq!(
        decode([&b"br"[..]], FOX_BROTLI, 20),
        Err(Undecodable::TooLarge)
    );
    let body = gzip(FOX);
    let with_limit = |limit| decode([&b"gzip"[..]], &body, limit);
    assert!(with_limit(FOX.len()).is_ok());
    assert_eq!(with_limit(FOX.len() - 1), Err(Undecodable::TooLarge));
}

/// Zeros in this many blocks of 128 KiB, each of which is one byte to repeat (RFC 8878 section 3.1.1.2).
fn zeros_zstd(blocks: usize) -> Vec<u8> {
    let block = |is_last: u32| {
        let header = ((128 * 1024) << 3) | (1 << 1) | is_last;
        [&header.to_le_bytes()[..3], &[0]].concat()
    };
    // A window of 8 MiB.
    let mut body = b"\x28\xb5\x2f\xfd\x00\x68".to_vec();
    body.extend(block(0).repeat(blocks - 1));
    body.extend(block(1));
    body
}

#[test]
fn a_window_has_its_limit() {
    let mut body = zeros_zstd(1);
    assert_eq!(plain("zstd", &body).unwrap().len(), 128 * 1024);
    // The next larger one.
    body[5] = 0x69;
    assert_eq!(plain("zstd", &body), Err(Undecodable::Broken));
}

proptest! {
    #[test]
    fn what_was_packed_comes_out(body in prop::collection::vec(any::<u8>(), 1..2000)) {
        prop_assert_eq!(plain("gzip", &gzip(&body)).unwrap(), body.clone());
        prop_assert_eq!(plain("deflate", &zlib(&body, 6)).unwrap(), body.clone());
        prop_assert_eq!(plain("deflate", &raw_deflate(&body)).unwrap(), body);
    }

    #[test]
    fn nothing_makes_a_decoder_panic(
        body in prop::collection::vec(any::<u8>(), 0..300),
        coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd"]),
    ) {
        let _ = plain(coding, &body);
    }

    #[test]
    fn nor_does_a_change_of_something_packed(
        (packed, coding) in prop::sample::select(vec![(FOX_BROTLI, "br"), (FOX_ZSTD, "zstd")]),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut packed = packed.to_vec();
        let at = at.index(packed.len());
        packed[at] = byte;
        let _ = plain(coding, &packed);
    }
}
