//! Everything that a push can hold is looked at.

use std::fmt::Write as _;

use super::super::finding::FindingPlace;
use super::super::text_object::Part;
use super::*;

const KEY_RULE: &str = "aws-access-key-id";

/// What is found in one commit, as rules and how the place is told.
fn commit(author: &str, message: &str, files: &[(&str, &[u8])]) -> Vec<FindingPlace> {
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit_by(author, None, message, files);
    let report = scan(&repository, &repository.import(&import));
    let findings = report.findings.into_iter();
    findings
        .inspect(|finding| assert_eq!(finding.rule, KEY_RULE))
        .inspect(|finding| assert!(finding.commit.is_some()))
        .map(|finding| finding.place)
        .collect()
}

fn file(path: &str, position: Option<(usize, usize)>) -> FindingPlace {
    FindingPlace::File {
        path: Some(path.to_owned()),
        position: position.map(|(line, column)| super::super::position::Position { line, column }),
        member: None,
    }
}

#[test]
fn files_messages_names_and_people() {
    let key = key();
    let nobody = "A <a@example.test>";
    let text = format!("a\nb {key}\n");
    assert_eq!(
        commit(nobody, "m", &[("dir/a b.txt", text.as_bytes())]),
        [file("dir/a b.txt", Some((2, 3)))]
    );
    assert_eq!(
        commit(nobody, &format!("first\n\nsecond {key}\n"), &[]),
        [FindingPlace::Commit(Some(Part::Message(3)))]
    );
    let author = Part::Field("author".to_owned());
    let committer = Part::Field("committer".to_owned());
    let both = [
        FindingPlace::Commit(Some(author)),
        FindingPlace::Commit(Some(committer)),
    ];
    assert_eq!(commit(&format!("{key} <a@example.test>"), "m", &[]), both);
    assert_eq!(commit(&format!("A <{key}@example.test>"), "m", &[]), both);
    let name = format!("dir/{key}.txt");
    assert_eq!(
        commit(nobody, "m", &[(&name, b"x")]),
        [FindingPlace::Name(Some("dir".to_owned()))]
    );
    let line_end = format!("a\n{key}");
    assert_eq!(
        commit(nobody, "m", &[(&line_end, b"x")]),
        [FindingPlace::Name(Some(String::new()))]
    );
    let link = "120000 link";
    assert_eq!(
        commit(nobody, "m", &[(link, key.as_bytes())]),
        [file("link", Some((1, 1)))]
    );
    assert_eq!(commit(nobody, "m", &[("a", b"nothing")]), []);
}

#[test]
fn a_file_with_a_secret_name_is_told_without_it() {
    let key = key();
    let name = format!("{key}/a");
    let places = commit("A <a@example.test>", "m", &[(&name, key.as_bytes())]);
    assert!(!format!("{places:?}").contains(&key), "{places:?}");
    assert_eq!(places.len(), 3);
}

#[test]
fn encodings_of_texts() {
    let text = format!("note: ü\nkey = \"{}\"\n", key());
    let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let utf_32: Vec<u8> = text
        .chars()
        .flat_map(|each| u32::from(each).to_le_bytes())
        .collect();
    let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for bytes in [
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        with_mark(b"\xff\xfe", wide(u16::to_le_bytes)),
        with_mark(b"\xfe\xff", wide(u16::to_be_bytes)),
        utf_32.clone(),
        utf_32
            .chunks(4)
            .flat_map(|unit| unit.iter().rev().copied())
            .collect(),
    ] {
        assert_eq!(rules_of(&[("a.txt", &bytes)]), [KEY_RULE], "{bytes:?}");
    }
}

#[test]
fn nothing_that_is_pushed_switches_the_scan_off() {
    let key = key();
    for text in [
        format!("{key} # gitleaks:allow\n"),
        format!("{key} # pragma: allowlist secret\n"),
        format!("{key} // nosec ggignore trufflehog:ignore\n"),
    ] {
        assert_eq!(
            rules_of(&[("a.txt", text.as_bytes())]),
            [KEY_RULE],
            "{text}"
        );
    }
    for (name, text) in [
        (".gitleaks.toml", "[allowlist]\npaths = ['''.*''']\n"),
        (".gitleaksignore", "a.txt:aws-access-token:1\n"),
        (".secrets.baseline", "{}"),
        (
            ".gitattributes",
            "* binary -diff -text filter=x working-tree-encoding=UTF-16 export-ignore\n",
        ),
        (".gitignore", "*\n"),
    ] {
        let files: [(&str, &[u8]); 2] = [("a.txt", key.as_bytes()), (name, text.as_bytes())];
        assert_eq!(rules_of(&files), [KEY_RULE], "{name}");
    }
}

