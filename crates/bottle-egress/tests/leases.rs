//! Time and uses of grants, with clocks of our own. Every refusal stands beside a request that passes.
#![cfg(test)]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use bottle_core::{Port, ProposalId, WebSocket};
use bottle_egress::{
    Admitted, Destination, Exchange, Grant, Grants, Lease, LeaseBook, Moment, Request, Route,
    RouteTable, Scheme,
};
use proptest::prelude::*;

/// An hour after the clocks began.
const NOON: u64 = 1_800_000_000;

const fn at(seconds: u64) -> Moment {
    clocks(NOON + seconds, seconds)
}

const fn clocks(wall: u64, steady: u64) -> Moment {
    Moment {
        wall: Duration::from_secs(wall),
        steady: Duration::from_secs(steady),
    }
}

fn grant(name: &str, host: &str, until: Option<u64>, uses: u32) -> Grant {
    Grant {
        id: id(name),
        route: Route::bare(host.parse().unwrap()),
        lease: Lease {
            until: until.map(|seconds| NOON + seconds),
            uses: NonZeroU32::new(uses),
        },
    }
}

fn id(name: &str) -> ProposalId {
    format!("{name:x<10}").parse().unwrap()
}

/// `base.test` has a route, below `/v1` alone.
fn table(grants: impl IntoIterator<Item = Grant>) -> RouteTable {
    let base = Route {
        path_allowlist: vec!["/v1".parse().unwrap()],
        ..Route::bare("base.test".parse().unwrap())
    };
    RouteTable::new([base]).with_grants(Grants::new(grants).unwrap())
}

/// A service: its table and its book.
struct Service {
    table: RouteTable,
    book: LeaseBook,
}

impl Service {
    /// One that was running when these were granted.
    fn granted(grants: impl IntoIterator<Item = Grant>) -> Self {
        let mut service = Self {
            table: table([]),
            book: LeaseBook::at_start(&table([]), at(0)),
        };
        service.reload(grants, at(0));
        service
    }

    fn reload(&mut self, grants: impl IntoIterator<Item = Grant>, now: Moment) {
        self.table = table(grants);
        self.book.take_over(&self.table, now);
    }

    /// A request that is sent when it may be: which grant let it through, or why none did.
    fn ask(&self, host: &str, target: &str, now: Moment) -> Result<Option<String>, &'static str> {
        self.ask_for(Exchange::Plain, host, target, now)
    }

    fn ask_for(
        &self,
        exchange: Exchange,
        host: &str,
        target: &str,
        now: Moment,
    ) -> Result<Option<String>, &'static str> {
        let destination = destination(host);
        let request = request(&destination, target);
        let pass = self.book.admit(&self.table, &request, exchange, now);
        let permit = pass.map_err(|denial| denial.code.as_str())?.spend();
        Ok(permit.grant().map(|grant| grant.id.to_string()))
    }

    fn goes_on(&self, host: &str, grant: Option<&str>, exchange: Exchange, now: Moment) -> bool {
        let destination = destination(host);
        let grant = grant.map(id);
        let admitted = Admitted {
            request: &request(&destination, "/"),
            exchange,
            grant: grant.as_ref(),
        };
        self.book.still_allows(&self.table, &admitted, now)
    }
}

fn destination(host: &str) -> Destination {
    Destination {
        scheme: Scheme::Https,
        host: host.parse().unwrap(),
        port: Port::HTTPS,
    }
}

const fn request<'a>(destination: &'a Destination, target: &'a str) -> Request<'a> {
    Request {
        destination,
        method: "GET",
        target,
    }
}

fn through(name: &str) -> String {
    id(name).to_string()
}

#[test]
fn time_ends_a_grant() {
    let service = Service::granted([grant("a", "a.test", Some(60), 0)]);
    assert_eq!(service.ask("a.test", "/", at(59)), Ok(Some(through("a"))));
    assert_eq!(service.ask("a.test", "/", at(60)), Err("lease.expired"));
    assert_eq!(service.ask("b.test", "/", at(59)), Err("host.not_allowed"));
}

