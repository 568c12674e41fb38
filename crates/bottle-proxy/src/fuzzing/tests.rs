//! The checks under `proptest`, on inputs that are nearly right.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{authority, chunks, client_hello, first_bytes, h2_frames, request_head};

/// Nothing is kept between runs: every failure is named by its input.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: count,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A request as it stands on the wire, in most cases a proper one.
fn message() -> impl Strategy<Value = String> {
    let method = select(&["GET", "POST", "OPTIONS", "HEAD", "CONNECT", "G T"][..]);
    let target = select(
        &[
            "/",
            "/a?b",
            "/echo",
            "/switch",
            "http://ok.test/a",
            "http://OK.test:80",
            "ok.test:443",
            "*",
            "//",
        ][..],
    );
    let version = select(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.1 "][..]);
    let host = select(
        &[
            "Host: ok.test",
            "host:ok.test",
            "Host: ok.test:443",
            "Host: a\r\nHost: b",
            "A: b",
        ][..],
    );
    let fields = vec(select(FIELDS), 0..3);
    let body = select(BODIES);
    (method, target, version, host, fields, body).prop_map(
        |(method, target, version, host, fields, body)| {
            let fields = fields.concat();
            format!("{method} {target} {version}\r\n{host}\r\n{fields}{body}")
        },
    )
}

/// Fields that matter to somebody.
const FIELDS: &[&str] = &[
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Connection: upgrade\r\n",
    "Connection: content-length\r\n",
    "Upgrade: websocket\r\n",
    "Expect: 100-continue\r\n",
    "Content-Length: 0\r\n",
    "Content-Length: 2\r\n",
    "X: caf\u{e9}\t\r\n",
    "X:\r\n",
    "X : a\r\n",
    "X: a\n b\r\n",
    "X:\nContent-Length: 3\r\n",
    "X: a\n\r\n",
];

/// What follows the other fields: those of a body, the end of the head, the body.
const BODIES: &[&str] = &[
    "\r\n",
    "\r\n",
    "\n\n",
    "Content-Length: 3\r\n\r\nabc",
    "Content-Length: 13\r\n\r\nHTTP/1.1 101 ",
    "Content-Length: 3\r\n\r\nab",
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0;\u{1}\r\n\r\n",
    "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
];

/// An HTTP/2 frame of few bytes: kind, flags, a small stream number and a payload.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        vec(any::<u8>(), 0..12),
        // `GET https ok.test /`, then the same with a field of its own.
        Just(b"\x82\x87\x84\x01\x07ok.test".to_vec()),
        Just(b"\x83\x87\x84\x01\x07OK.test\0\x04host\x05b.com".to_vec()),
        Just(b"\x82\x86\x84\x01\x0bok.test:443".to_vec()),
    ];
    (0_u8..10, select(&[0_u8, 1, 4, 5][..]), 0_u8..6, payload).prop_map(
        |(kind, flags, stream, payload)| {
            let length = u8::try_from(payload.len()).unwrap();
            [vec![0, 0, length, kind, flags, 0, 0, 0, stream], payload].concat()
        },
    )
}

#[test]
fn plain_requests_are_those_of_the_grammar() {
    let get = "GET /y HTTP/1.1\r\nHost: ok.test\r\n\r\n";
    for first in [
        "GET / HTTP/1.1\r\nHost: ok.test\r\n\r\n",
        "POST http://ok.test/x HTTP/1.1\r\nHost: ok.test\r\nContent-Length: 3\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: ok.test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: ok.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        "CONNECT ok.test:443 HTTP/1.1\r\nHost: ok.test:443\r\n\r\n\u{16}\u{3}",
        "GET /switch HTTP/1.1\r\nHost: ok.test\r\nUpgrade: x\r\n\r\n",
        "GET /no HTTP/1.1\r\nHost: ok.test\r\nUpgrade: x\r\n\r\n",
    ] {
        request_head(format!("{first}{get}").as_bytes());
    }
}

#[test]
fn a_line_feed_in_a_value_hides_no_field() {
    request_head(
        b"POST / HTTP/1.1\r\nHost: a\r\nX:\nContent-Length: 5\r\n\r\nXXXXXGET / HTTP/1.1\r\nHost: b\r\n\r\n",
    );
}

#[test]
fn a_refused_byte_does_not_end_a_body() {
    for rest in [
        "0;\u{1}\r\n\r\n",
        "0\r\nX: \u{0}\r\n\r\n",
        "3;\u{1}\r\nabc\r\n",
    ] {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
        request_head(format!("{head}{rest}").as_bytes());
    }
}

/// The answer is still on its way when the next head is read.
#[test]
fn an_answer_that_looks_like_a_change_of_protocol_is_none() {
    let echo = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 13\r\n\r\nHTTP/1.1 101 ";
    let wish = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\n";
    request_head(format!("{echo}{wish}GET /lax HTTP/1.1\nHost: b\n\n").as_bytes());
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_split_changes_what_is_a_request(messages in vec(message(), 1..4), rest in "[A-Z /.:1\r]{0,12}") {
        request_head((messages.concat() + &rest).as_bytes());
    }

    #[test]
    fn every_frame_is_survived_and_every_request_goes_where_it_was_judged(frames in vec(frame(), 0..5)) {
        h2_frames(&frames.concat());
    }

    #[test]
    fn no_split_changes_a_hello(record in select(&["\x16\x03\x01", "\x15\x03\x03", "GET"][..]), rest in vec(any::<u8>(), 0..60)) {
        client_hello(&[record.as_bytes(), &rest].concat());
    }

    #[test]
    fn chunks_end_where_a_naive_reader_finds_it(pieces in vec(select(&["3\r\nabc\r\n", "0\r\n", "\r\n", "A;x=y\r\n0123456789\r\n", "X: y\r\n", "0", "\n", ";", "g"][..]), 0..6)) {
        chunks(pieces.concat().as_bytes());
    }

    #[test]
    fn first_bytes_are_kept(bytes in "[A-Z -]{0,40}|\u{16}\u{3}[a-z]{0,4}") {
        first_bytes(bytes.as_bytes());
    }

    #[test]
    fn an_authority_is_the_same_to_the_library(text in "[A-Za-z0-9.-]{1,12}(:[0-9]{1,5})?|\\[[0-9a-f:]{2,20}\\](:80)?|[a-z.:@%\\[\\]_-]{0,20}") {
        authority(&text);
    }
}
