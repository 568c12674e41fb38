//! What upstream has already, and what the operator let pass.

use bottle_git::Release;

use super::*;

/// Upstream has the first commit; the others are pushed.
fn pushed(import: &Import) -> (Repository, Vec<String>, ScanReport) {
    let repository = Repository::new();
    let ids = repository.import(import);
    repository.has("refs/heads/main", &ids[0]);
    let report = scan(&repository, &ids[ids.len() - 1..]);
    (repository, ids, report)
}

fn rules(report: &ScanReport) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_new_branch_on_old_history_passes() {
    let mut import = Import::default();
    import.commit(
        None,
        &key(),
        &[("fixture.pem", private_key("A").as_bytes()), ("b", b"b")],
    );
    import.commit(Some(":1"), "second", &[("b", b"c")]);
    let (_, _, report) = pushed(&import);
    assert!(report.findings.is_empty());
    assert_eq!((report.objects, report.already_upstream), (3, 0));
}

#[test]
fn another_line_of_a_file_with_an_old_key_may_change() {
    let (pem, key) = (private_key("A"), key());
    let text = |first: &str, last: &str| {
        format!("{first}\nlet key = \"{key}\";\nlet pem = \"{pem}\";\n{last}\n")
    };
    let mut import = Import::default();
    import.commit(None, "first", &[("a.rs", text("one", "two").as_bytes())]);
    import.commit(
        Some(":1"),
        "second",
        &[("a.rs", text("three", "two").as_bytes())],
    );
    // On top of a commit that is new itself.
    import.commit(
        Some(":2"),
        "third",
        &[("a.rs", text("three", "four").as_bytes())],
    );
    let (_, _, report) = pushed(&import);
    assert_eq!(rules(&report), NONE);
    assert_eq!(report.already_upstream, 4);
}

#[test]
fn another_key_in_the_place_of_the_old_one_is_new() {
    let old = private_key("A");
    let second_line =
        old.replacen("AAAAAAAAq7Rk", "BBBBBBBBq7Rk", 2)
            .replacen("BBBBBBBBq7Rk", "AAAAAAAAq7Rk", 1);
    assert_ne!(old, second_line);
    let token = token();
    for (before, after) in [
        (old.clone(), private_key("B")),
        // The first line, by which it is found, is the same.
        (old.clone(), second_line),
        (old.clone(), format!("{old}\n{}", private_key("B"))),
        (
            format!("a = {token}\n"),
            format!("a = {}\n", token.replace("q7Rk", "Q7Rk")),
        ),
        (format!("a = {token}\n"), format!("a = {token}xx\n")),
        (
            format!("a = {token}\n"),
            format!("a = {token}\nb = {token}\n"),
        ),
        // What may go on in the next line.
        (
            format!("a = {token}\nq7Rk2VdXs9\n"),
            format!("a = {token}\nq7Rk2VdXs8\n"),
        ),
    ] {
        let mut import = Import::default();
        import.commit(None, "first", &[("a.txt", before.as_bytes())]);
        import.commit(Some(":1"), "second", &[("a.txt", after.as_bytes())]);
        let (_, _, report) = pushed(&import);
        assert!(
            !report.findings.is_empty(),
            "{before} → {after}: {:?}",
            report.findings
        );
    }
}

#[test]
fn what_is_found_over_several_pieces_or_behind_an_encoding_is_never_excused() {
    let token = token();
    let (start, old) = token.split_at(4);
    let new: String = old.chars().rev().collect();
    let json = |body: &str| format!("{{\n\"a\":\"{start}\",\n\"b\":\"{body}\"}}\n");
    let coded = |body: &str| hex(&format!("{start}{body}"));
    let notebook = |body: &str| {
        format!(
            "{{\"cells\":[{{\"cell_type\":\"code\",\"source\":[\n\"t = '{start}\",\n\"{body}'\"\n]}}],\"nbformat\":4}}\n"
        )
    };
    let key = |body: &str| {
        let key = private_key("A");
        key.replacen(
            "KEY-----\n",
            &format!("KEY-----\nComment: -----END\n\n{body}\n"),
            1,
        )
    };
    let pairs = [
        ("a.json", json(old), json(&new)),
        ("a.ipynb", notebook(old), notebook(&new)),
        ("a.txt", coded(old), coded(&new)),
        ("k.pem", key(old), key(&new)),
    ];
    for (name, old, new) in pairs {
        let mut import = Import::default();
        import.commit(None, "first", &[(name, old.as_bytes())]);
        import.commit(Some(":1"), "second", &[(name, new.as_bytes())]);
        let (_, _, report) = pushed(&import);
        assert!(!report.findings.is_empty(), "{name}: {new}");
    }
}

#[test]
fn an_own_value_that_is_a_token_of_upstreams_is_told() {
    let token = token();
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "first", &[("a", format!("{token}\na.\n").as_bytes())]);
    import.commit(
        Some(":1"),
        "second",
        &[("a", format!("{token}\nb.\n").as_bytes())],
    );
    let ids = repository.import(&import);
    repository.has("refs/heads/main", &ids[0]);
    let known = [known(&token)];
    let beside = Beside {
        known: &known,
        ..Beside::default()
    };
    let report = scan_with(&repository, &ids[1..], &beside).unwrap();
    assert_eq!(rules(&report), ["known-secret"]);
}

