//! Everything that one request carries, scanned at once.

use std::fmt;

use bottle_core::{RequestUrl, UrlHost};

use crate::body::{Content, UNDECODABLE_RULE};
use crate::finding::Finding;
use crate::head::Line;
use crate::host_data;
use crate::message::MessageScan;
use crate::scanner::Scanner;

/// The rule of an address that is none.
pub(crate) const ADDRESS_RULE: &str = "address-invalid";
/// The rule of an address that names no host.
pub(crate) const NO_NAME_RULE: &str = "address-not-a-name";

/// A request, and what follows on the WebSocket that it may have become.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The method.
    pub method: &'a str,
    /// The whole address, of a WebSocket too.
    pub url: &'a str,
    /// The header fields.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
    /// The client's WebSocket frames, unmasked.
    pub frames: &'a [SocketFrame],
}

/// A data frame of a WebSocket (RFC 6455 §5.2).
#[derive(Debug, Clone)]
pub struct SocketFrame {
    /// The message ends with it.
    pub fin: bool,
    /// It is compressed, which nobody agreed to.
    pub rsv1: bool,
    /// What it carries.
    pub payload: Vec<u8>,
}

/// Something that must not leave, and in which part of the exchange it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// What was found.
    pub finding: Finding,
    /// The part.
    pub part: Part,
}

/// A part of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The address as a whole.
    Url,
    /// The host name.
    Host,
    /// Path and query.
    Target,
    /// The method.
    Method,
    /// The header field of this name.
    Header(String),
    /// The body.
    Body,
    /// The WebSocket message of this number, from 1.
    Message(usize),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("url"),
            Self::Host => f.write_str("host"),
            Self::Target => f.write_str("target"),
            Self::Method => f.write_str("method"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Body => f.write_str("body"),
            Self::Message(number) => write!(f, "message {number}"),
        }
    }
}

impl Located {
    pub(crate) fn at(part: Part) -> impl FnOnce(Finding) -> Self {
        move |finding| Self { finding, part }
    }
}

impl Scanner {
    /// The first thing in a request that the pipelock service would refuse it for.
    pub fn scan_exchange(&self, exchange: &Exchange<'_>) -> Option<Located> {
        let refused = |part, rule| {
            let finding = Finding::of(rule);
            Some(Located { finding, part })
        };
        let Ok(url) = http_form(exchange.url).parse::<RequestUrl>() else {
            return refused(Part::Url, ADDRESS_RULE);
        };
        let UrlHost::Name(host) = &url.host else {
            return refused(Part::Host, NO_NAME_RULE);
        };
        let line = Line {
            method: exchange.method,
            host,
            host_is_given: false,
            target: &url.target,
        };
        let fields = exchange.headers.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_bytes()));
        let all = |wanted: &str| -> Vec<&[u8]> {
            let fields = exchange.headers.iter();
            let fields = fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            fields.map(|(_, value)| value.as_bytes()).collect()
        };
        let content = Content {
            media_type: all("content-type").first().copied(),
            codings: &all("content-encoding"),
            message_coding: all("grpc-encoding").first().copied(),
            bytes: exchange.body,
        };
        let written = || {
            let rule = host_data::find_written(host, written_host(exchange.url))?;
            (!self.allows(rule)).then(|| Located::at(Part::Host)(Finding::of(rule)))
        };
        self.scan_head(&line, fields)
            .or_else(written)
            .or_else(|| self.scan_content(&content).map(Located::at(Part::Body)))
            .or_else(|| self.scan_frames(exchange.frames))
    }

    fn scan_frames(&self, frames: &[SocketFrame]) -> Option<Located> {
        let mut messages = MessageScan::default();
        let mut number = 1;
        for frame in frames {
            let part = Part::Message(number);
            let found = if frame.rsv1 {
                Some(Finding::of(UNDECODABLE_RULE))
            } else {
                messages.push(self, &frame.payload, frame.fin)
            };
            if let Some(finding) = found {
                return Some(Located { finding, part });
            }
            number += usize::from(frame.fin);
        }
        None
    }
}

/// The host of an address as it is written: a name has no case, what is sent in it may have one.
fn written_host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

/// The address of a WebSocket's handshake.
fn http_form(url: &str) -> String {
    match url.split_at_checked(2) {
        Some((ws, rest)) if ws.eq_ignore_ascii_case("ws") => format!("http{rest}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AKIAQ3EGTHP7K5ZWXN2M";

    fn scan(url: &str, headers: &[(&str, &str)], body: &str, frames: &[(bool, &str)]) -> String {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let frames: Vec<_> = frames
            .iter()
            .map(|(fin, payload)| SocketFrame {
                fin: *fin,
                rsv1: false,
                payload: payload.as_bytes().to_vec(),
            })
            .collect();
        let found = Scanner::new().scan_exchange(&Exchange {
            method: "POST",
            url,
            headers: &headers,
            body: body.as_bytes(),
            frames: &frames,
        });
        found.map_or_else(String::new, |Located { finding, part }| {
            format!("{} in {part}", finding.rule)
        })
    }

    #[test]
    fn every_part_is_looked_at() {
        let ok = "https://ok.test/x";
        let found = |part: &str| format!("aws-access-key-id in {part}");
        assert_eq!(scan(ok, &[("accept", "*/*")], "text", &[(true, "hi")]), "");
        assert_eq!(
            scan(&format!("https://{KEY}.ok.test/"), &[], "", &[]),
            found("host")
        );
        assert_eq!(
            scan(&format!("{ok}?a={KEY}"), &[], "", &[]),
            found("target")
        );
        assert_eq!(
            scan(ok, &[("X-Note", KEY)], "", &[]),
            found("header X-Note")
        );
        assert_eq!(scan(ok, &[], KEY, &[]), found("body"));
        let (first, second) = KEY.split_at(9);
        let frames = [(true, "hello"), (false, first), (true, second)];
        assert_eq!(scan("wss://ok.test/", &[], "", &frames), found("message 2"));
    }

    #[test]
    fn a_name_that_the_operator_wrote_is_no_data() {
        let host = "4d792073656372657420776f7264.ok.test".parse().unwrap();
        let rule = |host_is_given| {
            let line = Line {
                method: "GET",
                host: &host,
                host_is_given,
                target: "/",
            };
            let found = Scanner::new().scan_head(&line, []);
            found.map(|located| located.finding.rule)
        };
        assert_eq!(rule(false), Some("host-encoded-data"));
        assert_eq!(rule(true), None);
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        assert_eq!(
            scan("https://127.1/", &[], "", &[]),
            "address-not-a-name in host"
        );
        assert_eq!(scan("https://a b/", &[], "", &[]), "address-invalid in url");
        let gzip = [("Content-Encoding", "gzip")];
        assert_eq!(
            scan("https://ok.test/", &gzip, "x", &[]),
            "undecodable in body"
        );
    }
}
