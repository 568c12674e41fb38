//! Addresses that are nobody's business on the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use bottle_core::Guard;
use ipnet::IpNet;

/// Blocks that are not places on the internet (IANA special-purpose address registries, RFC 6890; of IPv6 only
/// `2000::/3` is given out), with the IPv6 forms that carry an IPv4 address inside.
const SPECIAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/3",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "4000::/2",
    "8000::/1",
];

/// Where clouds hand out credentials to whoever asks from the machine: granted to nobody, whatever a manifest says.
const METADATA: &[&str] = &[
    "169.254.0.23/32",
    "169.254.42.42/32",
    "169.254.169.254/32",
    "169.254.170.2/32",
    "169.254.170.23/32",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "168.63.129.16/32",
    "fd00:ec2::254/128",
    "fd00:ec2::23/128",
    "fd00:42::42/128",
    "fd20:ce::254/128",
    "fe80::a9fe:a9fe/128",
];

static SPECIAL_NETS: LazyLock<Vec<IpNet>> = LazyLock::new(|| parse(SPECIAL));
static METADATA_NETS: LazyLock<Vec<IpNet>> = LazyLock::new(|| parse(METADATA));

/// Each is a network: a test counts them.
fn parse(nets: &[&str]) -> Vec<IpNet> {
    nets.iter().filter_map(|net| net.parse().ok()).collect()
}

/// Whether an address is private, local, multicast, for documentation, or otherwise not a place on the internet.
pub fn is_special_address(address: IpAddr) -> bool {
    let address = address.to_canonical();
    contains(&SPECIAL_NETS, address) || contains(&METADATA_NETS, address)
}

/// Whether every address that a name resolved to may be connected to: public, or in one of the granted ranges.
/// Addresses of cloud metadata services are never granted, in whatever IPv6 form. No address is no objection: there is
/// nothing to connect to.
///
/// # Errors
///
/// The first address that may not.
pub fn check_addresses(addresses: &[IpAddr], granted: &[IpNet]) -> Result<(), IpAddr> {
    let refused = |address: &&IpAddr| {
        let address = address.to_canonical();
        let special = is_special_address(address) && Guard::SpecialAddresses.is_on();
        let metadata = is_metadata(address) && Guard::MetadataAddresses.is_on();
        metadata || (special && !contains(granted, address))
    };
    let count = if Guard::EveryAddress.is_on() {
        addresses.len()
    } else {
        1
    };
    addresses
        .iter()
        .take(count)
        .find(refused)
        .map_or(Ok(()), |address| Err(*address))
}

/// Looks inside special addresses only: elsewhere such bits mean nothing.
fn is_metadata(address: IpAddr) -> bool {
    let carried = match address {
        IpAddr::V6(outer) if contains(&SPECIAL_NETS, address) => inside(outer).to_vec(),
        _ => Vec::new(),
    };
    contains(&METADATA_NETS, address)
        || carried
            .into_iter()
            .any(|inner| contains(&METADATA_NETS, inner.into()))
}

/// The IPv4 addresses that a packet to this one may end up at: NAT64 and compatible forms have it at their end
/// (RFC 6052), Teredo has it there inverted (RFC 4380), 6to4 has it behind its prefix (RFC 3056).
fn inside(address: Ipv6Addr) -> [Ipv4Addr; 3] {
    let [_, second, third, .., high, low] = address.segments();
    let joined = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    [
        joined(high, low),
        joined(!high, !low),
        joined(second, third),
    ]
}

fn contains(nets: &[IpNet], address: IpAddr) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn every_line_is_a_network() {
        assert_eq!(SPECIAL_NETS.len(), SPECIAL.len());
        assert_eq!(METADATA_NETS.len(), METADATA.len());
    }

    #[test]
    fn special_and_public() {
        for special in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "198.51.100.10",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "::10.0.0.1",
            "::ffff:0:10.0.0.1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "4000::1",
            "3fff::1",
            "168.63.129.16",
        ] {
            assert!(is_special_address(ip(special)), "{special}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:4860:4860::8888",
            "2600:a9fe:a9fe::a9fe:a9fe",
        ] {
            assert!(!is_special_address(ip(public)), "{public}");
        }
    }

    #[test]
    fn a_grant_covers_its_range_and_no_metadata() {
        let granted = ["198.51.100.0/28", "0.0.0.0/0", "::/0"].map(|net| net.parse().unwrap());
        assert_eq!(
            check_addresses(&[ip("198.51.100.10")], &granted[..1]),
            Ok(())
        );
        assert_eq!(
            check_addresses(&[ip("198.51.100.16")], &granted[..1]),
            Err(ip("198.51.100.16"))
        );
        assert_eq!(
            check_addresses(&[ip("1.1.1.1"), ip("10.0.0.1")], &[]),
            Err(ip("10.0.0.1"))
        );
        assert_eq!(
            check_addresses(&[ip("::ffff:198.51.100.10")], &granted[..1]),
            Ok(())
        );
        for metadata in [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "2001::5601:5601",
        ] {
            assert_eq!(
                check_addresses(&[ip(metadata)], &granted),
                Err(ip(metadata))
            );
        }
        assert_eq!(check_addresses(&[], &[]), Ok(()));
    }
}