#[test]
fn the_same_key_in_another_file_is_new() {
    let key = key();
    let mut import = Import::default();
    import.commit(None, "first", &[("a.txt", key.as_bytes())]);
    import.commit(
        Some(":1"),
        "second",
        &[("b.txt", format!("x {key}").as_bytes())],
    );
    let (_, _, report) = pushed(&import);
    assert_eq!(rules(&report), ["aws-access-key-id"]);
}

#[test]
fn nothing_hides_behind_many_old_secrets() {
    let key = key();
    let many = format!("{key}\n").repeat(1500);
    let mut import = Import::default();
    import.commit(None, "first", &[("a.txt", many.as_bytes())]);
    import.commit(
        Some(":1"),
        "second",
        &[("a.txt", format!("{many}{}\n", token()).as_bytes())],
    );
    let (_, _, report) = pushed(&import);
    assert!(
        rules(&report).contains(&"github-token"),
        "{:?}",
        rules(&report)
    );
}

#[test]
fn the_bottles_own_value_is_never_excused() {
    let value = "Harbour-Lantern-58-Quince";
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "first", &[("a", format!("{value}\na\n").as_bytes())]);
    import.commit(
        Some(":1"),
        "second",
        &[("a", format!("{value}\nb\n").as_bytes())],
    );
    let ids = repository.import(&import);
    repository.has("refs/heads/main", &ids[0]);
    let known = [known(value)];
    let report = scan_with(
        &repository,
        &ids[1..],
        &Beside {
            known: &known,
            ..Beside::default()
        },
    )
    .unwrap();
    assert_eq!(rules(&report), ["known-secret"]);
}

#[test]
fn a_release_lets_one_finding_pass_and_no_other() {
    let repository = Repository::new();
    let mut import = Import::default();
    let text = format!("{}\n{}\n", key(), token());
    import.commit(
        None,
        "m",
        &[("a", text.as_bytes()), ("b", format!("{text}b").as_bytes())],
    );
    let ids = repository.import(&import);
    let object = repository.git(&["rev-parse", &format!("{}:a", ids[0])], b"");
    let release = |remote: &str, rule: &str| {
        let remote = remote.parse().unwrap();
        let (object, rule, reason) = (object.clone(), rule.to_owned(), "a test".to_owned());
        let releases = Releases(vec![Release {
            remote,
            object,
            rule,
            reason,
        }]);
        let report = scan_with(
            &repository,
            &ids,
            &Beside {
                releases: Some(&releases),
                ..Beside::default()
            },
        )
        .unwrap();
        (report.findings.len(), report.released.len())
    };
    assert_eq!(release("app", "aws-access-key-id"), (3, 1));
    assert_eq!(release("app", "jwt"), (4, 0));
    assert_eq!(release("other", "aws-access-key-id"), (4, 0));
}

#[test]
fn a_release_of_what_cannot_be_looked_at_as_a_whole_is_none_of_what_is_in_it() {
    let value = "Harbour-Lantern-58-Quince";
    let filler = vec![b'\n'; 20 * 1024 * 1024];
    let large = [&filler, token().as_bytes(), &filler, value.as_bytes()].concat();
    let many = format!("{}{value}\n", format!("{}\n", key()).repeat(1500));
    let sealed = format!("PACK\0\0\0\x02{value}");
    let known = [known(value)];
    for (content, given, left) in [
        (
            large.clone(),
            vec!["too-large"],
            vec!["github-token", "known-secret"],
        ),
        (
            large,
            vec!["too-large", "github-token"],
            vec!["known-secret"],
        ),
        (
            many.into_bytes(),
            vec!["too-many-findings", "aws-access-key-id"],
            vec!["known-secret"],
        ),
        (
            sealed.into_bytes(),
            vec!["unreadable-archive"],
            vec!["known-secret"],
        ),
    ] {
        let repository = Repository::new();
        let mut import = Import::default();
        import.commit(None, "m", &[("a", &content)]);
        let ids = repository.import(&import);
        let object = repository.git(&["rev-parse", &format!("{}:a", ids[0])], b"");
        let releases = given.iter().map(|rule| Release {
            remote: "app".parse().unwrap(),
            object: object.clone(),
            rule: (*rule).to_owned(),
            reason: "a test".to_owned(),
        });
        let releases = Releases(releases.collect());
        let beside = Beside {
            known: &known,
            releases: Some(&releases),
            ..Beside::default()
        };
        let report = scan_with(&repository, &ids, &beside).unwrap();
        assert_eq!(rules(&report), left, "{given:?}");
        assert!(!report.released.is_empty());
    }
}

#[test]
fn a_merge_of_what_upstream_has_passes() {
    let key = key();
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "base", &[("a", b"a")]);
    import.commit(
        Some(":1"),
        "theirs",
        &[("fixture", format!("{key}\nx\n").as_bytes())],
    );
    import.commit(Some(":1"), "ours", &[("b", b"b")]);
    let ids = repository.import(&import);
    repository.has("refs/heads/main", &ids[1]);
    let tree = repository.git(&["merge-tree", "--write-tree", &ids[1], &ids[2]], b"");
    let merge = repository.git(
        &[
            "commit-tree",
            &tree,
            "-p",
            &ids[2],
            "-p",
            &ids[1],
            "-m",
            "merge",
        ],
        b"",
    );
    let report = scan(&repository, &[merge]);
    assert!(report.findings.is_empty());
}
