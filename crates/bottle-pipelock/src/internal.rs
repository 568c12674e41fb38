//! The addresses that the program pipelock calls internal.

use std::sync::LazyLock;

use ipnet::IpNet;

/// What it takes for internal unless told otherwise (version 2.3).
const DEFAULT: [&str; 12] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

static NETWORKS: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    // Each is a network: a test counts them.
    DEFAULT.iter().filter_map(|net| net.parse().ok()).collect()
});

/// Its own list.
pub(crate) fn default_networks() -> Vec<IpNet> {
    NETWORKS.clone()
}

/// Whether nothing of its own list is missing in another one.
pub(crate) fn has_defaults(networks: &[IpNet]) -> bool {
    let held = |default: &IpNet| networks.iter().any(|net| net.contains(default));
    NETWORKS.iter().all(held)
}

/// A list with further networks that are not in it yet.
pub(crate) fn unite(mut networks: Vec<IpNet>, further: &[IpNet]) -> Vec<IpNet> {
    for net in further {
        if !networks.iter().any(|known| known.contains(net)) {
            networks.push(*net);
        }
    }
    networks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_special_address;

    #[test]
    fn every_entry_is_a_network_of_special_addresses() {
        assert_eq!(default_networks().len(), DEFAULT.len());
        assert!(NETWORKS.iter().all(|net| is_special_address(net.network())));
        assert!(has_defaults(&[
            "0.0.0.0/0".parse().unwrap(),
            "::/0".parse().unwrap()
        ]));
        assert!(!has_defaults(NETWORKS.get(1..).unwrap()));
    }

    #[test]
    fn what_is_inside_is_not_said_again() {
        let nets = |texts: &[&str]| -> Vec<IpNet> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let own = nets(&["10.213.0.0/28", "198.51.100.0/28"]);
        let united = unite(default_networks(), &own);
        assert_eq!(
            united.get(DEFAULT.len()..).unwrap(),
            nets(&["198.51.100.0/28"])
        );
    }
}
