//! Names of both kinds.

mod hostile;
mod ordinary;

use super::{carried_bytes, find};

fn rule(name: &str) -> Option<&'static str> {
    find(&name.parse().unwrap())
}

#[test]
fn what_a_name_carries() {
    for (name, bytes) in [
        ("example.com", 0),
        ("www.example.com", 0),
        ("3f786850e387550fdab836ed7e6dc881de23001b.example.com", 20),
        ("git-3f786850e387.example.com", 6),
        ("123e4567-e89b-12d3-a456-426614174000.example.com", 16),
        ("c2vjcmv0.c2vjcmv0.example.com", 10),
        ("d111111abcdef8.cloudfront.net", 0),
    ] {
        assert_eq!(carried_bytes(&name.parse().unwrap()), bytes, "{name}");
    }
}
