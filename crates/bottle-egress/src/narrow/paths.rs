//! The few prefixes that many paths have in common.

use std::collections::BTreeSet;

use bottle_core::PathPrefix;

use crate::reach::{highest, is_within};

/// The most prefixes that are made of paths.
const MAX_PREFIXES: usize = 4;
/// From this length on a segment of digits and letters is taken for an id.
const LONG_ID: usize = 20;
/// From this length on a segment of hexadecimal digits is taken for a digest.
const SHORT_DIGEST: usize = 7;

/// At most [`MAX_PREFIXES`] prefixes that cover all of the canonical paths, as long as they can be, and never outside
/// `within`: so there may be more when `within` has more.
pub(super) fn common_prefixes<'a>(
    within: &[PathPrefix],
    paths: impl Iterator<Item = &'a str>,
) -> Vec<PathPrefix> {
    // In order of their segments, so that those with most in common stand side by side.
    let sorted: BTreeSet<Vec<&str>> = paths.map(|path| clamped(within, path)).collect();
    let sorted = without_inner(sorted);
    let shared: Vec<Option<usize>> = sorted
        .windows(2)
        .map(|pair| match pair {
            [one, other] => in_common(within, one, other),
            _ => None,
        })
        .collect();
    let cuts = cuts(&shared);
    let prefixes: Vec<PathPrefix> = rows(&sorted, &cuts).filter_map(common).collect();
    highest(&prefixes).cloned().collect()
}

/// Where rows end: at the neighbours with the least in common, and where what they have in common lies outside.
fn cuts(shared: &[Option<usize>]) -> BTreeSet<usize> {
    let mut gaps: Vec<(Option<usize>, usize)> = shared.iter().copied().zip(1..).collect();
    gaps.sort_unstable();
    let outside = gaps.iter().filter(|(depth, _)| depth.is_none()).count();
    let wanted = outside.max(MAX_PREFIXES - 1);
    gaps.into_iter().take(wanted).map(|(_, end)| end).collect()
}

fn rows<'a>(
    sorted: &'a [Vec<&'a str>],
    cuts: &'a BTreeSet<usize>,
) -> impl Iterator<Item = &'a [Vec<&'a str>]> {
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([sorted.len()]);
    starts
        .zip(ends)
        .filter_map(|(start, end)| sorted.get(start..end))
}

/// The prefix of a row that is in order: what its ends have in common.
fn common(row: &[Vec<&str>]) -> Option<PathPrefix> {
    let (first, last) = (row.first()?, row.last()?);
    let depth = depth(first, last);
    prefix(first.get(..depth)?)
}

/// How many segments two paths have in common; none when that lies outside.
fn in_common(within: &[PathPrefix], one: &[&str], other: &[&str]) -> Option<usize> {
    let depth = depth(one, other);
    let prefix = prefix(one.get(..depth)?)?;
    let inside = within.is_empty() || within.iter().any(|outer| is_within(&prefix, outer));
    inside.then_some(depth)
}

fn depth(one: &[&str], other: &[&str]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count()
}

/// A path up to what looks like an id, but no shorter than the prefix that covers it.
fn clamped<'a>(within: &[PathPrefix], path: &'a str) -> Vec<&'a str> {
    let all = segments(path);
    let stable = all.clone().take_while(|segment| !is_id(segment)).count();
    let outer = within.iter().filter(|prefix| prefix.covers(path));
    let least = outer.map(|prefix| segments(&prefix.to_string()).count());
    all.take(stable.max(least.min().unwrap_or_default()))
        .collect()
}

/// Those that do not lie below another one, still in order: what lies below one follows it.
fn without_inner(sorted: BTreeSet<Vec<&str>>) -> Vec<Vec<&str>> {
    let mut highest: Vec<Vec<&str>> = Vec::new();
    for path in sorted {
        if !highest.last().is_some_and(|outer| path.starts_with(outer)) {
            highest.push(path);
        }
    }
    highest
}

fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn prefix(segments: &[&str]) -> Option<PathPrefix> {
    format!("/{}", segments.join("/")).parse().ok()
}

/// Whether a segment is the name of one thing among many: a number, a version, a date, a digest, a UUID.
fn is_id(segment: &str) -> bool {
    let has = |is: fn(&u8) -> bool| segment.bytes().any(|byte| is(&byte));
    let only = |is: fn(&u8) -> bool| segment.bytes().all(|byte| is(&byte));
    let number = only(|byte| byte.is_ascii_digit() || b".-_:".contains(byte));
    let digest = only(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let is_long = segment.len() >= LONG_ID && has(u8::is_ascii_alphabetic);
    let is_id = number || (digest && segment.len() >= SHORT_DIGEST) || is_long;
    has(u8::is_ascii_digit) && (is_id || has_version(segment))
}

/// Whether there is `1.2` in it.
fn has_version(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    bytes.windows(3).any(|window| match window {
        [one, b'.', other] => one.is_ascii_digit() && other.is_ascii_digit(),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes(within: &[&str], paths: &[&str]) -> Vec<String> {
        let within: Vec<PathPrefix> = within.iter().map(|path| path.parse().unwrap()).collect();
        let common = common_prefixes(&within, paths.iter().copied());
        common.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn few_paths_stand_for_themselves_up_to_their_ids() {
        assert_eq!(
            prefixes(&[], &["/v1/users/17", "/v1/users/18"]),
            ["/v1/users"]
        );
        assert_eq!(prefixes(&[], &["/a/b", "/a", "/c/d"]), ["/a", "/c/d"]);
        for id in [
            "17",
            "2026-05-25",
            "1.2.3",
            "left-pad-1.3.0.tgz",
            "deadbeef1",
            "123e4567-e89b-12d3-a456-426614174000",
            "abcdefghijklmnopqrst1",
        ] {
            assert_eq!(prefixes(&[], &[&format!("/x/{id}/y")]), ["/x"], "{id}");
        }
        for name in ["v1", "oauth2", "issues", "facade", "s3", "a-name"] {
            let path = format!("/x/{name}/y");
            assert_eq!(prefixes(&[], &[&path]), [path.as_str()]);
        }
        assert_eq!(prefixes(&[], &["/"]), ["/"]);
    }

    #[test]
    fn many_paths_share_what_they_have_in_common() {
        let paths = ["/a/b/c", "/a/b/d", "/a/e", "/f/g", "/h", "/i/j"];
        assert_eq!(prefixes(&[], &paths), ["/a", "/f/g", "/h", "/i/j"]);
        let paths = ["/a", "/b", "/c", "/d", "/e"];
        assert_eq!(prefixes(&[], &paths), ["/"]);
    }

    #[test]
    fn nothing_lies_outside_of_what_was_asked_for() {
        let within = ["/p/1", "/q"];
        assert_eq!(prefixes(&within, &["/p/1/2", "/q/r/3"]), ["/p/1", "/q/r"]);
        let paths = ["/p/1/a", "/p/1/b", "/q/a", "/q/b", "/q/c", "/q/d"];
        let shared = prefixes(&within, &paths);
        assert!(shared.len() <= MAX_PREFIXES, "{shared:?}");
        let within = ["/a", "/b", "/c", "/d", "/e"];
        assert_eq!(prefixes(&within, &within), within);
    }
}
