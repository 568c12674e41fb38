//! What the kernel says about the probe itself.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::step::{DefaultRoute, NewPrivileges, OwnOutcome};

/// An address or a prefix of no bits, as `/proc/net/ipv6_route` writes it.
const NOWHERE_6: &str = "00000000000000000000000000000000";

/// Looks into `/proc`.
pub(super) fn look() -> OwnOutcome {
    let read = |path: &str| fs::read_to_string(path).ok();
    // A kernel without IPv6 has neither file, and no such address or route.
    let without_6 = |path: &str| read(path).unwrap_or_default();
    let status = read("/proc/self/status").unwrap_or_default();
    OwnOutcome {
        addresses: read("/proc/net/fib_trie")
            .map(|trie| addresses(&trie, &without_6("/proc/net/if_inet6"))),
        default_route: read("/proc/net/route")
            .map(|routes| default_route(&routes, &without_6("/proc/net/ipv6_route"))),
        uid: field(&status, "Uid:", 1).and_then(|uid| uid.parse().ok()),
        capabilities: field(&status, "CapEff:", 0)
            .and_then(|bits| u64::from_str_radix(bits, 16).ok()),
        new_privileges: field(&status, "NoNewPrivs:", 0).map(|flag| match flag {
            "1" => NewPrivileges::Forbidden,
            _ => NewPrivileges::Possible,
        }),
    }
}

/// A word of a line of `/proc/self/status`; the effective user is the second of its line.
fn field<'s>(status: &'s str, name: &str, place: usize) -> Option<&'s str> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().nth(place)
}

/// Addresses of this machine: in `fib_trie` a `/32 host LOCAL` stands below each.
fn addresses(trie: &str, inet6: &str) -> Vec<IpAddr> {
    let mut found = BTreeSet::new();
    let mut leaf = None;
    for line in trie.lines().map(str::trim) {
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.parse::<Ipv4Addr>().ok();
        } else if line == "/32 host LOCAL" {
            found.extend(leaf.map(IpAddr::from));
        }
    }
    let inet6 = inet6
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    found.extend(inet6.filter_map(|address| {
        let bits = u128::from_str_radix(address, 16).ok()?;
        Some(IpAddr::from(Ipv6Addr::from_bits(bits)))
    }));
    found.retain(|address| !address.is_loopback());
    found.into_iter().collect()
}

fn default_route(routes: &str, routes_6: &str) -> DefaultRoute {
    let default_4 = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.get(1) == Some(&"00000000") && words.get(7) == Some(&"00000000")
    };
    let default_6 = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        // The kernel keeps one to loopback that refuses everything.
        words.get(..2) == Some(&[NOWHERE_6, "00"]) && words.last() != Some(&"lo")
    };
    if routes.lines().any(default_4) || routes_6.lines().any(default_6) {
        DefaultRoute::Present
    } else {
        DefaultRoute::Absent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIE: &str = "Local:\n  +-- 0.0.0.0/0 3 0 4\n     |-- 127.0.0.1\n        /32 host LOCAL\n     \
                        |-- 192.0.2.0\n        /24 link UNICAST\n     |-- 192.0.2.2\n        /32 host LOCAL\n     \
                        |-- 192.0.2.255\n        /32 link BROADCAST\n";
    const INET6: &str = "00000000000000000000000000000001 01 80 10 80       lo\n\
                         20010db8000000000000000000000002 02 40 00 80     eth0\n";
    const HEAD: &str = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n";
    const LINK: &str = "eth0 000200C0 00000000 0001 0 0 0 00FFFFFF 0 0 0\n";
    const DEFAULT: &str = "eth0 00000000 010200C0 0003 0 0 0 00000000 0 0 0\n";
    const REFUSING_6: &str = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                              00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

    #[test]
    fn own_addresses_are_those_of_hosts() {
        let expected: [IpAddr; 2] = ["192.0.2.2".parse().unwrap(), "2001:db8::2".parse().unwrap()];
        assert_eq!(addresses(TRIE, INET6), expected);
        assert!(addresses("", "nonsense\n\n").is_empty());
    }

    #[test]
    fn a_default_route_of_either_kind_is_found() {
        let bare = format!("{HEAD}{LINK}");
        assert_eq!(default_route(&bare, REFUSING_6), DefaultRoute::Absent);
        let with = format!("{bare}{DEFAULT}");
        assert_eq!(default_route(&with, ""), DefaultRoute::Present);
        let over_6 = REFUSING_6.replace("lo\n", "eth0\n");
        assert_eq!(default_route(&bare, &over_6), DefaultRoute::Present);
    }

    #[test]
    fn words_of_the_status() {
        let status = "Name:\tx\nUid:\t1\t2\t3\t4\nCapEff:\t000001ff\n";
        assert_eq!(field(status, "Uid:", 1), Some("2"));
        assert_eq!(field(status, "CapEff:", 0), Some("000001ff"));
        assert_eq!(field(status, "NoNewPrivs:", 0), None);
    }
}