#[test]
fn whichever_clock_says_so_first_ends_it_for_good() {
    let grants = || [grant("a", "a.test", Some(60), 0)];
    // Somebody sets the time forward and back again.
    let forward = Service::granted(grants());
    assert_eq!(
        forward.ask("a.test", "/", clocks(NOON + 3600, 5)),
        Err("lease.expired")
    );
    assert_eq!(forward.ask("a.test", "/", at(6)), Err("lease.expired"));
    // Somebody sets it back.
    let mut back = Service::granted(grants());
    assert_eq!(
        back.ask("a.test", "/", clocks(NOON - 3600, 59)),
        Ok(Some(through("a")))
    );
    assert_eq!(
        back.ask("a.test", "/", clocks(NOON - 3541, 60)),
        Err("lease.expired")
    );
    back.reload(grants(), clocks(NOON - 3540, 61));
    assert_eq!(
        back.ask("a.test", "/", clocks(NOON - 3540, 61)),
        Err("lease.expired")
    );
    // What is granted anew until later is another lease.
    back.reload([grant("a", "a.test", Some(90), 0)], at(62));
    assert_eq!(back.ask("a.test", "/", at(89)), Ok(Some(through("a"))));
    assert_eq!(back.ask("a.test", "/", at(90)), Err("lease.expired"));
}

#[test]
fn uses_end_a_grant_and_what_is_refused_costs_none() {
    let service = Service::granted([grant("a", "a.test", None, 2)]);
    assert_eq!(service.ask("a.test", "/", at(0)), Ok(Some(through("a"))));
    let (destination, book) = (destination("a.test"), &service.book);
    let asked = request(&destination, "/");
    let pass = book
        .admit(&service.table, &asked, Exchange::Plain, at(0))
        .unwrap();
    assert_eq!(
        service.ask("a.test", "/", at(0)),
        Err("lease.exhausted"),
        "it is held"
    );
    drop(pass);
    assert_eq!(service.ask("a.test", "/", at(0)), Ok(Some(through("a"))));
    assert_eq!(service.ask("a.test", "/", at(0)), Err("lease.exhausted"));
}

#[test]
fn uses_are_not_counted_anew() {
    let three = || [grant("a", "a.test", None, 3)];
    let mut service = Service::granted(three());
    assert_eq!(service.ask("a.test", "/", at(0)), Ok(Some(through("a"))));
    service.reload(three(), at(1));
    assert_eq!(service.ask("a.test", "/", at(1)), Ok(Some(through("a"))));
    service.reload([], at(2));
    assert_eq!(service.ask("a.test", "/", at(2)), Err("host.not_allowed"));
    service.reload(three(), at(3));
    assert_eq!(service.ask("a.test", "/", at(3)), Ok(Some(through("a"))));
    assert_eq!(service.ask("a.test", "/", at(3)), Err("lease.exhausted"));
}

#[test]
fn a_service_that_starts_trusts_no_count() {
    let grants = [
        grant("a", "a.test", None, 3),
        grant("b", "b.test", Some(60), 0),
        grant("c", "c.test", None, 0),
    ];
    let started = table(grants.clone());
    let mut service = Service {
        book: LeaseBook::at_start(&started, at(0)),
        table: started,
    };
    for _ in 0..2 {
        assert_eq!(service.ask("a.test", "/", at(1)), Err("lease.exhausted"));
        assert_eq!(service.ask("b.test", "/", at(1)), Ok(Some(through("b"))));
        assert_eq!(service.ask("c.test", "/", at(1)), Ok(Some(through("c"))));
        service.reload(grants.clone(), at(1));
    }
}

#[test]
fn a_table_that_the_book_was_not_told_of_gives_nothing() {
    let service = Service {
        book: LeaseBook::default(),
        table: table([grant("a", "a.test", None, 0)]),
    };
    assert_eq!(service.ask("a.test", "/", at(0)), Err("host.not_allowed"));
    assert_eq!(service.ask("base.test", "/v1", at(0)), Ok(None));
}

#[test]
fn a_grant_adds_to_the_route_of_its_host() {
    let mut narrow = grant("a", "base.test", None, 1);
    narrow.route.path_allowlist = vec!["/v2".parse().unwrap()];
    let service = Service::granted([narrow]);
    for _ in 0..3 {
        assert_eq!(service.ask("base.test", "/v1/x", at(0)), Ok(None));
    }
    assert_eq!(
        service.ask("base.test", "/v3", at(0)),
        Err("path.not_allowed")
    );
    assert_eq!(
        service.ask("base.test", "/v2/x", at(0)),
        Ok(Some(through("a")))
    );
    assert_eq!(
        service.ask("base.test", "/v2/x", at(0)),
        Err("lease.exhausted")
    );
    assert_eq!(service.ask("base.test", "/v1/x", at(0)), Ok(None));
    assert_eq!(
        service.ask("base.test", "/v3", at(0)),
        Err("path.not_allowed")
    );
}

