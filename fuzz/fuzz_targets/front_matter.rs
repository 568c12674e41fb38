//! The split of a file into front matter and body loses nothing and never panics.
#![no_main]

use bottle_core::FrontMatter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(parts) = FrontMatter::split("fuzz.md", text) {
        assert!(text.contains(parts.yaml.text) && text.ends_with(parts.body));
        assert!(parts.yaml.text.len() + parts.body.len() < text.len());
    }
});
