//! What a connection speaks is told from its first bytes; more of them change nothing, and none get lost.
#![no_main]

use bottle_proxy::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::first_bytes(bytes));
