//! Any text is read as a bottle and as an agent without a panic; every mistake can be shown; a bottle that is read,
//! printed and read again is the same bottle.
#![no_main]

use bottle_core::{AgentManifest, BottleManifest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let text = if text.starts_with("---\n") {
        text.to_owned()
    } else {
        format!("---\n{text}\n---\n")
    };
    if let Err(errors) = AgentManifest::read("fuzz.md", &text) {
        assert!(!errors.to_string().is_empty());
    }
    match BottleManifest::read("fuzz.md", &text) {
        Ok(bottle) => {
            let printed = bottle.print().expect("every bottle has a text");
            let again = BottleManifest::read("printed.md", &printed).expect("what we print");
            assert!(again == bottle, "{printed}");
        }
        Err(errors) => assert!(!errors.to_string().is_empty()),
    }
});