#[test]
fn notebooks_and_json_are_taken_apart() {
    let key = key();
    let (first, second) = key.split_at(9);
    let notebook =
        format!("{{\"cells\":[{{\"outputs\":[{{\"text\":[\"{first}\",\"{second}\"]}}]}}]}}");
    assert_eq!(rules_of(&[("a.ipynb", notebook.as_bytes())]), [KEY_RULE]);
}

#[test]
fn a_secret_in_an_earlier_commit_is_found_even_if_it_was_removed() {
    let repository = Repository::new();
    let mut import = Import::default();
    let key = key();
    import.commit(None, "first", &[("a.txt", key.as_bytes()), ("b.txt", b"b")]);
    import.commit(Some(":1"), "second", &[("a.txt", b"gone")]);
    import.commit(Some(":2"), "third", &[("b.txt", b"other")]);
    let ids = repository.import(&import);
    let report = scan(&repository, &ids[2..]);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].commit.unwrap().to_string(), ids[0]);
    assert_eq!(report.objects, 3 + 3 + 4);
}

#[test]
fn tags_and_other_fields_and_signatures() {
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "clean", &[("a", b"a")]);
    let commit = repository.import(&import).remove(0);
    repository.has("refs/heads/main", &commit);
    let key = key();
    let tag = |message: &str| {
        let text = format!(
            "object {commit}\ntype commit\ntag v1\ntagger A <a@example.test> 1 +0000\n\n{message}\n"
        );
        repository.object("tag", text.as_bytes())
    };
    let found = |id: String| {
        let report = scan(&repository, &[id]);
        report
            .findings
            .into_iter()
            .map(|finding| finding.place)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found(tag(&format!("a\n{key}"))),
        [FindingPlace::Tag(Some(Part::Message(2)))]
    );
    // A tag of a tag.
    let inner = tag(&key);
    let outer =
        format!("object {inner}\ntype tag\ntag v2\ntagger A <a@example.test> 1 +0000\n\nm\n");
    assert_eq!(
        found(repository.object("tag", outer.as_bytes())),
        [FindingPlace::Tag(Some(Part::Message(1)))]
    );
    assert_eq!(found(tag("clean")), []);
    let tree = repository.git(&["rev-parse", &format!("{commit}^{{tree}}")], b"");
    let with = |field: &str| {
        let text = format!(
            "tree {tree}\nparent {commit}\nauthor A <a@example.test> 1 +0000\ncommitter A <a@example.test> 1 +0000\n{field}\n\nm\n"
        );
        found(repository.object("commit", text.as_bytes()))
    };
    let field = |name: &str| [FindingPlace::Commit(Some(Part::Field(name.to_owned())))];
    assert_eq!(with(&format!("x-note {key}")), field("x-note"));
    assert_eq!(
        with(&format!(
            "mergetag object {commit}\n type commit\n tag x\n \n {key}"
        )),
        field("mergetag")
    );
    assert_eq!(with(&format!("encoding {key}")), field("encoding"));
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQIzBAABCgAdFiEE4eTvqWqJ0e3cFhTzqPj2nYp6Yl4FAmVx\n 9Kx2mB7vQwErTyUiOpAsDfGhJkLzXcVbNm1234567890qwer\n =AbCd\n -----END PGP SIGNATURE-----";
    assert_eq!(with(signature), []);
    assert_eq!(
        with(&signature.replace("9Kx2mB7vQw", &format!("\n {key}\n "))),
        field("gpgsig")
    );
    // Over lines of a field that go on. Where it stands then is not told.
    let (first, second) = key.split_at(9);
    for name in ["gpgsig", "x-note"] {
        let folded = format!("{name} {first}\n {second}");
        assert_eq!(with(&folded), [FindingPlace::Commit(None)]);
    }
}

