//! Bytes that are compressed without saying so elsewhere.

use super::{FOX, FOX_ZSTD, SKIPPED_ZSTD, WORD, gzip, shows, zlib};
use crate::content::packed::{Extent, plain, unpack};
use crate::content::{TooComplex, texts};

#[test]
fn the_first_bytes_tell() {
    let packed = [
        gzip(FOX),
        zlib(FOX, 0),
        zlib(FOX, 3),
        zlib(FOX, 6),
        zlib(FOX, 9),
        FOX_ZSTD.to_vec(),
        [SKIPPED_ZSTD, FOX_ZSTD].concat(),
    ];
    for body in packed {
        assert_eq!(unpack(&body, 1000).unwrap().unwrap(), FOX.as_bytes());
        let more = [&body[..], b"more"].concat();
        let extent = |bytes: &[u8]| plain(bytes, 1000).unwrap().unwrap().extent;
        assert_eq!(extent(&body), Extent::Whole);
        assert_eq!(extent(&more), Extent::Beginning);
        assert_eq!(extent(&body[..body.len() - 2]), Extent::Beginning);
        assert_eq!(unpack(&more, 1000).unwrap().unwrap(), FOX.as_bytes());
        assert_eq!(unpack(&body, 100), Err(TooComplex));
        assert!(shows("application/octet-stream", &body, FOX));
    }
    for body in [
        &b""[..],
        b"\x1f\x8b",
        b"\x78\x9cnothing",
        b"x",
        b"\x28\xb5\x2f\xfd",
    ] {
        assert_eq!(unpack(body, 1000), Ok(None));
    }
}

#[test]
fn what_is_cut_off_gives_what_it_has() {
    let text: String = (0..20_000_u32)
        .map(|number| number.wrapping_mul(2_654_435_761).to_string())
        .collect();
    for packed in [gzip(&text), zlib(&text, 6)] {
        let some = unpack(&packed[..packed.len() / 2], 1_000_000)
            .unwrap()
            .unwrap();
        assert!(some.len() > text.len() / 4 && text.as_bytes().starts_with(&some));
    }
}

#[test]
fn it_is_looked_at_three_deep() {
    let mut body = format!(r#"["{}","{}"]"#, &WORD[..9], &WORD[9..]).into_bytes();
    for _ in 0..3 {
        body = gzip(body);
        assert!(shows("application/gzip", &body, WORD));
    }
    assert_eq!(texts(None, &gzip(body)), Err(TooComplex));
}

#[test]
fn what_only_looks_like_it_is_read_as_what_it_is_called() {
    let empty = zlib("x", 6);
    let body = [&empty[..], b"=&a=Needle&b=_0123"].concat();
    assert!(shows(
        "application/x-www-form-urlencoded",
        body,
        "Needle_0123"
    ));
}
