//! The parsers of what git prints, for fuzzing: whatever the bytes are, they end, and say the same twice.

use super::archive;
use super::batch::{Batch, Header, Kind};
use super::submodule;
use super::text_object::TextObject;
use super::tree::entries;
use bottle_pipelock::Scanner;

/// Reads bytes as everything that the scan of a push reads.
///
/// # Panics
///
/// When a parser gives more than was there.
pub fn objects(bytes: &[u8]) {
    let mut batch = Batch::new(bytes);
    while batch.header().is_ok() {}
    if let Some(header) = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .and_then(Header::parse)
    {
        let content = Batch::new(bytes).content(&header);
        if let Ok(content) = content {
            assert_eq!(u64::try_from(content.len()), Ok(header.size));
        }
    }
    for length in [20, 32] {
        let read: usize = entries(bytes, length)
            .filter_map(Result::ok)
            .map(|entry| {
                assert!(!entry.name.is_empty() && !entry.name.contains(&0));
                entry.name.len() + length
            })
            .sum();
        assert!(read <= bytes.len());
    }
    let object = TextObject::of(bytes);
    assert!(bytes.ends_with(object.text));
    for offset in [0, object.text.len() / 2, object.text.len()] {
        let _ = object.part(offset);
    }
    for found in submodule::find(bytes) {
        assert!(found.place.is_some());
    }
    let _ = Kind::named(bytes);
    let _ = archive::look(&Scanner::new(), "a", bytes);
}
