//! Requests with holes, from files of the form that editors have for requests: `### name count`, the line, the header
//! fields, an empty line, the body; messages of a WebSocket are apart by lines of `===`.

use super::fill::fill;
use crate::random::Random;
use crate::sample::Sample;

const FILES: &[&str] = &[
    include_str!("http/forges.http"),
    include_str!("http/registries.http"),
    include_str!("http/models.http"),
    include_str!("http/telemetry.http"),
    include_str!("http/web.http"),
    include_str!("http/infrastructure.http"),
    include_str!("http/data.http"),
    include_str!("http/rpc.http"),
    include_str!("http/shapes.http"),
];

/// A request with holes, and how many there are of it.
pub(crate) struct Template {
    pub(crate) name: &'static str,
    pub(crate) count: usize,
    line: &'static str,
    fields: &'static str,
    body: &'static str,
}

/// Those on which the scanner and this corpus may differ.
const DISPUTED: &str = include_str!("http/disputed.http");

/// All that have to pass.
pub(crate) fn all() -> Vec<Template> {
    FILES.iter().flat_map(|file| of(file)).collect()
}

/// All that would better pass.
pub(crate) fn disputed() -> Vec<Template> {
    of(DISPUTED)
}

fn of(file: &'static str) -> Vec<Template> {
    let sections = file.split("### ").skip(1);
    sections
        .map(|section| parse(section).expect(section))
        .collect()
}

fn parse(section: &'static str) -> Option<Template> {
    let (title, rest) = section.split_once('\n')?;
    let (name, count) = title.split_once(' ')?;
    let (head, body) = rest.split_once("\n\n")?;
    let (line, fields) = head.split_once('\n').unwrap_or((head, ""));
    Some(Template {
        name,
        count: count.parse().ok()?,
        line,
        fields,
        body: body.trim_end_matches('\n'),
    })
}

impl Template {
    /// One request.
    pub(crate) fn sample(&self, random: &mut Random) -> Sample {
        let line = fill(self.line, random);
        let (method, url) = line.split_once(' ').expect("a method and an address");
        let sample = fill(self.fields, random)
            .lines()
            .filter_map(|field| field.split_once(": "))
            .fold(Sample::get(url), |sample, (name, value)| {
                sample.header(name, value)
            });
        let body = fill(self.body, random);
        if method == "WEBSOCKET" {
            let messages = body.split("\n===\n").map(|text| text.as_bytes().to_vec());
            return Sample {
                messages: messages.collect(),
                ..sample
            };
        }
        Sample {
            method: method.to_owned(),
            body: body.into_bytes(),
            ..sample
        }
    }
}
