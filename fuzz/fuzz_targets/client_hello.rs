//! What is read out of a TLS hello does not depend on how its bytes arrive, and its name is compared as a name.
#![no_main]

use bottle_proxy::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::client_hello(bytes));