#[test]
fn ids_of_submodules_and_names_over_folders() {
    let repository = Repository::new();
    let token = token();
    let (first, second) = token.split_at(20);
    let found = |tree: &[u8]| {
        let tree = repository.object("tree", tree);
        let commit = repository.git(&["commit-tree", &tree, "-m", "m"], b"");
        let findings = scan(&repository, &[commit]).findings.into_iter();
        let told = findings.map(|finding| (finding.rule, finding.place));
        told.collect::<Vec<_>>()
    };
    let links = |second: &str| format!("160000 a\0{first}160000 b\0{second}");
    let place = FindingPlace::Name(Some(String::new()));
    assert_eq!(
        found(links(second).as_bytes()),
        [("github-token", place.clone())]
    );
    let key = format!("160000 a\0{}", key());
    assert_eq!(found(key.as_bytes()), [(KEY_RULE, place)]);
    assert_eq!(found(links(&"\u{1}".repeat(20)).as_bytes()), []);
    let rules = |path: &str| rules_of(&[(path, b"x"), ("c/d.txt", b"y")]);
    assert_eq!(rules(&format!("dir/{second}")), NONE);
    assert_eq!(rules(&format!("{first}/{second}")), ["github-token"]);
    assert_eq!(rules(&format!("a/{token}")), ["github-token"]);
}

#[test]
fn names_of_refs_and_blobs_without_a_tree() {
    let repository = Repository::new();
    let key = key();
    let blob = repository.object("blob", key.as_bytes());
    assert_eq!(scan(&repository, &[blob]).findings.len(), 1);
    let tag = format!(
        "object {}\ntype blob\ntag v1\ntagger A <a@example.test> 1 +0000\n\nm\n",
        repository.object("blob", token().as_bytes())
    );
    assert_eq!(
        scan(&repository, &[repository.object("tag", tag.as_bytes())])
            .findings
            .len(),
        1
    );
    let refs = [format!("refs/heads/{key}"), "refs/heads/main".to_owned()];
    let report = scan_with(
        &repository,
        &[],
        &Beside {
            refs: &refs,
            ..Beside::default()
        },
    )
    .unwrap();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].place, FindingPlace::Ref);
}

#[test]
fn the_bottles_own_values_in_whatever_encoding() {
    let repository = Repository::new();
    let mut import = Import::default();
    let value = "Harbour-Lantern-58-Quince";
    let mut hex = String::new();
    for byte in value.bytes() {
        write!(hex, "{byte:02x}").unwrap();
    }
    import.commit(
        None,
        "m",
        &[
            ("a", value.as_bytes()),
            ("b", format!("x{hex}").as_bytes()),
            ("c", b"c"),
        ],
    );
    let ids = repository.import(&import);
    assert!(scan(&repository, &ids).findings.is_empty());
    let known = [known(value)];
    let report = scan_with(
        &repository,
        &ids,
        &Beside {
            known: &known,
            ..Beside::default()
        },
    )
    .unwrap();
    let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["known-secret", "known-secret"]);
}

#[test]
fn lists_of_submodules_wherever_they_lie() {
    let list = b"[submodule \"a\"]\n\tpath = a\n\turl = ext::sh -c id\n".as_slice();
    for name in [".gitmodules", "dir/.GitModules"] {
        assert_eq!(rules_of(&[(name, list)]), ["submodule-transport"], "{name}");
    }
    assert!(rules_of(&[("notes.txt", list)]).is_empty());
    // The same content under two names, the harmless one first.
    assert_eq!(
        rules_of(&[("-notes", list), (".gitmodules", list)]),
        ["submodule-transport"]
    );
    // A content that upstream has under another name.
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "first", &[("notes.txt", list)]);
    import.commit(Some(":1"), "second", &[(".gitmodules", list)]);
    let ids = repository.import(&import);
    repository.has("refs/heads/main", &ids[0]);
    let report = scan(&repository, &ids[1..]);
    let rules: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.code(), finding.rule))
        .collect();
    assert_eq!(rules, [("git.transport", "submodule-transport")]);
}

#[test]
fn pointers_and_examples_of_documentation_pass() {
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n",
        "4d7a214614ab2935c943f9e0ff69d22e".repeat(2)
    );
    assert!(rules_of(&[("a.bin", pointer.as_bytes())]).is_empty());
    let example = ["AK", "IAIOSFODNN7EXAMPLE"].concat();
    assert!(rules_of(&[("README.md", example.as_bytes())]).is_empty());
}
