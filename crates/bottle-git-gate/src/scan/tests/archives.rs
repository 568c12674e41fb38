//! Archives, in each other and broken on purpose.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::super::archive;
use super::*;

/// What is wrong with a zip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    None,
    /// All members say that they are encrypted.
    Encrypted,
    /// All members say another way of compression.
    Method(u16),
    /// Only the list at the end says another way.
    ListMethod(u16),
    /// The list points somewhere else.
    ListPlace,
    /// All members want another version.
    Version(u16),
    /// Only their own heads say another way of compression.
    HeadMethod(u16),
    /// Nothing; members lie there as they are.
    Stored,
    /// The same, and only the list says how long they are.
    StoredWithoutSize,
    /// The same, and the list says another length than the heads.
    StoredWithOtherSize,
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zip(members: &[(&str, &[u8])], damage: Damage) -> Vec<u8> {
    let (mut zip, mut list) = (Vec::new(), Vec::new());
    let flags = match damage {
        Damage::Encrypted => 1,
        Damage::StoredWithoutSize => 8,
        _ => 0,
    };
    let version = match damage {
        Damage::Version(version) => version,
        _ => 20,
    };
    let (mut local, mut central) = (8, 8);
    match damage {
        Damage::Method(method) => (local, central) = (method, method),
        Damage::ListMethod(method) => central = method,
        Damage::HeadMethod(method) => local = method,
        Damage::Stored | Damage::StoredWithoutSize | Damage::StoredWithOtherSize => {
            (local, central) = (0, 0);
        }
        _ => {}
    }
    let shorts = |to: &mut Vec<u8>, values: &[u16]| {
        for value in values {
            to.extend_from_slice(&value.to_le_bytes());
        }
    };
    let longs = |to: &mut Vec<u8>, values: &[usize]| {
        for value in values {
            to.extend_from_slice(&u32::try_from(*value).unwrap().to_le_bytes());
        }
    };
    for (name, content) in members {
        let place = zip.len() + usize::from(damage == Damage::ListPlace);
        let packed = if central == 0 && local == 0 {
            content.to_vec()
        } else {
            deflated(content)
        };
        let (told, listed) = match damage {
            Damage::StoredWithoutSize | Damage::StoredWithOtherSize => (0, packed.len()),
            _ => (packed.len(), packed.len()),
        };
        let length = u16::try_from(name.len()).unwrap();
        zip.extend_from_slice(b"PK\x03\x04");
        shorts(&mut zip, &[version, flags, local, 0, 0]);
        longs(&mut zip, &[0, told, content.len()]);
        shorts(&mut zip, &[length, 0]);
        zip.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(&packed);
        list.extend_from_slice(b"PK\x01\x02");
        shorts(&mut list, &[20, 20, flags, central, 0, 0]);
        longs(&mut list, &[0, listed, content.len()]);
        shorts(&mut list, &[length, 0, 0, 0, 0]);
        longs(&mut list, &[0, place]);
        list.extend_from_slice(name.as_bytes());
    }
    let (start, length) = (zip.len(), list.len());
    zip.extend_from_slice(&list);
    zip.extend_from_slice(b"PK\x05\x06");
    let count = u16::try_from(members.len()).unwrap();
    shorts(&mut zip, &[0, 0, count, count]);
    longs(&mut zip, &[length, start]);
    shorts(&mut zip, &[0]);
    zip
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in members {
        let mut head = [0_u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        head[148..156].copy_from_slice(b"        ");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&head);
        tar.extend_from_slice(content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut ar = b"!<arch>\n".to_vec();
    for (name, content) in members {
        ar.extend_from_slice(
            format!(
                "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
                0,
                0,
                0,
                100_644,
                content.len()
            )
            .as_bytes(),
        );
        ar.extend_from_slice(content);
        ar.resize(ar.len().next_multiple_of(2), b'\n');
    }
    ar
}

fn look(name: &str, bytes: &[u8]) -> Vec<(&'static str, Option<String>)> {
    let found = archive::look(&bottle_pipelock::Scanner::new(), name, bytes);
    found
        .into_iter()
        .map(|each| (each.rule, each.member))
        .collect()
}

fn rules(name: &str, bytes: &[u8]) -> Vec<&'static str> {
    look(name, bytes)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect()
}

fn secret() -> Vec<u8> {
    format!("the key: {} {}", key(), "and more of it ".repeat(20)).into_bytes()
}

const RULE: &str = "aws-access-key-id";
const SEALED: &str = "unreadable-archive";
const AMBIGUOUS: &str = "ambiguous-archive";
const BOMB: &str = "archive-too-large";

#[test]
fn what_is_in_archives_is_found_and_where() {
    let secret = secret();
    let plain = zip(&[("a.txt", b"nothing"), ("b/c.txt", &secret)], Damage::None);
    assert_eq!(look("a.zip", &plain), [(RULE, Some("b/c.txt".to_owned()))]);
    // Whatever it is called, and whatever stands in front.
    let behind = [b"\x89PNG\r\n\x1a\n picture".as_slice(), &plain].concat();
    assert_eq!(rules("a.png", &behind), [RULE]);
    assert_eq!(
        rules("a.jar", &zip(&[("lib/b.jar", &plain)], Damage::None)),
        [RULE]
    );
    assert_eq!(rules("a.tar.gz", &gzip(&tar(&[("a.jar", &plain)]))), [RULE]);
    let packed = gzip(&secret);
    assert_eq!(
        rules(
            "a.tar",
            &tar(&[("empty", b""), ("b.gz", &packed), ("c", b"c")])
        ),
        [RULE]
    );
    assert_eq!(
        rules(
            "a.deb",
            &ar(&[
                ("debian-binary", b"2.0\n"),
                ("data.tar.gz", &gzip(&tar(&[("x.zip", &plain)])))
            ])
        ),
        [RULE]
    );
}

#[test]
fn compression_within_stored_members_is_taken_off() {
    let packed = gzip(&secret());
    for archive in [
        tar(&[("a", b"odd"), ("b.gz", &packed)]),
        ar(&[("b.gz", &packed)]),
        zip(&[("a", b"odd"), ("b.gz", &packed)], Damage::Stored),
        zip(
            &[("a", b"odd"), ("b.gz", &packed)],
            Damage::StoredWithoutSize,
        ),
        zip(&[("a.tar", &tar(&[("b.gz", &packed)]))], Damage::Stored),
    ] {
        assert!(rules_of(&[("x", &archive)]).contains(&RULE));
        assert!(rules_of(&[("x.gz", &gzip(&archive))]).contains(&RULE));
    }
}

#[test]
fn stored_members_of_a_zip_are_looked_into() {
    let sealed = b"7z\xbc\xaf\x27\x1c".as_slice();
    let found = |damage, bytes: &[u8]| rules("a.zip", &zip(&[("a", b"a"), ("b", bytes)], damage));
    for damage in [Damage::Stored, Damage::StoredWithoutSize] {
        assert_eq!(found(damage, &gzip(&secret())), [RULE]);
        assert_eq!(found(damage, sealed), [SEALED]);
        assert_eq!(found(damage, &gzip(b"nothing")), NONE);
        assert_eq!(found(damage, b"nothing"), NONE);
        assert_eq!(found(damage, &zip(&[("c", b"nothing")], damage)), NONE);
    }
    let other = found(Damage::StoredWithOtherSize, &gzip(&secret()));
    assert!(other.contains(&AMBIGUOUS));
    // Without the list nobody knows how long it is.
    let whole = zip(&[("b", &gzip(b"nothing"))], Damage::StoredWithoutSize);
    let list = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap();
    assert!(rules("a.zip", &whole[..list]).contains(&AMBIGUOUS));
}

#[test]
fn a_zip_with_an_odd_head_is_one() {
    let members: [(&str, &[u8]); 1] = [("a", &secret())];
    assert_eq!(rules("a.zip", &zip(&members, Damage::Version(64))), [RULE]);
    for damage in [Damage::HeadMethod(7), Damage::Method(7)] {
        let odd = zip(&members, damage);
        assert_eq!(rules("a.zip", &odd), [AMBIGUOUS], "{damage:?}");
        let behind = [b"#!/bin/sh\n".as_slice(), &odd].concat();
        assert_eq!(rules("a.zip", &behind), [AMBIGUOUS], "{damage:?}");
    }
    // Programs that read zips hold the words of their heads.
    let empty = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    let program = [b"\x7fELF PK\x01\x02".as_slice(), &[7; 60], &empty, &[1; 30]].concat();
    assert_eq!(rules("a.out", &program), NONE);
    let head = [b"PK\x03\x04\x50\0\0\0\0\0".as_slice(), &[0; 40]].concat();
    assert_eq!(rules("a.out", &[program, head].concat()), NONE);
    // Nor is one that is not read, unless a list has it.
    let mut odd = zip(&members, Damage::Method(9));
    odd[4] = 64;
    assert_eq!(rules("a.zip", &odd), [SEALED]);
    let list = memchr::memmem::find(&odd, b"PK\x01\x02").unwrap();
    assert_eq!(rules("a.out", &odd[..list]), NONE);
}

#[test]
fn compressed_streams_inside_of_files_are_taken_off() {
    let script = b"#!/bin/sh\nexec tail -n+3 $0 | tar xz\n".as_slice();
    let run = |packed: &[u8]| rules("a.run", &[script, packed, b"\nrest"].concat());
    assert_eq!(run(&gzip(&secret())), [RULE]);
    assert_eq!(run(&gzip(&tar(&[("a.gz", &gzip(&secret()))]))), [RULE]);
    let packed = gzip(&secret());
    assert_eq!(run(&packed[..packed.len() - 12]), [RULE]);
    assert_eq!(run(b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46"), [SEALED]);
    // What does not unpack is none there.
    for none in [
        b"\xfd7zXZ\0\0\x04".as_slice(),
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff",
        b"\x1f\x8b\x08\xff\0\0\0\0\0\x03",
        b"\x28\xb5\x2f\xfd",
        b"BZh91AY&SYbroken",
        &gzip(b"nothing"),
    ] {
        assert_eq!(run(none), NONE, "{none:?}");
    }
    let between = [tar(&[("a", b"a")]), gzip(&secret())].concat();
    assert_eq!(rules("a.tar", &between), [RULE]);
}

#[test]
fn heads_without_end_are_bounded() {
    let head = b"\x1f\x8b\x08\x08\x01\x01\x01\x01\0\x03";
    let frame = b"\x28\xb5\x2f\xfd\0\0\0\0\0";
    let start = Instant::now();
    for many in [head.repeat(500_000), frame.repeat(500_000)] {
        assert_eq!(rules("a", &[b"x", many.as_slice()].concat()), [BOMB]);
    }
    assert!(start.elapsed() < Duration::from_mins(1));
}

#[test]
fn streams_of_a_pdf_are_taken_off() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&secret()).unwrap();
    let packed = encoder.finish().unwrap();
    for end in ["\n", "\r\n"] {
        let head = format!("%PDF-1.4\n1 0 obj\n<< /Filter /FlateDecode >>\nstream{end}");
        let pdf = [head.as_bytes(), &packed, b"\nendstream\nendobj\n"].concat();
        assert_eq!(rules("a.pdf", &pdf), [RULE]);
        assert_eq!(rules("a.tar", &tar(&[("a.pdf", &pdf)])), [RULE]);
        assert_eq!(rules("a.txt", &pdf[5..]), NONE);
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let plain = zip(&[("a", b"nothing at all")], Damage::None);
    assert_eq!(rules("a.zip", &plain), NONE);
    let damaged = |damage| rules("a.zip", &zip(&[("a", b"nothing at all")], damage));
    assert_eq!(damaged(Damage::Encrypted), [SEALED]);
    for method in [1, 9, 12, 14, 93, 95, 99] {
        assert_eq!(damaged(Damage::Method(method)), [SEALED], "{method}");
    }
    assert_eq!(damaged(Damage::ListMethod(0)), ["ambiguous-archive"]);
    assert_eq!(damaged(Damage::ListPlace), ["ambiguous-archive"]);
    for bytes in [
        b"7z\xbc\xaf\x27\x1c".as_slice(),
        b"Rar!\x1a\x07\x01",
        b"\xfd7zXZ\0\0\x04",
        b"PACK\0\0\0\x02\0\0\0\0",
        b"# v2 git bundle\n",
        format!("070701{}a\0", "0".repeat(104)).as_bytes(),
        format!("070707{}a\0", "0".repeat(70)).as_bytes(),
        &[b"\xc7\x71".as_slice(), &[0; 18], b"\x02\0\0\0\0\0a\0"].concat(),
        b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0\x30",
    ] {
        assert_eq!(rules("a", bytes), [SEALED], "{bytes:?}");
        assert_eq!(
            rules("a.zip", &zip(&[("b", bytes)], Damage::None)),
            [SEALED],
            "{bytes:?}"
        );
    }
    for text in ["070701 is a number\n", "070707\n", "]\0\0 no"] {
        assert_eq!(rules("a", text.as_bytes()), NONE);
    }
    // Cut off, and with something behind it.
    let packed = gzip(&secret());
    assert_eq!(rules("a.gz", &packed[..packed.len() - 9]), [SEALED]);
    assert_eq!(
        rules("a.gz", &[packed.as_slice(), b"behind"].concat()),
        [SEALED]
    );
    assert_eq!(rules("a.gz", &packed), NONE);
    assert_eq!(
        rules("a.zst", b"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff"),
        [SEALED]
    );
}

#[test]
fn bombs_end() {
    let zeros = vec![0; 70 * 1024 * 1024];
    assert_eq!(
        rules("a.zip", &zip(&[("a", &zeros)], Damage::None)),
        ["archive-too-large"]
    );
    assert_eq!(rules("a.gz", &gzip(&zeros)), ["archive-too-large"]);
    let half = vec![0; 40 * 1024 * 1024];
    assert_eq!(
        rules("a.zip", &zip(&[("a", &half), ("b", &half)], Damage::None)),
        ["archive-too-large"]
    );
    let mut nested = zip(&[("a", b"a")], Damage::None);
    for _ in 0..6 {
        nested = zip(&[("a.zip", &nested)], Damage::None);
    }
    assert_eq!(rules("a.zip", &nested), ["archive-too-large"]);
    // Many heads before one stream that says nothing for long.
    let head = &zip(&[("a", b"")], Damage::None)[..31];
    let mut overlapping = Vec::new();
    for behind in (0..2000_u16).rev() {
        overlapping.extend_from_slice(&head[..28]);
        overlapping.extend_from_slice(&(behind * 31).to_le_bytes());
        overlapping.push(b'a');
    }
    overlapping.extend_from_slice(&[0, 0, 0, 0xff, 0xff].repeat(1_000_000));
    let start = Instant::now();
    assert!(rules("a.zip", &overlapping).contains(&"archive-too-large"));
    assert!(start.elapsed() < Duration::from_mins(1));
}

/// `the value is Harbour-Lantern-58-Quince, as before`, as `bzip2` has it.
const BZIP2: &[u8] = b"\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x37\x71\xf5\xb6\x00\x00\x16\xdf\x80\x00\x10\x40\x06\x02\
    \x40\x00\x44\x20\x00\x3b\x65\x9f\x00\x20\x00\x31\x41\xa3\x46\x83\x20\x34\x2a\x79\x03\x24\xf4\x83\
    \xd1\xa9\xfa\xa3\x6e\x84\x7c\x3e\xd5\x15\x4e\x41\x9a\x92\xba\x10\xd3\xb8\xe8\xaa\x9a\x48\x38\x4b\
    \x4c\x2d\xa6\xd0\x05\xdb\xf1\x77\x24\x53\x85\x09\x03\x77\x1f\x5b\x60";

#[test]
fn bzip2_is_taken_off() {
    let scanner = bottle_pipelock::Scanner::with_known(&[known("Harbour-Lantern-58-Quince")]);
    let found = |bytes: &[u8]| {
        let found = archive::look(&scanner, "a.txt.bz2", bytes);
        found.iter().map(|each| each.rule).collect::<Vec<_>>()
    };
    assert_eq!(found(BZIP2), ["known-secret"]);
    // Streams that follow one another are read one after the other.
    let empty = b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0";
    assert_eq!(found(empty), NONE);
    assert_eq!(found(&[empty, BZIP2].concat()), ["known-secret"]);
    assert_eq!(found(&tar(&[("b.bz2", BZIP2)])), ["known-secret"]);
    assert_eq!(found(b"BZh91AY&SYbroken"), [SEALED]);
    assert_eq!(found(&BZIP2[..BZIP2.len() - 12]), [SEALED]);
}
