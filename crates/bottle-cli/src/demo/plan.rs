//! What the demo grants, as manifests of its own, and the addresses of its pretend internet.

use std::fmt::Write as _;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use bottle_core::{BottlePlan, ImageRef, ManifestSet};
use bottle_run::host_routes;
use ipnet::Ipv4Net;

use super::error::DemoError;
use crate::host::known_rules;

/// The agent and the bottle.
pub(crate) const NAME: &str = "demo";
/// A site with one granted folder.
pub(crate) const API: &str = "api.demo.example";
/// A site that wants a token.
pub(crate) const AUTH: &str = "auth.demo.example";
/// A site that takes uploads.
pub(crate) const UPLOAD: &str = "upload.demo.example";
/// A site that exists and is not granted.
pub(crate) const OUTSIDE: &str = "outside.demo.example";
/// Every site of the pretend internet.
pub(crate) const SITES: [&str; 4] = [API, AUTH, UPLOAD, OUTSIDE];
/// The forge, where there is an image for it.
pub(crate) const FORGE: &str = "forge.demo.example";
/// The variable that holds the token.
pub(crate) const TOKEN: &str = "BOTTLE_DEMO_TOKEN";

/// Addresses for documentation (RFC 5737): nobody has them.
const POOL: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(198, 51, 100, 0), 24);
/// Room for a bottle and its guest.
const PREFIX: u8 = 28;

/// Writes the demo's manifests into a home and reads them as any others; `more` are further lines of the bottle's.
pub(crate) fn plan(
    home: &Path,
    image: &ImageRef,
    world: Ipv4Addr,
    more: &str,
) -> Result<BottlePlan, DemoError> {
    for (folder, text) in [
        (
            "agents",
            format!("---\nbottle: {NAME}\n---\nYou are a probe.\n"),
        ),
        ("bottles", bottle(image, world, more)),
    ] {
        let folder = home.join(folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{NAME}.md")), text)?;
    }
    let name = NAME.parse().map_err(|_| DemoError::Name(NAME.to_owned()))?;
    Ok(ManifestSet::open(home, None, known_rules())?.plan(&name)?)
}

fn bottle(image: &ImageRef, world: Ipv4Addr, more: &str) -> String {
    let mut text = format!("---\nprovider: command\nimage: {image}\negress:\n  routes:\n");
    for (host, grant) in [
        (API, "path_allowlist: [/v1]".to_owned()),
        (
            AUTH,
            format!("auth: {{scheme: Bearer, token_ref: {TOKEN}}}"),
        ),
        (UPLOAD, "methods: [GET, POST]".to_owned()),
    ] {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "    - host: {host}\n      ports: [80, 443]\n      cidr: [{world}/32]\n      {grant}"
        );
    }
    text.push_str(more);
    text.push_str("---\nWhat the demo grants.\n");
    text
}

/// A part of the documentation addresses that neither the engine nor the host uses; `seed` says where to begin.
pub(crate) fn free_subnet(used: &[Ipv4Net], seed: usize) -> Result<Ipv4Net, DemoError> {
    let routes = host_routes();
    let taken = |subnet: &Ipv4Net| {
        let overlaps = |other: &Ipv4Net| other.contains(subnet) || subnet.contains(other);
        used.iter().chain(&routes).any(overlaps)
    };
    let candidates: Vec<Ipv4Net> = POOL.subnets(PREFIX).into_iter().flatten().collect();
    let start = seed % candidates.len().max(1);
    candidates
        .iter()
        .cycle()
        .skip(start)
        .take(candidates.len())
        .find(|subnet| !taken(subnet))
        .copied()
        .ok_or(DemoError::NoSubnet(POOL))
}
