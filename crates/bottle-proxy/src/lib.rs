//! The intercepting proxy engine with the egress and pipelock services
