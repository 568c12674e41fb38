//! An allowed request in its canonical spelling is judged without a single allocation.
#![cfg(test)]

use std::time::Duration;

use bottle_core::{AuthScheme, Host, Port};
use bottle_egress::{
    Destination, Exchange, Grant, Grants, Lease, LeaseBook, Moment, Request, Route, RouteTable,
    Scheme, SlotAuth, TokenSlot, decide,
};

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

#[test]
fn nor_does_it_with_grants() {
    let now = Moment {
        wall: Duration::ZERO,
        steady: Duration::ZERO,
    };
    let grant = |number: usize| Grant {
        id: format!("g{number:09}").parse().unwrap(),
        route: Route::bare(format!("g{number}.example.test").parse().unwrap()),
        lease: Lease {
            until: Some(60),
            uses: 9.try_into().ok(),
        },
    };
    let table = table().with_grants(Grants::new((0..200).map(grant)).unwrap());
    let book = LeaseBook::default();
    book.take_over(&table, now);
    for host in ["api.example.test", "g100.example.test"] {
        let destination = Destination {
            scheme: Scheme::Https,
            host: host.parse::<Host>().unwrap(),
            port: Port::HTTPS,
        };
        let request = Request {
            destination: &destination,
            method: "POST",
            target: "/v1/messages?beta=true",
        };
        let mut by_grant = None;
        let counted = allocation_counter::measure(|| {
            let pass = book.admit(&table, &request, Exchange::Plain, now);
            by_grant = pass.ok().map(|pass| pass.spend().grant().is_some());
        });
        assert_eq!(by_grant, Some(host.starts_with('g')));
        assert_eq!(counted.count_total, 0, "{host}");
    }
}
