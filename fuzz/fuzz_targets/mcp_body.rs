//! What a client sends to supervise is one message and the arguments of a tool, or refused.
#![no_main]

use bottle_supervise::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::mcp_body(bytes));
