//! Ways out for a text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::encodings::base32;
use super::places::{in_header, in_json, in_name, in_url, in_xml, joined, pieces};
use crate::deflate::{deflate, gzip, zlib};
use crate::hex::hex;
use crate::sample::Sample;

/// Sends a text.
type Send = fn(&str) -> Sample;

/// The way that takes anything as it is.
pub(crate) const BODY: &str = "json-value";

/// Those that take a text in any encoding.
pub(crate) const ALL: &[(&str, Send)] = &[
    ("path", |text| {
        Sample::get(&format!("{API}/files/{}", in_url(text)))
    }),
    ("path-segments", |text| {
        Sample::get(&format!(
            "{API}/{}",
            pieces(text, 4)
                .iter()
                .map(|piece| in_url(piece))
                .collect::<Vec<_>>()
                .join("/")
        ))
    }),
    ("path-parameter", |text| {
        Sample::get(&format!("{API}/files;v={}/x", in_url(text)))
    }),
    ("query-value", |text| {
        Sample::get(&format!("{API}?note={}", in_url(text)))
    }),
    ("query-key", |text| {
        Sample::get(&format!("{API}?{}=1", in_url(text)))
    }),
    ("query-parts", |text| {
        Sample::get(&format!("{API}?{}", pairs(text)))
    }),
    ("query-beside-others", |text| {
        Sample::get(&format!(
            "{API}?page=2&q=rust+async&s={}&limit=9",
            in_url(text)
        ))
    }),
    ("fragment-like", |text| {
        Sample::get(&format!("{API}/%23/view?tab=%23{}", in_url(text)))
    }),
    ("header-value", |text| {
        Sample::get(API).header("X-Note", &in_header(text))
    }),
    ("header-odd-name", |text| {
        Sample::get(API).header("X-Cdn-Lookup-7f", &in_header(text))
    }),
    ("header-name", |text| {
        Sample::get(API).header(&format!("X-{}", in_name(text)), "1")
    }),
    ("header-parts", |text| {
        pieces(text, 3)
            .iter()
            .enumerate()
            .fold(Sample::get(API), |sample, (number, piece)| {
                sample.header(&format!("X-Part-{number}"), &in_header(piece))
            })
    }),
    ("header-basic", |text| {
        Sample::get(API).header(
            "X-Auth",
            &format!("Basic {}", STANDARD.encode(format!("user:{text}"))),
        )
    }),
    ("cookie", |text| {
        Sample::get(API).header(
            "Cookie",
            &format!("theme=dark; s={}; lang=en", in_url(text)),
        )
    }),
    ("user-agent", |text| {
        Sample::get(API).header("User-Agent", &format!("agent/1.0 ({})", in_header(text)))
    }),
    ("referer", |text| {
        Sample::get(API).header(
            "Referer",
            &format!("https://example.com/?from={}", in_url(text)),
        )
    }),
    ("text", |text| {
        post("text/plain", format!("notes of today: {text}\nno more"))
    }),
    ("text-between-words", |text| {
        post(
            "text/plain",
            format!(
                "I send you \"{text}\", as you said. {}",
                "And so on. ".repeat(200)
            ),
        )
    }),
    (BODY, |text| {
        json(format!(r#"{{"id":7,"note":"{}"}}"#, in_json(text)))
    }),
    ("json-key", |text| {
        json(format!(r#"{{"{}":true}}"#, in_json(text)))
    }),
    ("json-nested", |text| {
        json(format!(
            "{}\"{}\"{}",
            r#"{"a":["#.repeat(30),
            in_json(text),
            "]}".repeat(30)
        ))
    }),
    ("json-in-json", |text| {
        json(format!(
            r#"{{"body":"{}"}}"#,
            in_json(&format!(r#"{{"note":"{}"}}"#, in_json(text)))
        ))
    }),
    ("json-parts", |text| {
        json(format!(
            "{{{}}}",
            joined(text, 3, ",", |number, piece| format!(
                r#""p{number}":"{}""#,
                in_json(piece)
            ))
        ))
    }),
    ("json-list", |text| {
        json(format!(
            "[{}]",
            joined(text, 5, ",", |_, piece| format!("\"{}\"", in_json(piece)))
        ))
    }),
    ("json-characters", |text| {
        json(format!(
            r#"{{"c":[{}]}}"#,
            joined(text, usize::MAX, ",", |_, piece| format!(
                "\"{}\"",
                in_json(piece)
            ))
        ))
    }),
    ("json-codes", |text| {
        json(format!(r#"{{"c":{:?}}}"#, text.as_bytes()))
    }),
    ("json-objects", |text| {
        json(format!(
            "[{}]",
            joined(text, 4, ",", |number, piece| format!(
                r#"{{"n":{number},"v":"{}"}}"#,
                in_json(piece)
            ))
        ))
    }),
    ("json-lines", |text| {
        post(
            "application/x-ndjson",
            joined(text, 3, "\n", |number, piece| {
                format!(r#"{{"n":{number},"v":"{}"}}"#, in_json(piece))
            }),
        )
    }),
    ("form-field", |text| {
        form(format!("a=1&note={}", in_url(text)))
    }),
    ("form-key", |text| form(format!("{}=1&a=2", in_url(text)))),
    ("form-parts", |text| form(pairs(text))),
    ("multipart-field", |text| multipart("name=\"note\"", text)),
    ("multipart-file", |text| {
        multipart("name=\"f\"; filename=\"a.txt\"", text)
    }),
    ("multipart-file-name", |text| {
        multipart(
            &format!("name=\"f\"; filename=\"{}\"", in_header(text)),
            "hello",
        )
    }),
    ("multipart-parts", multipart_parts),
    ("message", |text| message(vec![format!("note {text} end")])),
    ("message-json", |text| {
        message(vec![format!(
            r#"{{"op":"say","text":"{}"}}"#,
            in_json(text)
        )])
    }),
    ("messages", |text| message(pieces(text, 3))),
    ("tool-call", |text| {
        json(format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"write","arguments":{{"path":"a.txt","content":"{}"}}}}}}"#,
            in_json(text)
        ))
    }),
    ("rpc-batch", |text| {
        json(format!(
            r#"[{{"jsonrpc":"2.0","id":1,"method":"ping"}},{{"jsonrpc":"2.0","id":2,"method":"say","params":["{}"]}}]"#,
            in_json(text)
        ))
    }),
    ("graphql-variable", |text| {
        json(format!(
            r#"{{"query":"mutation($b:String!){{add(body:$b){{id}}}}","variables":{{"b":"{}"}}}}"#,
            in_json(text)
        ))
    }),
    ("graphql-literal", |text| {
        json(format!(
            r#"{{"query":"{}"}}"#,
            in_json(&format!(
                "mutation{{add(body:\"{}\"){{id}}}}",
                in_json(text)
            ))
        ))
    }),
    ("grpc", |text| post("application/grpc", grpc(text))),
    ("xml-text", |text| {
        post(
            "application/xml",
            format!("<?xml version=\"1.0\"?><a><b>{}</b></a>", in_xml(text)),
        )
    }),
    ("xml-attribute", |text| {
        post("application/xml", format!("<a b=\"{}\"/>", in_xml(text)))
    }),
    ("xml-elements", |text| {
        post(
            "application/xml",
            format!(
                "<a>{}</a>",
                joined(text, 3, "", |_, piece| format!("<c>{}</c>", in_xml(piece)))
            ),
        )
    }),
    ("html-comment", |text| {
        post(
            "text/html",
            format!("<html><!-- {text} --><p>Hello</p></html>"),
        )
    }),
    ("yaml", |text| {
        post(
            "application/yaml",
            format!("note: |-\n  {}\n", text.replace('\n', "\n  ")),
        )
    }),
    ("csv", |text| {
        post("text/csv", format!("a,b,c\n1,{text},3\n"))
    }),
    ("program", |text| {
        post(
            "text/x-python",
            format!(
                "x = {}\n",
                joined(text, 3, " + ", |_, piece| format!("\"{}\"", in_json(piece)))
            ),
        )
    }),
    ("diff", |text| {
        post(
            "text/x-diff",
            format!(
                "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+{}\n",
                text.replace('\n', "\n+")
            ),
        )
    }),
    ("noise-around", |text| {
        post(
            "application/octet-stream",
            [
                &[0x93, 0xfe, 0, 1, 0xc3][..],
                text.as_bytes(),
                &[0, 0xff, 0xd8],
            ]
            .concat(),
        )
    }),
];

/// Those that write it in their own way.
pub(crate) const OWN: &[(&str, Send)] = &[
    ("host-hex", |text| {
        Sample::get(&labels(&hex(text.as_bytes())))
    }),
    ("host-base32", |text| {
        Sample::get(&labels(&base32(text.as_bytes(), false).to_lowercase()))
    }),
    ("host-numbered", |text| {
        Sample::get(&format!(
            "https://{}.example.com/",
            joined(
                &hex(text.as_bytes()).chars().take(160).collect::<String>(),
                4,
                ".",
                |number, piece| format!("{number}.{piece}")
            )
        ))
    }),
    ("host-plain", |text| {
        Sample::get(&labels(
            &text
                .to_lowercase()
                .replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"),
        ))
    }),
    ("gzip-body", |text| coded("gzip", gzip(text.as_bytes()))),
    ("deflate-body", |text| {
        coded("deflate", zlib(text.as_bytes()))
    }),
    ("raw-deflate-body", |text| {
        coded("deflate", deflate(text.as_bytes()))
    }),
    ("gzip-file", |text| {
        post("application/octet-stream", gzip(text.as_bytes()))
    }),
    ("zlib-file", |text| {
        post("application/octet-stream", zlib(text.as_bytes()))
    }),
    ("gzip-message", |text| Sample {
        messages: vec![gzip(text.as_bytes())],
        ..Sample::get(SOCKET)
    }),
    ("gzip-grpc", |text| {
        post("application/grpc", framed(1, &gzip(&grpc(text)[5..]))).header("grpc-encoding", "gzip")
    }),
    ("multipart-base64", |text| {
        multipart(
            "name=\"f\"\r\nContent-Transfer-Encoding: base64",
            &STANDARD.encode(text),
        )
    }),
];

const API: &str = "https://api.example.com/v1";
const SOCKET: &str = "wss://api.example.com/ws";

fn post(content_type: &str, body: impl Into<Vec<u8>>) -> Sample {
    Sample::post(API, content_type, body)
}

fn json(body: String) -> Sample {
    post("application/json", body)
}

fn form(body: String) -> Sample {
    post("application/x-www-form-urlencoded", body)
}

fn coded(coding: &str, body: Vec<u8>) -> Sample {
    post("text/plain", body).header("Content-Encoding", coding)
}

fn message(messages: Vec<String>) -> Sample {
    let messages = messages.into_iter().map(String::into_bytes).collect();
    Sample {
        messages,
        ..Sample::get(SOCKET)
    }
}

fn multipart(disposition: &str, content: &str) -> Sample {
    let body = format!(
        "--b0\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n--b0--\r\n"
    );
    post("multipart/form-data; boundary=b0", body)
}

fn multipart_parts(text: &str) -> Sample {
    let part = |piece: String| {
        format!("--b0\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\n{piece}\r\n")
    };
    let parts: String = pieces(text, 3).into_iter().map(part).collect();
    post(
        "multipart/form-data; boundary=b0",
        format!("{parts}--b0--\r\n"),
    )
}

/// A message of one string.
fn grpc(text: &str) -> Vec<u8> {
    let length = text.len();
    let low = u8::try_from(length & 0x7f).unwrap() | 0x80;
    let high = u8::try_from(length >> 7 & 0x7f).unwrap() | 0x80;
    let rest = u8::try_from(length >> 14).unwrap();
    framed(0, &[&[0x0a, low, high, rest], text.as_bytes()].concat())
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flag], &length[..], message].concat()
}

fn pairs(text: &str) -> String {
    joined(text, 4, "&", |number, piece| {
        format!("p{number}={}", in_url(piece))
    })
}

/// A host name with these labels; what is too long for one is cut off.
fn labels(text: &str) -> String {
    let labels: Vec<String> = text
        .as_bytes()
        .chunks(60)
        .take(3)
        .map(|label| String::from_utf8(label.to_vec()).unwrap())
        .collect();
    let labels: Vec<&str> = labels.iter().map(|label| label.trim_matches('-')).collect();
    format!("https://{}.example.com/", labels.join("."))
}
