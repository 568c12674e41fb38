//! The sidecar executable; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bottle_sidecar::main_from(std::env::args_os())
}
