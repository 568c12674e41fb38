//! Names of both kinds.

mod hostile;
mod ordinary;

use super::{carried_bytes, find, find_written};

fn rule(name: &str) -> Option<&'static str> {
    find(&name.parse().unwrap())
}

#[test]
fn what_a_name_carries() {
    for (name, bytes) in [
        ("example.com", 0),
        ("www.example.com", 0),
        ("3f786850e387550fdab836ed7e6dc881de23001b.example.com", 20),
        ("git-3f786850e387.example.com", 6),
        ("123e4567-e89b-12d3-a456-426614174000.example.com", 16),
        ("c2vjcmv0.c2vjcmv0.example.com", 10),
        ("d111111abcdef8.cloudfront.net", 0),
    ] {
        assert_eq!(carried_bytes(&name.parse().unwrap()), bytes, "{name}");
    }
}

/// The rule of a name as it is written.
fn written(name: &str) -> Option<&'static str> {
    let host = name.parse().unwrap();
    find(&host).or_else(|| find_written(&host, name))
}

#[test]
fn the_case_of_a_name_is_part_of_what_it_holds() {
    for name in [
        "cGFzc3dvcmQ9aHVudGVyMg.evil.test",
        "cGFzc3dv.cmQ9aHVu.dGVyMg.evil.test",
        "MFRGGZDFMZTWQ2LK.evil.test",
        "PK3PXPJBSWY3DPEH.x.evil.test",
        // It begins like a file.
        "f0VMRgIBAQAAAA.evil.test",
    ] {
        assert_eq!(written(name), Some("host-encoded-data"), "{name}");
    }
    for name in [
        "MyServer01.Example.com",
        "WWW.EXAMPLE.COM",
        "StorageAccountProduction.blob.core.windows.net",
        "BUILD-20260117-RELEASE.ci.example.com",
        "PRODUCTION-DATABASE.internal.example.com",
        "DESKTOP-4K7Q2LM.corp.example.com",
    ] {
        assert_eq!(written(name), None, "{name}");
    }
}
