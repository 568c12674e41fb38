//! Hosts of which more is known than their name: where anybody can publish, and where anybody can have written what is
//! read. A curated list, `hosts.txt`, for whoever decides.

use std::sync::LazyLock;

use bottle_core::{Host, HostPattern};

/// The list.
const TEXT: &str = include_str!("hosts.txt");
/// The most hosts of one kind that are named for a wildcard that means many.
const MOST: usize = 3;

static HOSTS: LazyLock<Vec<KnownHost>> =
    LazyLock::new(|| TEXT.lines().filter_map(KnownHost::parse).collect());

/// A host of which something is known. It stands for all names below it, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHost {
    /// Its name.
    pub host: Host,
    /// What can be done there.
    pub purpose: Purpose,
    /// What is there, in a few words.
    pub why: &'static str,
}

/// What can be done at a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Publishing, with a method that changes something.
    PublishByWriting,
    /// Handing something to anybody: the address of any request is enough.
    PublishByAsking,
    /// Reading what anybody wrote.
    AnybodysContent,
}

impl KnownHost {
    fn parse(line: &'static str) -> Option<Self> {
        let (purpose, rest) = line.split_once(' ')?;
        let (host, why) = rest.trim_start().split_once(' ')?;
        Some(Self {
            host: host.parse().ok()?,
            purpose: match purpose {
                "write" => Purpose::PublishByWriting,
                "ask" => Purpose::PublishByAsking,
                "read" => Purpose::AnybodysContent,
                _ => return None,
            },
            why,
        })
    }

    /// Whether it is the host or one above it.
    fn is_above(&self, host: &Host) -> bool {
        let rest = host.as_str().strip_suffix(self.host.as_str());
        rest.is_some_and(|front| front.is_empty() || front.ends_with('.'))
    }
}

/// What is known of the hosts that a rule means: of publishing and of reading the closest entry each, and where a wildcard
/// means hosts with an entry of their own, the first few of those.
pub fn known_hosts(hosts: &HostPattern) -> Vec<&'static KnownHost> {
    let kinds: [fn(&KnownHost) -> bool; 2] = [
        |known| known.purpose != Purpose::AnybodysContent,
        |known| known.purpose == Purpose::AnybodysContent,
    ];
    let known = kinds.into_iter().flat_map(|is| of_kind(hosts, is));
    known.collect()
}

fn of_kind(hosts: &HostPattern, is: fn(&KnownHost) -> bool) -> Vec<&'static KnownHost> {
    let all = || HOSTS.iter().filter(move |known| is(known));
    let above = all().filter(|known| known.is_above(hosts.base()));
    let closest = above.max_by_key(|known| known.host.as_str().len());
    let inside = all().filter(|known| {
        let is_named = Some(*known) == closest || *hosts.base() == known.host;
        !is_named && hosts.matches(&known.host)
    });
    closest.into_iter().chain(inside.take(MOST)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(pattern: &str) -> Vec<(String, Purpose)> {
        let known = known_hosts(&pattern.parse().unwrap());
        known
            .into_iter()
            .map(|known| (known.host.to_string(), known.purpose))
            .collect()
    }

    #[test]
    fn every_line_of_the_list_is_read_and_stands_once() {
        let lines = TEXT.lines();
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert_eq!(lines.count(), HOSTS.len());
        for (number, one) in HOSTS.iter().enumerate() {
            assert!(!one.why.is_empty() && one.host.labels().count() > 1);
            let publish = |known: &KnownHost| known.purpose != Purpose::AnybodysContent;
            let mut others = HOSTS.iter().skip(number + 1);
            assert!(
                !others.any(|other| other.host == one.host && publish(other) == publish(one)),
                "{} stands twice",
                one.host
            );
        }
    }

    #[test]
    fn a_line_means_all_names_below_and_ends_at_labels() {
        use Purpose::{AnybodysContent, PublishByAsking, PublishByWriting};
        let name = |name: &str, purpose| (name.to_owned(), purpose);
        assert_eq!(
            known("gist.github.com"),
            [
                name("gist.github.com", PublishByWriting),
                name("gist.github.com", AnybodysContent)
            ]
        );
        assert_eq!(known("a.b.ngrok.app"), [name("ngrok.app", PublishByAsking)]);
        assert_eq!(known("notgithub.com"), []);
        assert_eq!(known("github.com.evil.test"), []);
        assert_eq!(known("api.example.com"), []);
    }

    #[test]
    fn a_wildcard_means_what_is_below_it() {
        let names = known("*.github.com").into_iter().map(|(name, _)| name);
        let names: Vec<String> = names.collect();
        assert_eq!(
            names,
            [
                "github.com",
                "api.github.com",
                "uploads.github.com",
                "gist.github.com",
                "github.com",
                "codeload.github.com",
                "api.github.com",
                "gist.github.com",
            ]
        );
        assert!(!known("**.googleapis.com").is_empty());
    }
}
