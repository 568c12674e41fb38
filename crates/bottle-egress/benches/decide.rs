//! The decision on tables of growing size, beside two yardsticks in the same run: a look-up in a plain hash table,
//! and a scan over the routes, which is what a table without an index would do.
#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot be set up has nothing to say"
)]
#![expect(
    clippy::disallowed_types,
    reason = "the yardstick is the plain hash table"
)]

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use bottle_core::{HostPattern, Port};
use bottle_egress::{
    Destination, Exchange, Grant, Grants, Lease, LeaseBook, MAX_GRANTS, Moment, Request, Route,
    RouteTable, Scheme, decide,
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// Every third route is exact, every third has one wild label, every third any number.
fn pattern(number: usize) -> HostPattern {
    let front = match number % 3 {
        0 => "",
        1 => "*.",
        _ => "**.",
    };
    format!("{front}h{number}.team.example.com")
        .parse()
        .unwrap()
}

fn table(size: usize) -> RouteTable {
    RouteTable::new((0..size).map(|number| Route {
        path_allowlist: vec!["/v1".parse().unwrap(), "/v2/items".parse().unwrap()],
        methods: ["GET".parse().unwrap(), "POST".parse().unwrap()].into(),
        ..Route::bare(pattern(number))
    }))
}

/// A host that the exact, the one-label and the any-depth route of the middle of the table mean, and one that none does.
fn hosts(size: usize) -> [(&'static str, String); 4] {
    let middle = size / 2 / 3 * 3;
    [
        ("exact", format!("h{middle}.team.example.com")),
        ("one label", format!("a.h{}.team.example.com", middle + 1)),
        (
            "any depth",
            format!("a.b.c.h{}.team.example.com", middle + 2),
        ),
        ("refused", "a.b.c.nobody.team.example.com".to_owned()),
    ]
}

fn destination(host: &str) -> Destination {
    Destination {
        scheme: Scheme::Https,
        host: host.parse().unwrap(),
        port: Port::HTTPS,
    }
}

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for size in [10, 1_000, 10_000] {
        let table = table(size);
        for (kind, host) in hosts(size) {
            let destination = destination(&host);
            let request = Request {
                destination: &destination,
                method: "GET",
                target: "/v2/items/42?page=3",
            };
            assert_eq!(decide(&table, &request).is_err(), kind == "refused");
            group.bench_function(BenchmarkId::new(kind, size), |bencher| {
                bencher.iter(|| decide(black_box(&table), black_box(&request)).is_ok());
            });
        }
    }
    group.finish();
}

/// The same beside as many grants as there may be, and a host that the last of them means.
fn admissions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("admit");
    let size = 1_000;
    let grants = (0..MAX_GRANTS).map(|number| Grant {
        id: format!("g{number:09}").parse().unwrap(),
        route: Route::bare(format!("g{number}.grant.example.com").parse().unwrap()),
        lease: Lease::default(),
    });
    let table = table(size).with_grants(Grants::new(grants).unwrap());
    let now = Moment {
        wall: Duration::ZERO,
        steady: Duration::ZERO,
    };
    let book = LeaseBook::at_start(&table, now);
    let last = format!("g{}.grant.example.com", MAX_GRANTS - 1);
    for (kind, host) in hosts(size).into_iter().chain([("last grant", last)]) {
        let destination = destination(&host);
        let request = Request {
            destination: &destination,
            method: "GET",
            target: "/v2/items/42?page=3",
        };
        group.bench_function(BenchmarkId::new(kind, size), |bencher| {
            bencher.iter(|| {
                let pass = book.admit(black_box(&table), black_box(&request), Exchange::Plain, now);
                pass.map(|pass| drop(pass.spend())).is_ok()
            });
        });
    }
    group.finish();
}

fn yardsticks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("yardstick");
    for size in [10, 1_000, 10_000] {
        let [(_, exact), _, (_, deep), _] = hosts(size);
        let table = table(size);
        let plain: HashMap<String, usize> = (0..size)
            .map(|number| (format!("h{number}.team.example.com"), number))
            .collect();
        group.bench_function(BenchmarkId::new("hash table", size), |bencher| {
            bencher.iter(|| black_box(&plain).get(black_box(exact.as_str())));
        });
        let host = deep.parse().unwrap();
        group.bench_function(BenchmarkId::new("scan", size), |bencher| {
            bencher.iter(|| {
                black_box(&table)
                    .routes()
                    .iter()
                    .position(|route| route.host.matches(black_box(&host)))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, decisions, admissions, yardsticks);
criterion_main!(benches);
