//! Run AI coding agents safely on your own machine.

fn main() {}