#[test]
fn the_next_grant_takes_over() {
    let service = Service::granted([
        grant("a", "*.a.test", None, 1),
        grant("b", "x.a.test", Some(60), 1),
        grant("c", "**.a.test", None, 1),
    ]);
    let ask = || service.ask("x.a.test", "/", at(0));
    assert_eq!(
        [ask(), ask(), ask()],
        [
            Ok(Some(through("a"))),
            Ok(Some(through("b"))),
            Ok(Some(through("c")))
        ]
    );
    assert_eq!(ask(), Err("lease.exhausted"));
}

#[test]
fn a_websocket_needs_a_grant_that_says_so() {
    let mut socket = grant("b", "base.test", None, 1);
    socket.route.websocket = WebSocket::Granted;
    let service = Service::granted([grant("a", "base.test", None, 5), socket]);
    let open = |target: &str| service.ask_for(Exchange::WebSocket, "base.test", target, at(0));
    assert_eq!(
        open("/v1"),
        Ok(Some(through("b"))),
        "the route would allow a plain request alone"
    );
    assert_eq!(open("/v1"), Err("lease.exhausted"));
    assert_eq!(service.ask("base.test", "/v1", at(0)), Ok(None));
    assert_eq!(service.ask("base.test", "/", at(0)), Ok(Some(through("a"))));
}

#[test]
fn what_is_under_way_takes_no_second_use() {
    let own = grant("a", "a.test", Some(60), 1);
    let mut service = Service::granted([own.clone()]);
    assert_eq!(service.ask("a.test", "/", at(0)), Ok(Some(through("a"))));
    for _ in 0..3 {
        assert!(service.goes_on("a.test", Some("a"), Exchange::Plain, at(59)));
    }
    assert!(!service.goes_on("a.test", Some("a"), Exchange::WebSocket, at(59)));
    assert!(!service.goes_on("a.test", Some("a"), Exchange::Plain, at(60)));
    // Another one that counts uses was not charged for it; one that does not count may.
    service.reload([grant("b", "a.test", None, 5)], at(61));
    assert!(!service.goes_on("a.test", Some("a"), Exchange::Plain, at(61)));
    service.reload([grant("c", "a.test", None, 0)], at(61));
    assert!(service.goes_on("a.test", Some("a"), Exchange::Plain, at(61)));
    service.reload([own], at(61));
    assert!(!service.goes_on("a.test", Some("a"), Exchange::Plain, at(61)));
    assert!(!service.goes_on("a.test", None, Exchange::Plain, at(30)));
}

#[test]
fn the_next_end_is_known() {
    let mut service = Service::granted([
        grant("a", "a.test", Some(60), 0),
        grant("b", "b.test", Some(30), 3),
        grant("c", "c.test", None, 3),
    ]);
    let told = |service: &Service, seconds| {
        let settled = service.book.settle(at(seconds));
        (settled.ended, settled.next.map(|next| next.as_secs()))
    };
    assert_eq!(told(&service, 10), (false, Some(20)));
    assert_eq!(told(&service, 30), (true, Some(30)));
    assert_eq!(told(&service, 30), (false, Some(30)));
    assert_eq!(told(&service, 70), (true, None));
    service.reload([], at(71));
    assert_eq!(told(&service, 71), (false, None));
}

#[test]
fn the_view_says_what_is_left() {
    let service = Service::granted([
        grant("a", "a.test", Some(60), 2),
        grant("b", "b.test", Some(10), 0),
    ]);
    service.ask("a.test", "/", at(0)).unwrap();
    insta::assert_json_snapshot!(service.book.to_json_view(&service.table, at(20)));
    service.ask("a.test", "/", at(0)).unwrap();
    let view = service.book.to_json_view(&service.table, at(20));
    assert_eq!(view[1]["ended"], "exhausted");
    assert_eq!(view[1]["lease"]["uses_left"], 0);
}

