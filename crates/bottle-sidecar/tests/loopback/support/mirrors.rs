//! An origin that says back what it was sent in `Authorization`, in every way in which one might.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, Response, StatusCode};
use hyper::body::Frame;
use hyper::ext::ReasonPhrase;
use tokio::sync::mpsc;

use super::modern::{Arrived, TestBody, full, receiving};
use super::orders;

/// Bytes in `/v1/bomb`.
pub(crate) const BOMB: usize = 64 * 1024 * 1024;

/// The answer, if this is one of the mirrors.
pub(crate) fn answer(arrived: &Arrived) -> Option<Response<TestBody>> {
    let field = arrived.headers.get("authorization");
    let field = field.map_or("", |value| value.to_str().unwrap());
    let value = field.split_once(' ').map_or("", |(_, value)| value);
    Some(match arrived.uri.path() {
        "/v1/mirror/reason" => reason(field),
        "/v1/mirror/spellings" => Response::new(full(spellings(value).join("\n"))),
        "/v1/mirror/password" => password(value),
        "/v1/mirror/cut" => Response::new(full(format!("before {}", &value[..value.len() - 1]))),
        "/v1/mirror/part" => part(value),
        "/v1/mirror/trailers" => trailers(field),
        "/v1/denial" => {
            let mut response = Response::new(full("ok"));
            let denial = "dlp.secret".parse().unwrap();
            response.headers_mut().insert("bottle-denial", denial);
            let mark = "made-up".parse().unwrap();
            response.headers_mut().insert("bottle-injection", mark);
            response
        }
        "/v1/order" => Response::new(full(orders::PAGE)),
        "/v1/bomb" => gzip(bomb()),
        "/v1/bomb/cut" => gzip(bomb()[..1000].to_vec()),
        "/v1/bomb/garbage" => gzip([small(), b"and something else".to_vec()].concat()),
        _ => return None,
    })
}

fn reason(field: &str) -> Response<TestBody> {
    let mut response = Response::new(full("ok"));
    let phrase = ReasonPhrase::try_from(field.as_bytes()).unwrap();
    response.extensions_mut().insert(phrase);
    response
}

fn spellings(value: &str) -> Vec<String> {
    let each = |mark: &str| {
        let escape = |byte: u8| format!("{mark}{byte:02x}");
        value.bytes().map(escape).collect::<Vec<_>>().concat()
    };
    let inside = format!("user:{value} and so on");
    vec![
        value.to_owned(),
        value.replace('/', "%2F"),
        value.replace('/', "%2f").replace('&', "%26"),
        value.replace('/', "\\/"),
        value.replace('/', "\\u002f").replace('&', "\\u0026"),
        value.replace('&', "&amp;").replace('/', "&#x2F;"),
        each("%"),
        each(""),
        STANDARD.encode(value),
        STANDARD.encode(format!("a{value}b")),
        STANDARD.encode(&inside),
        URL_SAFE.encode(inside),
    ]
}

fn password(value: &str) -> Response<TestBody> {
    let text = String::from_utf8(STANDARD.decode(value).unwrap()).unwrap();
    let (user, password) = text.split_once(':').unwrap();
    Response::new(full(format!("for {user} it is {password}.")))
}

fn part(value: &str) -> Response<TestBody> {
    Response::builder()
        .status(StatusCode::PARTIAL_CONTENT)
        .header("content-range", "bytes 5000-5040/9000")
        .body(full(format!("{} and {}", &value[5..], &value[..10])))
        .unwrap()
}

fn trailers(field: &str) -> Response<TestBody> {
    let (sender, receiver) = mpsc::channel(4);
    let mut trailers = HeaderMap::new();
    trailers.insert("x-echo", field.parse().unwrap());
    trailers.insert("x-sum", "1".parse().unwrap());
    trailers.insert("alt-svc", "h3".parse().unwrap());
    trailers.insert("bottle-denial", "dlp.secret".parse().unwrap());
    trailers.insert("bottle-injection", "made-up".parse().unwrap());
    tokio::spawn(async move {
        let _ = sender
            .send(Ok(Frame::data(Bytes::from_static(b"body"))))
            .await;
        let _ = sender.send(Ok(Frame::trailers(trailers))).await;
    });
    let mut response = Response::new(receiving(receiver));
    let announced = "X-Sum, Alt-Svc, Bottle-Denial, Bottle-Injection, Content-Length, X-Echo";
    response
        .headers_mut()
        .insert("trailer", announced.parse().unwrap());
    response
}

fn gzip(packed: Vec<u8>) -> Response<TestBody> {
    let mut response = Response::new(full(packed));
    response
        .headers_mut()
        .insert("content-encoding", "gzip".parse().unwrap());
    response
}

fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..BOMB / zeros.len() {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

fn small() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"small").unwrap();
    encoder.finish().unwrap()
}
