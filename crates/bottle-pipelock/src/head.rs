//! The head of a request: whom it is for, what it asks, and its header fields.

use bottle_core::Host;

use crate::content::Text;
use crate::exchange::{Located, Part};
use crate::finding::Finding;
use crate::host_data;
use crate::scanner::Scanner;
use crate::wallet;

/// Header fields in which every client has something of its own, so that nothing is cut over them and others.
const COMMON: [&str; 12] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "origin",
    "referer",
    "user-agent",
];

/// The line of a request.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// The method.
    pub method: &'a str,
    /// Whom it is for.
    pub host: &'a Host,
    /// The operator wrote the host's name, so that it is no message of the agent's.
    pub host_is_given: bool,
    /// Path and query.
    pub target: &'a str,
}

impl Scanner {
    /// The first secret in the line and the header fields of a request.
    pub fn scan_head<'a>(
        &self,
        line: &Line<'_>,
        fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Option<Located> {
        let host = self.scan_host(line.host).or_else(|| self.scan_name(line));
        let fields: Vec<_> = fields.into_iter().collect();
        let field = |(name, value): &(&str, &[u8])| {
            let found = self.scan_header(line.host, name, value);
            found.map(Located::at(Part::Header((*name).to_owned())))
        };
        let target = || self.scan_whole_target(line.target);
        host.map(Located::at(Part::Host))
            .or_else(|| target().map(Located::at(Part::Target)))
            .or_else(|| self.scan_wallet(line).map(Located::at(Part::Target)))
            .or_else(|| {
                let method = self.scan_body(line.method.as_bytes());
                method.map(Located::at(Part::Method))
            })
            .or_else(|| fields.iter().find_map(field))
            .or_else(|| self.scan_across(&fields))
    }

    /// A name that the agent chose may be data.
    fn scan_name(&self, line: &Line<'_>) -> Option<Finding> {
        let may_be_data = !line.host_is_given;
        let rule = may_be_data.then(|| host_data::find(line.host)).flatten()?;
        (!self.allows(rule)).then(|| Finding::of(rule))
    }

    /// Wallets in the query to a host that the agent chose.
    fn scan_wallet(&self, line: &Line<'_>) -> Option<Finding> {
        let (_, query) = line.target.split_once('?')?;
        let rule = (!line.host_is_given)
            .then(|| wallet::find(query))
            .flatten()?;
        (!self.allows(rule)).then(|| Finding::of(rule))
    }

    /// Path and query as they are, and with the values of each put together.
    fn scan_whole_target(&self, target: &str) -> Option<Finding> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        self.scan_target(target)
            .or_else(|| self.scan_values(path.split('/').map(str::as_bytes)))
            .or_else(|| self.scan_parameters(query))
    }

    /// The values of cookies, and of the fields that nobody has, put together.
    fn scan_across(&self, fields: &[(&str, &[u8])]) -> Option<Located> {
        let cookies = fields
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        let crumbs = cookies.flat_map(|(_, value)| value.split(|byte| *byte == b';'));
        let values = crumbs.filter_map(|crumb| {
            let mut parts = crumb.splitn(2, |byte| *byte == b'=');
            parts.nth(1)
        });
        let cookie = self.scan_values(values);
        let is_common = |name: &str| {
            COMMON
                .iter()
                .any(|common| name.eq_ignore_ascii_case(common))
        };
        let uncommon = fields.iter().filter(|(name, _)| !is_common(name));
        let across = || self.scan_values(uncommon.clone().map(|(_, value)| *value));
        let first = uncommon.clone().next().map_or("", |(name, _)| name);
        cookie
            .map(Located::at(Part::Header("cookie".to_owned())))
            .or_else(|| across().map(Located::at(Part::Header(first.to_owned()))))
    }

    /// Scans values one behind the other; a single one was scanned already.
    fn scan_values<'a>(&self, values: impl Iterator<Item = &'a [u8]>) -> Option<Finding> {
        let (mut bytes, mut starts) = (Vec::new(), Vec::new());
        for value in values.filter(|value| !value.is_empty()) {
            starts.push(bytes.len());
            bytes.extend_from_slice(value);
        }
        let text = Text { bytes, starts };
        (text.starts.len() > 1).then(|| self.scan_joined(&text))?
    }
}
