//! What a request says, by places.

use std::collections::BTreeMap;

use bottle_core::Host;

use super::members::members;
use super::place::Place;
use super::value::Value;
use crate::body::{Content, is_media_type};
use crate::content::{decode, texts};
use crate::head::Line;

/// Bytes of a body that is taken apart into its values. Of a longer one the two ends are looked at, as they are.
pub const MAX_TAKEN_APART: usize = 64 * 1024;

/// Segments of a path that count.
const MAX_SEGMENTS: usize = 16;

/// Header fields that say nothing of the agent's own, or hold a credential that passed already.
const LEFT_OUT: [&str; 5] = [
    "authorization",
    "content-length",
    "cookie",
    "host",
    "proxy-authorization",
];

/// What a request says at each place.
#[derive(Debug, Default)]
pub struct Sent {
    /// In the order of the places.
    pub(super) values: Vec<(Place, Value)>,
    /// The name of the host, where the agent chose it.
    pub(super) name: Option<Host>,
}

/// Values while they are gathered.
#[derive(Debug, Default)]
struct Gathered(BTreeMap<Place, Value>);

impl Sent {
    /// What a request says that passed by itself. Without `content` it has no body, or one that nobody holds.
    pub fn of<'a>(
        line: &Line<'_>,
        fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        content: Option<&Content<'_>>,
    ) -> Self {
        let mut gathered = Gathered::default();
        gathered.target(line.target);
        if let Some(content) = content {
            gathered.body(content);
        }
        for (name, value) in fields {
            gathered.field(name, value);
        }
        let Gathered(values) = gathered;
        let values = values.into_iter().filter(|(_, value)| value.length() > 0);
        Self {
            values: values.collect(),
            name: (!line.host_is_given).then(|| line.host.clone()),
        }
    }
}

impl Gathered {
    fn add(&mut self, place: Place, value: &[u8]) {
        self.0.entry(place).or_default().add(value);
    }

    fn target(&mut self, target: &str) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        for (number, segment) in path.split('/').skip(1).take(MAX_SEGMENTS).enumerate() {
            self.add(Place::Segment(number), segment.as_bytes());
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        self.add(Place::LastSegment, last.as_bytes());
        self.parameters(query.as_bytes(), &Place::Query, Place::parameter);
    }

    fn parameters(&mut self, query: &[u8], all: &Place, one: impl Fn(&[u8]) -> Place) {
        for pair in query.split(|byte| *byte == b'&') {
            let mark = memchr::memchr(b'=', pair);
            let (name, value) = mark.map_or((&b""[..], pair), |mark| {
                let (name, rest) = pair.split_at(mark);
                (name, rest.get(1..).unwrap_or_default())
            });
            self.add(all.clone(), value);
            self.add(one(name), value);
            self.name(all, name);
        }
    }

    /// Names may be pieces as well. They stand apart, so that those that are always there can be told.
    fn name(&mut self, of: &Place, name: &[u8]) {
        let place = of.names();
        self.add(place.clone(), name);
        self.add(place, b"&");
    }

    fn field(&mut self, name: &str, value: &[u8]) {
        self.name(&Place::field(name), name.as_bytes());
        if name.eq_ignore_ascii_case("cookie") {
            for crumb in value.split(|byte| *byte == b';') {
                let mark = memchr::memchr(b'=', crumb).unwrap_or(crumb.len());
                let (name, value) = crumb.split_at(mark);
                let value = value.strip_prefix(b"=").unwrap_or(value);
                self.add(Place::cookie(name.trim_ascii()), value);
            }
        }
        let is_left_out = LEFT_OUT.iter().any(|each| name.eq_ignore_ascii_case(each));
        if !is_left_out {
            self.add(Place::field(name), value);
        }
    }

    fn body(&mut self, content: &Content<'_>) {
        let Content {
            media_type,
            codings,
            bytes,
            ..
        } = *content;
        let plain = decode(codings.iter().copied(), bytes, MAX_TAKEN_APART);
        // What was packed and becomes too long was looked at by itself.
        let Ok(plain) = plain else { return };
        let body = plain.as_ref();
        if body.len() > MAX_TAKEN_APART {
            self.add(Place::Body(0), body);
        } else if matches!(body.trim_ascii_start(), [b'{' | b'[' | b'"', ..]) {
            let mut last: &[u8] = b"";
            for (name, value) in members(body) {
                self.add(Place::member(name), value);
                self.add(Place::Body(0), value);
                if name != last {
                    self.name(&Place::Body(0), name);
                }
                last = name;
            }
        } else if is_media_type(media_type, &["application/x-www-form-urlencoded"]) {
            self.parameters(body, &Place::Body(0), Place::member);
        } else {
            self.texts(media_type, body);
        }
    }

    /// A body as it is, but for the mark between the parts of one with several, which is always another one.
    fn whole(&mut self, media_type: Option<&[u8]>, body: &[u8]) {
        let mark = body.split(u8::is_ascii_whitespace).next();
        let mark = mark.filter(|mark| mark.len() > 2 && is_media_type(media_type, &["multipart/"]));
        let Some(mark) = mark else {
            return self.add(Place::Body(0), body);
        };
        let mut rest = body;
        while let Some(place) = memchr::memmem::find(rest, mark) {
            let (part, behind) = rest.split_at(place);
            self.add(Place::Body(0), part);
            rest = behind.get(mark.len()..).unwrap_or_default();
        }
        self.add(Place::Body(0), rest);
    }

    /// The body as it is, and what a reader of the format sees.
    fn texts(&mut self, media_type: Option<&[u8]>, body: &[u8]) {
        let texts = texts(media_type, body).unwrap_or_default();
        self.whole(media_type, body);
        for (number, text) in texts.iter().enumerate() {
            self.add(Place::Body(1 + number), &text.bytes);
        }
    }
}
