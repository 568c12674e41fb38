//! Any frames end an HTTP/2 connection or become requests, each of which goes where it was judged to go.
#![no_main]

use bottle_proxy::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::h2_frames(bytes));
