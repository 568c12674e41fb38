//! An allowed request in its canonical spelling is judged without a single allocation.
#![cfg(test)]

use bottle_core::{AuthScheme, Host, Port};
use bottle_egress::{Destination, Request, Route, RouteTable, Scheme, SlotAuth, TokenSlot, decide};

fn table() -> RouteTable {
    RouteTable::new(
        [
            "api.example.test",
            "*.cdn.example.test",
            "**.deep.example.test",
        ]
        .map(|host| Route {
            path_allowlist: vec!["/v1".parse().unwrap(), "/repos/acme".parse().unwrap()],
            methods: ["GET", "POST"].map(|text| text.parse().unwrap()).into(),
            auth: Some(SlotAuth {
                scheme: AuthScheme::Bearer,
                slot: TokenSlot::new(0),
                header: Some("private-token".parse().unwrap()),
            }),
            ..Route::bare(host.parse().unwrap())
        }),
    )
}

#[test]
fn the_allow_path_allocates_nothing() {
    let table = table();
    for host in [
        "api.example.test",
        "a.cdn.example.test",
        "a.b.c.deep.example.test",
    ] {
        let destination = Destination {
            scheme: Scheme::Https,
            host: host.parse::<Host>().unwrap(),
            port: Port::HTTPS,
        };
        for target in [
            "/v1",
            "/v1/messages?beta=true",
            "/v1/a%20b/%3Cx%3E/?q=%2F%2e%2e&git=1",
            "/repos/acme/x/info/refs?service=git-upload-pack",
            "/v1/@scope;v=1/~me:you!$&'()*+,=/",
        ] {
            let request = Request {
                destination: &destination,
                method: "POST",
                target,
            };
            let mut permitted = false;
            let counted = allocation_counter::measure(|| {
                permitted = decide(&table, &request).is_ok_and(|permit| permit.target() == target);
            });
            assert!(permitted, "{host}{target}");
            assert_eq!(counted.count_total, 0, "{host}{target}");
        }
        let odd = Request {
            destination: &destination,
            method: "GET",
            target: "/v1/./x",
        };
        let counted = allocation_counter::measure(|| drop(decide(&table, &odd)));
        assert_ne!(counted.count_total, 0, "the counter counts");
    }
}
