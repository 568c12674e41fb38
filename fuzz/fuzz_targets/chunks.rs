//! A chunked body ends where a naive reader finds its end, however its bytes arrive.
#![no_main]

use bottle_proxy::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::chunks(bytes));
