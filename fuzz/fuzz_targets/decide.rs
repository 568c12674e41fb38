//! A permit leads where was asked, says what was asked, and stays below the prefixes of its route however a server decodes
//! the path. The input is three lines: method, `scheme://host:port`, target.
#![no_main]

use std::sync::LazyLock;

use bottle_core::{AuthScheme, Host, Port};
use bottle_egress::{
    Destination, Ports, Request, Route, RouteTable, Scheme, SlotAuth, TokenSlot, decide,
};
use bottle_fuzz::decode;
use libfuzzer_sys::fuzz_target;

/// One route of each kind; what they say stands a second time in [`naive`].
static TABLE: LazyLock<RouteTable> = LazyLock::new(|| {
    let host = |text: &str| Route::bare(text.parse().expect("a pattern"));
    let slot = SlotAuth {
        scheme: AuthScheme::Bearer,
        slot: TokenSlot::new(0),
        header: None,
    };
    RouteTable::new([
        Route {
            path_allowlist: ["/v1", "/repos/acme"]
                .map(|path| path.parse().expect("a prefix"))
                .into(),
            methods: ["GET", "POST"]
                .map(|text| text.parse().expect("a method"))
                .into(),
            ..host("ok.test")
        },
        Route {
            auth: Some(slot),
            ports: Ports::Only([Port::HTTPS, Port::HTTP].into()),
            ..host("auth.test")
        },
        host("*.wild.test"),
        host("**.deep.test"),
        host("free.test"),
    ])
});

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let (Some(method), Some(place), Some(target)) = (lines.next(), lines.next(), lines.next())
    else {
        return;
    };
    let Some(destination) = destination(place) else {
        return;
    };
    let request = Request {
        destination: &destination,
        method,
        target,
    };
    let permit = match decide(&TABLE, &request) {
        Ok(permit) => permit,
        Err(denial) => {
            assert!(denial.to_problem().is_object());
            return;
        }
    };
    assert_eq!(permit.destination(), &destination);
    assert!(naive(&destination, method), "{method} {place}");
    assert!(permit.credential().is_none() || destination.scheme == Scheme::Https);
    assert!(
        permit.target().bytes().all(|byte| byte.is_ascii_graphic())
            && !permit.target().contains('#')
    );
    let split = |target: &str| target.split_once('?').map(|(_, query)| query.to_owned());
    assert_eq!(split(permit.target()), split(target));
    if destination.host.as_str() == "ok.test" {
        stays_inside(permit.target());
    }
    // What is sent is judged again behind us, and when the rules change.
    let again = Request {
        target: permit.target(),
        ..request
    };
    let again = decide(&TABLE, &again).expect("what is permitted is permitted as it is sent");
    assert_eq!(
        (again.target(), again.rule()),
        (permit.target(), permit.rule())
    );
});

fn destination(place: &str) -> Option<Destination> {
    let (scheme, authority) = place.split_once("://")?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return None,
    };
    let (host, port) = authority.rsplit_once(':')?;
    Some(Destination {
        scheme,
        host: host.parse::<Host>().ok()?,
        port: port.parse().ok()?,
    })
}

/// Whether the table can mean this at all, path aside.
fn naive(destination: &Destination, method: &str) -> bool {
    let Destination { scheme, host, port } = destination;
    let (host, tls, port) = (host.as_str(), *scheme == Scheme::Https, port.get());
    let labels = host.split('.').count();
    match host {
        "ok.test" => port == 443 && matches!(method, "GET" | "HEAD" | "POST"),
        "auth.test" => tls && matches!(port, 80 | 443) && method != "CONNECT",
        "free.test" => port == 443 && method != "CONNECT",
        _ if host.ends_with(".wild.test") => labels == 3 && port == 443 && method != "CONNECT",
        _ => host.ends_with(".deep.test") && port == 443 && method != "CONNECT",
    }
}

/// A server that decodes as often as it can, takes backslashes for slashes and folds dots ends up below a prefix, too.
fn stays_inside(target: &str) {
    let mut path = target
        .split('?')
        .next()
        .unwrap_or_default()
        .as_bytes()
        .to_vec();
    for _ in 0..3 {
        let text = String::from_utf8_lossy(&path).replace('\\', "/");
        let mut segments: Vec<&str> = Vec::new();
        for segment in text.split('/') {
            match segment.split(';').next().unwrap_or_default() {
                "" | "." if segment.len() < 2 => {}
                ".." => drop(segments.pop()),
                _ => segments.push(segment),
            }
        }
        let inside = segments.first() == Some(&"v1") || segments.starts_with(&["repos", "acme"]);
        assert!(inside, "{target} leads to {text}");
        path = decode(&path);
    }
}