/// What happens to a service.
#[derive(Debug, Clone)]
enum Event {
    /// Time goes on.
    Pass { milliseconds: u64 },
    /// Somebody sets the clock.
    Set { seconds: i64 },
    /// The table is read again: with which of the grants.
    Reload { mask: u8 },
    /// A request for the host of a grant; not all that are let through are sent.
    Ask { host: usize, sent: bool },
    /// A request that the routes allow.
    AskBase,
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (0..5000_u64).prop_map(|milliseconds| Event::Pass { milliseconds }),
        1 => (-30..30_i64).prop_map(|seconds| Event::Set { seconds }),
        1 => (0..16_u8).prop_map(|mask| Event::Reload { mask }),
        5 => (0..2_usize, prop::bool::weighted(0.8)).prop_map(|(host, sent)| Event::Ask { host, sent }),
        1 => Just(Event::AskBase),
    ]
}

/// Two hosts, each with a bounded and a further grant.
fn offered() -> [Grant; 4] {
    [
        grant("a", "a.h.test", Some(10), 3),
        grant("b", "b.h.test", Some(20), 0),
        grant("c", "a.h.test", None, 4),
        grant("d", "*.h.test", Some(15), 2),
    ]
}

/// The rules once more, by what a bystander saw of the clocks.
#[derive(Debug, Default)]
struct Seen {
    sent: BTreeMap<ProposalId, u32>,
    /// When each was first in a table, by both clocks.
    first: BTreeMap<ProposalId, Moment>,
    /// Which were over once.
    over: BTreeMap<ProposalId, bool>,
}

impl Seen {
    fn look(&mut self, now: Moment) {
        for grant in offered() {
            let Some(first) = self.first.get(&grant.id) else {
                continue;
            };
            let Some(until) = grant.lease.until else {
                continue;
            };
            let end = first.steady + Duration::from_secs(until).saturating_sub(first.wall);
            if now.wall >= Duration::from_secs(until) || now.steady >= end {
                self.over.insert(grant.id, true);
            }
        }
    }

    fn may_be_used(&self, grant: &Grant) -> bool {
        let sent = self.sent.get(&grant.id).copied().unwrap_or_default();
        let left = grant.lease.uses.is_none_or(|uses| sent < uses.get());
        left && !self.over.contains_key(&grant.id)
    }
}

proptest! {
    #[test]
    fn nothing_passes_after_the_end_and_nothing_more_than_granted(events in prop::collection::vec(any_event(), 1..80)) {
        let mut service = Service::granted([]);
        let mut now = at(0);
        let (mut seen, mut in_force) = (Seen::default(), Vec::new());
        for event in events {
            match event {
                Event::Pass { milliseconds } => {
                    let step = Duration::from_millis(milliseconds);
                    now = Moment { wall: now.wall + step, steady: now.steady + step };
                }
                Event::Set { seconds } => {
                    now.wall = Duration::from_secs(now.wall.as_secs().checked_add_signed(seconds).unwrap());
                }
                Event::Reload { mask } => {
                    in_force = offered().into_iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, grant)| grant).collect();
                    for grant in &in_force {
                        seen.first.entry(grant.id.clone()).or_insert(now);
                    }
                    service.reload(in_force.clone(), now);
                }
                Event::Ask { host, sent } => {
                    seen.look(now);
                    let destination = destination(["a.h.test", "b.h.test"][host]);
                    let asked = request(&destination, "/");
                    let pass = service.book.admit(&service.table, &asked, Exchange::Plain, now);
                    let next = in_force.iter().find(|grant| grant.route.host.matches(&destination.host) && seen.may_be_used(grant));
                    let by = pass.as_ref().ok().map(|pass| pass.permit().grant().unwrap().id.clone());
                    prop_assert_eq!(by.as_ref(), next.map(|grant| &grant.id), "{:?}", pass);
                    if let (Ok(pass), true) = (pass, sent) {
                        pass.spend();
                        *seen.sent.entry(by.unwrap()).or_default() += 1;
                    }
                }
                Event::AskBase => {
                    let before = service.book.to_json_view(&service.table, now);
                    prop_assert_eq!(service.ask("base.test", "/v1", now), Ok(None));
                    prop_assert_eq!(service.book.to_json_view(&service.table, now), before);
                }
            }
            // As the service does whenever a clock may have ended something.
            service.book.settle(now);
            seen.look(now);
        }
        for grant in offered() {
            let sent = seen.sent.get(&grant.id).copied().unwrap_or_default();
            prop_assert!(grant.lease.uses.is_none_or(|uses| sent <= uses.get()));
        }
    }
}
