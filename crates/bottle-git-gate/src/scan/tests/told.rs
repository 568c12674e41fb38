//! What the client reads.

use super::super::Advice;
use super::*;

fn told(report: &ScanReport) -> String {
    let mut text = Vec::new();
    let remote = "app".parse().unwrap();
    let advice = Advice {
        identity: "dev-ab12c",
        remote: &remote,
    };
    report.write(advice, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn every_kind_of_place() {
    let key = key();
    let repository = Repository::new();
    let mut import = Import::default();
    let archive = zip_of(
        "inner/notes.txt",
        format!("{key}{}", " ".repeat(200)).as_bytes(),
    );
    let (code, pem, name) = (
        format!("//\nlet key = \"{key}\";\n"),
        private_key("A"),
        format!("dir/{key}"),
    );
    let files: [(&str, &[u8]); 6] = [
        ("src/config.rs", code.as_bytes()),
        ("tests/\u{202e}key.pem", pem.as_bytes()),
        ("a.zip", &archive),
        ("b.7z", b"7z\xbc\xaf\x27\x1c123"),
        (&name, b"x"),
        (".gitmodules", b"[submodule \"a\"]\n\turl = ext::sh\n"),
    ];
    import.commit(None, &format!("first\n\n{key}\n"), &files);
    let ids = repository.import(&import);
    let refs = [format!("refs/heads/{key}")];
    let report = scan_with(
        &repository,
        &ids,
        &Beside {
            refs: &refs,
            ..Beside::default()
        },
    )
    .unwrap();
    let text = told(&report);
    assert!(!text.contains(&key));
    insta::assert_snapshot!(text);
}

#[test]
fn many_findings_are_counted() {
    let repository = Repository::new();
    let mut import = Import::default();
    let texts: Vec<(String, String)> = (0..30)
        .map(|number| {
            (
                format!("{}{number:02}", "f".repeat(300)),
                format!("{number} {}", key()),
            )
        })
        .collect();
    let files: Vec<(&str, &[u8])> = texts
        .iter()
        .map(|(name, text)| (name.get(90..).unwrap(), text.as_bytes()))
        .collect();
    import.commit(None, "m", &files);
    let report = scan(&repository, &repository.import(&import));
    assert_eq!(report.findings.len(), 30);
    let text = told(&report);
    assert!(text.contains("and 10 more\n"), "{text}");
    assert_eq!(text.matches("aws-access-key-id --remote app").count(), 20);
    assert!(text.lines().all(|line| line.chars().count() < 300));
}

/// A zip with one deflated member.
pub(super) fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    archives::zip(&[(name, content)], archives::Damage::None)
}
