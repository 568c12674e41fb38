//! One destination from what a request names to what is sent.

use http::Request;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::journey::{check_everywhere, destination, sent};

/// Spellings of authorities, of which many mean the same.
const AUTHORITIES: &[&str] = &[
    "ok.test",
    "OK.test",
    "ok.test.",
    "ok.test:443",
    "ok.test:80",
    "OK.TEST.:8443",
    "a.ok.test",
    "evil.test",
    "ok.test:0443",
    "ok.test@evil.test",
    "127.0.0.1",
    "[::1]:443",
    "_egress.local",
    "ok.test,evil.test",
    "",
];

#[test]
fn the_host_is_written_anew() {
    let (parts, ()) = Request::get("http://OK.test.:80/a//b?c")
        .header("host", "ok.TEST")
        .body(())
        .unwrap()
        .into_parts();
    let sent = sent(&parts, &destination(&parts, None).unwrap()).unwrap();
    assert_eq!(sent.request.headers()["host"], "ok.test");
    assert_eq!(sent.request.uri(), "http://ok.test/a/b?c");
    assert_eq!(sent.target, "/a/b?c");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn what_is_sent_names_what_was_judged(
        method in select(&["GET", "POST", "DELETE"][..]),
        url in prop_oneof![Just(None), (select(&["http", "https", "ftp"][..]), select(AUTHORITIES)).prop_map(Some)],
        path in "/([a-z]{0,3}|%2e|\\.\\.|//|@ok\\.test|%2f){0,4}(\\?[a-z=:/@]{0,6})?",
        hosts in vec(select(AUTHORITIES), 0..2),
        field in select(&["x-forwarded-host", "forwarded", "x-host", "connection"][..]),
        other in select(AUTHORITIES),
    ) {
        let uri = url.map_or(path.clone(), |(scheme, authority)| format!("{scheme}://{authority}{path}"));
        let mut request = Request::builder().method(method).uri(uri).header(field, other);
        for host in &hosts {
            request = request.header("host", *host);
        }
        if let Ok(request) = request.body(()) {
            check_everywhere(&request.into_parts().0);
        }
    }
}
