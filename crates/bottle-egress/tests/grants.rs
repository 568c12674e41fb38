//! Grants in `routes.yaml`.
#![cfg(test)]

use std::num::NonZeroU32;

use bottle_core::{AuthScheme, ProposalId, WebSocket};
use bottle_egress::{
    EgressPolicy, Grant, Grants, GrantsError, Lease, MAX_GRANTS, Route, RouteOrigin, RouteTable,
    SlotAuth, TokenSlot, UpstreamPart,
};
use proptest::prelude::*;

fn id(number: usize) -> ProposalId {
    format!("g{number:09}").parse().unwrap()
}

fn grant(number: usize, host: &str) -> Grant {
    Grant {
        id: id(number),
        route: Route::bare(host.parse().unwrap()),
        lease: Lease::default(),
    }
}

fn read(grants: &str) -> Result<RouteTable, String> {
    let text = format!("version: 1\nroutes: []\n{grants}");
    RouteTable::from_yaml(&text, "routes.yaml").map_err(|problems| problems.to_string())
}

#[test]
fn a_table_with_grants_as_it_is_written() {
    let mut lent = grant(1, "*.a.test");
    lent.lease = Lease {
        until: Some(1_800_000_000),
        uses: NonZeroU32::new(3),
    };
    lent.route.auth = Some(SlotAuth {
        scheme: AuthScheme::Bearer,
        slot: TokenSlot::new(4),
        header: None,
    });
    let listed = Route {
        origin: RouteOrigin::Allowlist,
        ..Route::bare("b.test".parse().unwrap())
    };
    let grants = Grants::new([lent, grant(2, "b.test")]).unwrap();
    let table = RouteTable::new([listed]).with_grants(grants);
    insta::assert_snapshot!(table.to_yaml().unwrap());
    assert_eq!(
        table.grant(&id(2)).unwrap().route.origin,
        RouteOrigin::Grant
    );
}

#[test]
fn a_list_of_another_shape_is_refused() {
    let route = "{host: a.test, ports: [443], path_allowlist: [], methods: []}";
    let good = read(&format!("grants: [{{id: abcdefgh12, route: {route}}}]\n"));
    assert_eq!(good.unwrap().grants().len(), 1);
    for (grants, why) in [
        (
            format!("[{{id: abcdefgh12, route: {route}, extra: 1}}]"),
            "extra",
        ),
        (
            format!("[{{id: Abcdefgh12, route: {route}}}]"),
            "ten of a-z",
        ),
        (format!("[{{route: {route}}}]"), "id"),
        ("[{id: abcdefgh12}]".to_owned(), "route"),
        (
            format!("[{{id: abcdefgh12, lease: {{uses: 0}}, route: {route}}}]"),
            "",
        ),
        (
            format!("[{{id: abcdefgh12, lease: {{until: -1}}, route: {route}}}]"),
            "",
        ),
        (
            format!("[{{id: abcdefgh12, lease: {{for: 1}}, route: {route}}}]"),
            "for",
        ),
        (
            format!("[{{id: abcdefgh12, route: {route}}}, {{id: abcdefgh12, route: {route}}}]"),
            "abcdefgh12 stands here twice",
        ),
        (
            format!(
                "[{{id: abcdefgh12, route: {}}}]",
                route.replace("methods", "origin: preset, methods")
            ),
            "has no origin of its own",
        ),
    ] {
        let told = read(&format!("grants: {grants}\n")).unwrap_err();
        assert!(told.contains(why), "{grants}: {told}");
    }
    let text = "version: 1\nroutes:\n  - {host: a.test, ports: [443], path_allowlist: [], methods: [], origin: ORIGIN}\n";
    let with = |origin| RouteTable::from_yaml(&text.replace("ORIGIN", origin), "routes.yaml");
    assert!(with("preset").is_ok() && with("grant").is_err() && with("mine").is_err());
}

#[test]
fn there_is_a_most() {
    let many = |count| Grants::new((0..count).map(|number| grant(number, "a.test")));
    assert_eq!(many(MAX_GRANTS).unwrap().as_slice().len(), MAX_GRANTS);
    assert_eq!(many(MAX_GRANTS + 1), Err(GrantsError::TooMany));
    let full = RouteTable::default().with_grants(many(MAX_GRANTS).unwrap());
    let text = full.to_yaml().unwrap();
    assert_eq!(RouteTable::from_yaml(&text, "routes.yaml").unwrap(), full);
    let entry = text
        .split("  - ")
        .nth(1)
        .unwrap()
        .replace("g000000000", "h000000000");
    let text = format!("{text}  - {entry}");
    assert!(
        RouteTable::from_yaml(&text, "routes.yaml").is_err(),
        "one too many is read"
    );
}

fn any_grant() -> impl Strategy<Value = Grant> {
    (
        "[a-z][a-z0-9]{9}",
        "(\\*\\.|\\*\\*\\.)?[a-z]{1,3}\\.test",
        prop::collection::vec("(/[a-z]{1,4}){1,2}", 0..3),
        prop::collection::btree_set("GET|POST", 0..3),
        (any::<bool>(), prop::option::of(0..9_u16)),
        (any::<Option<u64>>(), any::<Option<u32>>()),
    )
        .prop_map(
            |(id, host, paths, methods, (websocket, slot), (until, uses))| Grant {
                id: id.parse().unwrap(),
                lease: Lease {
                    until,
                    uses: uses.and_then(NonZeroU32::new),
                },
                route: Route {
                    path_allowlist: paths.iter().map(|path| path.parse().unwrap()).collect(),
                    methods: methods.iter().map(|name| name.parse().unwrap()).collect(),
                    websocket: if websocket {
                        WebSocket::Granted
                    } else {
                        WebSocket::Refused
                    },
                    auth: slot.map(|slot| SlotAuth {
                        scheme: AuthScheme::Token,
                        slot: TokenSlot::new(slot),
                        header: Some("x-key".parse().unwrap()),
                    }),
                    ..Route::bare(host.parse().unwrap())
                },
            },
        )
}

proptest! {
    #[test]
    fn grants_are_read_back_equal_by_two_readers(
        hosts in prop::collection::btree_map("[a-z]{1,3}\\.test", 0..3_u8, 0..4),
        grants in prop::collection::vec(any_grant(), 0..5),
        mapped: bool,
    ) {
        let Ok(grants) = Grants::new(grants) else { return Ok(()) };
        let origins = [RouteOrigin::Manifest, RouteOrigin::Allowlist, RouteOrigin::Preset];
        let table = RouteTable::new(hosts.iter().map(|(host, origin)| Route {
            origin: origins[usize::from(*origin)],
            ..Route::bare(host.parse().unwrap())
        }));
        let policy = EgressPolicy {
            table: table.with_grants(grants),
            upstream: UpstreamPart { ca_file: mapped.then(|| "x.pem".to_owned()), ..UpstreamPart::default() },
        };
        let text = policy.to_yaml().unwrap();
        prop_assert_eq!(&EgressPolicy::from_yaml(&text, "routes.yaml").unwrap(), &policy);
        let theirs: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let read = theirs["grants"].as_array().cloned().unwrap_or_default();
        let read: Vec<_> = read.iter().map(|grant| (grant["id"].as_str(), grant["lease"]["until"].as_u64(), grant["lease"]["uses"].as_u64())).collect();
        let ours: Vec<_> = policy.table.grants().iter().map(|grant| {
            (Some(grant.id.as_str()), grant.lease.until, grant.lease.uses.map(|uses| u64::from(uses.get())))
        }).collect();
        prop_assert_eq!(read, ours);
    }
}
