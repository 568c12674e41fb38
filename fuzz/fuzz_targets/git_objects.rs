//! What git prints about objects, and files that hold files: parsers of it end, and take no more than is there.
#![no_main]

use bottle_git_gate::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::objects(bytes));
