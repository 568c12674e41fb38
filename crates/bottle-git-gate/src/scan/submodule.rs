//! `.gitmodules`: where the submodules of whoever clones are fetched from.

use super::found::Found;
use super::rule::{SUBMODULE, SUBMODULE_PASSWORD};

/// The name of the file, in whatever case: some file systems know none.
const NAME: &[u8] = b".gitmodules";
/// How the name of a helper ends that git would run (`ext::`, `fd::`).
const HELPER: &str = "::";

/// Whether a file of this name is read for submodules.
pub(super) fn is_list(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(NAME)
}

/// What its addresses would make git do, told once for each line.
pub(super) fn find(text: &[u8]) -> Vec<Found> {
    let text = String::from_utf8_lossy(text);
    let mut found = Vec::new();
    let mut start = 0;
    for line in logical_lines(&text) {
        if let Some(rule) = rule_of(&line.replace("\\\n", "").replace("\\\r\n", "")) {
            found.push(Found {
                place: Some(start),
                ..Found::whole(rule)
            });
        }
        start += line.len();
    }
    found
}

/// Lines with their ends; one that ends in a backslash goes on.
fn logical_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let ends = rest.match_indices('\n');
        let mut ends = ends.filter(|(place, _)| {
            let line = rest.get(..*place).unwrap_or_default();
            !line.trim_end_matches('\r').ends_with('\\')
        });
        let end = ends.next().map_or(rest.len(), |(place, _)| place + 1);
        let (line, behind) = rest.split_at_checked(end)?;
        rest = behind;
        (!line.is_empty()).then_some(line)
    })
}

fn rule_of(line: &str) -> Option<&'static str> {
    let (key, value) = line.split_once('=')?;
    let key = key.rsplit([']', ' ', '\t']).find(|word| !word.is_empty())?;
    let value = value.replace(['"', '\\'], "");
    let value = value.trim();
    if key.eq_ignore_ascii_case("url") {
        return of_address(value);
    }
    let runs = key.eq_ignore_ascii_case("update") && value.starts_with('!');
    runs.then_some(SUBMODULE)
}

fn of_address(address: &str) -> Option<&'static str> {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_option = |part: &str| part.starts_with('-');
    let host = authority.rsplit('@').next().unwrap_or_default();
    let names_a_program = is_option(address)
        || is_option(authority)
        || is_option(host)
        || address.contains(HELPER)
        || scheme == "file"
        || address.bytes().any(|byte| byte.is_ascii_control());
    if names_a_program {
        return Some(SUBMODULE);
    }
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let password = user.and_then(|user| user.split_once(':'));
    (!scheme.is_empty() && password.is_some_and(|(_, password)| !password.is_empty()))
        .then_some(SUBMODULE_PASSWORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(url: &str) -> Vec<&'static str> {
        let text = format!("[submodule \"a\"]\n\tpath = a\n\turl = {url}\n");
        find(text.as_bytes()).iter().map(|each| each.rule).collect()
    }

    #[test]
    fn addresses_that_run_something_are_told_from_those_that_do_not() {
        for url in [
            "ext::sh -c id",
            "EXT::sh",
            "\"ext::sh\"",
            "e\\\nxt::sh",
            "fd::17",
            "file:///etc",
            "FILE:///etc",
            "-oProxyCommand=id",
            "ssh://-oProxyCommand=id/a",
            "ssh://me@-oProxyCommand=id/a",
            "--upload-pack=id",
        ] {
            assert_eq!(rules(url), [SUBMODULE], "{url}");
        }
        for url in [
            "https://git.example.test/a.git",
            "ssh://git@git.example.test:22/a.git",
            "git@git.example.test:team/a.git",
            "../a.git",
            "https://me@git.example.test/a",
        ] {
            assert!(rules(url).is_empty(), "{url}");
        }
        assert_eq!(
            rules("https://me:pass@git.example.test/a"),
            [SUBMODULE_PASSWORD]
        );
    }

    #[test]
    fn a_key_may_stand_beside_its_section_and_an_update_may_run_something() {
        let text = "[submodule \"a\"] URL=ext::a\n update = !id\n update = merge\n# url of x\n";
        let found = find(text.as_bytes());
        let places: Vec<_> = found.iter().map(|each| each.place).collect();
        assert_eq!(places, [Some(0), Some(27)]);
        assert!(is_list(b".GitModules") && !is_list(b"gitmodules"));
    }
}
