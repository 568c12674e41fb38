//! Any text is read as `routes.yaml` without a panic, and a table that is read, written and read again is the same.
#![no_main]

use bottle_egress::RouteTable;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match RouteTable::from_yaml(text, "routes.yaml") {
    Ok(table) => {
        let written = table.to_yaml().expect("every table has a text");
        let again = RouteTable::from_yaml(&written, "routes.yaml").expect("what we write");
        assert!(again == table, "{written}");
    }
    Err(errors) => assert!(!errors.to_string().is_empty()),
});
