//! What the probe says about itself, against what the test knows of the same process.

use bottle_demo::{Step, StepResult, probe};
use tokio::net::UdpSocket;

use super::support::{settings, start};

#[tokio::test]
async fn the_probe_knows_itself() {
    let started = start().await;
    let results = probe::run(&settings(&started), &[Step::Own]).await;
    let [StepResult::Own(own)] = &results[..] else {
        panic!("{results:?}")
    };
    let owner = std::fs::metadata("/proc/self").unwrap();
    assert_eq!(own.uid, Some(std::os::unix::fs::MetadataExt::uid(&owner)));
    assert!(own.capabilities.is_some() && own.new_privileges.is_some());
    assert!(own.default_route.is_some());
    let addresses = own.addresses.as_ref().unwrap();
    for address in addresses.iter().filter(|address| address.is_ipv4()) {
        // Only an own address can be bound.
        UdpSocket::bind((*address, 0)).await.unwrap();
    }
}
