//! What a client sends to git-gate first is a request for one plainly named repository, or refused.
#![no_main]

use bottle_git_gate::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::git_request(bytes));
