//! Which addresses may be dialled.

use std::net::IpAddr;

use bottle_core::{Guard, Host, HostPattern};
use bottle_pipelock::check_addresses;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Which addresses may be dialled. Special-purpose ones may not, unless they are granted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Addresses {
    /// Special and internal addresses that may be dialled all the same.
    pub(crate) granted: Vec<IpNet>,
    /// Further ones that may not.
    pub(crate) internal: Vec<IpNet>,
    /// Hosts that may resolve to any of them. Metadata services stay closed.
    pub(crate) trusted: Vec<HostPattern>,
}

impl Addresses {
    /// Whether all addresses of a host may be dialled.
    ///
    /// # Errors
    ///
    /// The first address that may not.
    pub(crate) fn check(&self, host: &Host, addresses: &[IpAddr]) -> Result<(), IpAddr> {
        if self.trusted.iter().any(|pattern| pattern.matches(host)) {
            let every = [Ipv4Net::default().into(), Ipv6Net::default().into()];
            return check_addresses(addresses, &every);
        }
        check_addresses(addresses, &self.granted)?;
        let count = if Guard::EveryAddress.is_on() {
            addresses.len()
        } else {
            1
        };
        let mut looked_at = addresses.iter().take(count);
        let refused = looked_at.find(|address| self.is_internal(**address));
        refused.map_or(Ok(()), |address| Err(*address))
    }

    fn is_internal(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let is_in = |nets: &[IpNet]| nets.iter().any(|net| net.contains(&address));
        is_in(&self.internal) && !is_in(&self.granted) && Guard::SpecialAddresses.is_on()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, addresses: &[&str]) -> Result<(), IpAddr> {
        let rules = Addresses {
            granted: vec![
                "10.1.0.0/16".parse().unwrap(),
                "8.8.4.0/24".parse().unwrap(),
            ],
            internal: vec!["8.8.0.0/16".parse().unwrap()],
            trusted: vec!["lan.test".parse().unwrap(), "**.lan.test".parse().unwrap()],
        };
        let addresses: Vec<IpAddr> = addresses.iter().map(|each| each.parse().unwrap()).collect();
        rules.check(&host.parse().unwrap(), &addresses)
    }

    #[test]
    fn internal_addresses_are_special_ones() {
        for good in ["9.9.9.9", "10.1.2.3", "8.8.4.4"] {
            assert_eq!(check("a.test", &[good]), Ok(()), "{good}");
        }
        for bad in ["8.8.8.8", "::ffff:8.8.8.8", "10.2.0.1", "127.0.0.1"] {
            assert_eq!(
                check("a.test", &["9.9.9.9", bad]),
                Err(bad.parse().unwrap())
            );
        }
    }

    #[test]
    fn trusted_hosts_may_be_anywhere_but_at_a_metadata_service() {
        for host in ["lan.test", "x.y.lan.test"] {
            assert_eq!(check(host, &["8.8.8.8", "192.168.0.1", "fd00::1"]), Ok(()));
            assert!(check(host, &["169.254.169.254"]).is_err());
        }
        assert!(check("xlan.test", &["192.168.0.1"]).is_err());
    }
}
