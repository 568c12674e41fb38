//! The requests on an HTTP/1.1 connection are those that the strict grammar says, however their bytes arrive.
#![no_main]

use bottle_proxy::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::request_head(bytes));
