//! A path has one canonical spelling, it is its own, the quick look agrees with the careful reading, and no decoding of it
//! leads out of where it seems to be.
#![no_main]

use std::borrow::Cow;

use bottle_core::{EncodedSlash, UrlPath};
use bottle_fuzz::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|path: &str| {
    for slash in [EncodedSlash::Refuse, EncodedSlash::Keep] {
        let careful = UrlPath::canonicalise_with(path, slash);
        let quick = UrlPath::canonical(path, slash);
        let (Ok(careful), Ok(quick)) = (&careful, &quick) else {
            assert!(careful.is_err() && quick.is_err());
            continue;
        };
        assert_eq!(careful.as_str(), quick.as_ref());
        assert!(!matches!(quick, Cow::Borrowed(_)) || careful.as_str() == path);
        assert_eq!(
            UrlPath::canonicalise_with(careful.as_str(), slash).as_ref(),
            Ok(careful)
        );
        let twice = UrlPath::canonical(careful.as_str(), slash);
        assert_eq!(twice.as_deref(), Ok(careful.as_str()));
        assert!(careful.as_str().starts_with('/') && !careful.as_str().contains("//"));
        check_decoded(careful.as_str(), slash);
    }
});

/// However often a server decodes the path, it finds no dot segment that is not there, and no further separator.
fn check_decoded(path: &str, slash: EncodedSlash) {
    let mut decoded = path.as_bytes().to_vec();
    assert!(std::str::from_utf8(&decode(&decoded)).is_ok());
    for _ in 0..3 {
        decoded = decode(&decoded);
        assert!(!decoded.contains(&0) && !decoded.contains(&b'\\'));
        if slash == EncodedSlash::Refuse {
            let count = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'/').count();
            assert_eq!(count(&decoded), count(path.as_bytes()));
            assert!(
                !decoded
                    .split(|byte| *byte == b'/')
                    .any(|segment| matches!(segment, b"." | b".."))
            );
        }
    }
}
