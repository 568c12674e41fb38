//! What names a host and a port is read, printed and read again as the same, by us and by the HTTP library.
#![no_main]

use bottle_proxy::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| fuzzing::authority(text));
