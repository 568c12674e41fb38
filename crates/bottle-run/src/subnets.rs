//! The choice of a bottle's networks.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// Where bottles get their networks from: private (RFC 1918), and none that engines hand out themselves.
pub const POOL: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 213, 0, 0), 16);
/// How long a network's prefix is: 16 addresses are enough for every service of a bottle.
pub const PREFIX: u8 = 28;

/// Chooses subnets out of [`POOL`] that overlap with nothing in use.
#[derive(Debug, Clone)]
pub struct Subnets {
    used: Vec<Ipv4Net>,
    candidates: Vec<Ipv4Net>,
}

impl Subnets {
    /// A choice that begins at a random place, so that two bottles that start at once rarely meet.
    ///
    /// `networks` are those of the engine. `routes` are the host's; a route that holds the whole pool (a private
    /// network of `10.0.0.0/8`) is passed over, since no choice could avoid it and the smaller subnet wins anyway.
    pub fn new(networks: &[Ipv4Net], routes: &[Ipv4Net], random: u64) -> Self {
        let avoidable = routes.iter().filter(|route| !route.contains(&POOL));
        let used = networks.iter().chain(avoidable).copied().collect();
        let mut candidates: Vec<Ipv4Net> = POOL.subnets(PREFIX).into_iter().flatten().collect();
        let length = u64::try_from(candidates.len()).unwrap_or(1).max(1);
        let start = usize::try_from(random % length).unwrap_or(0);
        candidates.rotate_left(start);
        // Taken from the end.
        candidates.reverse();
        Self { used, candidates }
    }

    /// The next subnet that is free; never the same one twice.
    pub fn choose(&mut self) -> Option<Ipv4Net> {
        loop {
            let candidate = self.candidates.pop()?;
            if self.is_free(candidate) {
                self.used.push(candidate);
                return Some(candidate);
            }
        }
    }

    /// Marks a subnet as used that was not chosen here.
    pub fn reserve(&mut self, subnet: Ipv4Net) {
        self.used.push(subnet);
    }

    fn is_free(&self, subnet: Ipv4Net) -> bool {
        !self
            .used
            .iter()
            .any(|used| used.contains(&subnet) || subnet.contains(used))
    }
}

/// The host's own routes, where the kernel shows them (`/proc/net/route`); without them the engine's networks
/// are all that is avoided.
pub fn host_routes() -> Vec<Ipv4Net> {
    std::fs::read_to_string("/proc/net/route")
        .map(|table| parse_routes(&table))
        .unwrap_or_default()
}

/// Reads the kernel's table: after a line of headings, tab-separated columns of which the second is the
/// destination and the eighth the mask, both in hexadecimal as the machine orders bytes. The default route
/// says nothing about addresses in use.
fn parse_routes(table: &str) -> Vec<Ipv4Net> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split_ascii_whitespace();
            let destination = address(columns.nth(1)?)?;
            let mask = address(columns.nth(5)?)?;
            Ipv4Net::with_netmask(destination, mask).ok()
        })
        .filter(|route| route.prefix_len() > 0)
        .collect()
}

fn address(hexadecimal: &str) -> Option<Ipv4Addr> {
    let number = u32::from_str_radix(hexadecimal, 16).ok()?;
    Some(Ipv4Addr::from(number.to_ne_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn net(text: &str) -> Ipv4Net {
        text.parse().unwrap()
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn reads_the_kernels_table() {
        let table = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n\
            eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n\
            br-1\t1000D50A\t00000000\t0001\t0\t0\t0\tF0FFFFFF\t0\t0\t0\n\
            nonsense\n";
        assert_eq!(
            parse_routes(table),
            [net("172.17.0.0/16"), net("10.213.0.16/28")]
        );
    }

    #[test]
    fn begins_where_chance_says_and_goes_round() {
        let mut subnets = Subnets::new(&[], &[], 4095);
        assert_eq!(subnets.choose(), Some(net("10.213.255.240/28")));
        assert_eq!(subnets.choose(), Some(net("10.213.0.0/28")));
    }

    #[test]
    fn passes_over_what_is_used() {
        let mut subnets = Subnets::new(
            &[net("10.213.0.0/24")],
            &[net("10.213.1.0/27"), net("10.0.0.0/8")],
            0,
        );
        subnets.reserve(net("10.213.1.32/28"));
        assert_eq!(subnets.choose(), Some(net("10.213.1.48/28")));
    }

    #[test]
    fn a_full_pool_is_said() {
        assert_eq!(Subnets::new(&[net("10.0.0.0/8")], &[], 7).choose(), None);
        let mut subnets = Subnets::new(&[], &[], 7);
        assert_eq!(std::iter::from_fn(|| subnets.choose()).count(), 4096);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn chosen_subnets_overlap_with_nothing(random: u64, used in proptest::collection::vec((any::<u16>(), 17_u8..=32), 0..20)) {
            let used: Vec<Ipv4Net> = used
                .into_iter()
                .map(|(low, length)| Ipv4Net::new(Ipv4Addr::from(0x0ad5_0000 | u32::from(low)), length).unwrap().trunc())
                .collect();
            let mut subnets = Subnets::new(&used, &[], random);
            let chosen: Vec<Ipv4Net> = std::iter::from_fn(|| subnets.choose()).take(4).collect();
            for (index, subnet) in chosen.iter().enumerate() {
                prop_assert!(POOL.contains(subnet));
                prop_assert_eq!(subnet.prefix_len(), PREFIX);
                let others = used.iter().chain(&chosen[..index]);
                for other in others {
                    prop_assert!(!other.contains(subnet) && !subnet.contains(other), "{subnet} {other}");
                }
            }
        }
    }
}
