//! Pushes that are made to take memory, time or the parsers.

use proptest::prelude::*;

use super::super::error::Limit;
use super::super::fuzzing;
use super::super::object_id::ObjectId;
use super::super::text_object::TextObject;
use super::super::tree::entries;
use super::*;

fn limit_of(result: Result<ScanReport, ScanError>) -> Option<Limit> {
    match result {
        Err(error @ ScanError::Limits(limit)) => {
            assert_eq!(error.code(), "git.limits");
            Some(limit)
        }
        _ => None,
    }
}

#[test]
fn a_tree_with_a_million_entries_is_refused() {
    let repository = Repository::new();
    let blob = repository.object("blob", b"a");
    let id: Vec<u8> = (0..20)
        .map(|at| u8::from_str_radix(&blob[at * 2..at * 2 + 2], 16).unwrap())
        .collect();
    let tree = |count: usize| {
        let mut tree = Vec::new();
        for number in 0..count {
            tree.extend_from_slice(format!("100644 {number:07}\0").as_bytes());
            tree.extend_from_slice(&id);
        }
        let tree = repository.object("tree", &tree);
        repository.git(&["commit-tree", &tree, "-m", "m"], b"")
    };
    let million = tree(1_000_000);
    let start = Instant::now();
    assert_eq!(
        limit_of(scan_with(&repository, &[million], &Beside::default())),
        Some(Limit::Tree)
    );
    assert!(start.elapsed() < Duration::from_secs(30));
    let many = tree(100_001);
    assert_eq!(
        limit_of(scan_with(&repository, &[many], &Beside::default())),
        Some(Limit::Entries)
    );
}

#[test]
fn deep_folders_and_many_objects_are_refused() {
    let deep = format!("{}a", "d/".repeat(300));
    let repository = Repository::new();
    let mut import = Import::default();
    import.commit(None, "m", &[(&deep, b"x")]);
    let ids = repository.import(&import);
    assert_eq!(
        limit_of(scan_with(&repository, &ids, &Beside::default())),
        Some(Limit::Depth)
    );
    let few = PushPolicy {
        max_objects: 3,
        ..PushPolicy::default()
    };
    assert_eq!(
        limit_of(scan_with(
            &repository,
            &ids,
            &Beside {
                limits: Some(&few),
                ..Beside::default()
            }
        )),
        Some(Limit::Objects(3))
    );
}

#[test]
fn what_only_says_that_it_is_huge_is_not_unpacked() {
    use std::io::Write as _;
    let repository = Repository::new();
    let folder = repository.path().join("objects/ab");
    std::fs::create_dir(&folder).unwrap();
    let name = "cd".repeat(19);
    let mut loose = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    // Five gibibytes, which are not there.
    loose
        .write_all(b"blob 5368709120\0aaaaaaaaaaaaaaaa")
        .unwrap();
    std::fs::write(folder.join(&name), loose.finish().unwrap()).unwrap();
    let entry = format!("100644 blob ab{name}\ta\n");
    let tree = repository.git(&["mktree"], entry.as_bytes());
    let commit = repository.git(&["commit-tree", &tree, "-m", "m"], b"");
    let start = Instant::now();
    assert_eq!(
        limit_of(scan_with(&repository, &[commit], &Beside::default())),
        Some(Limit::Bytes(4 << 30))
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_file_that_is_too_large_is_told_and_not_read() {
    let repository = Repository::new();
    let blob = repository.object("blob", &vec![b'a'; 33 << 20]);
    let report = scan(&repository, &[blob]);
    assert_eq!(report.findings[0].rule, "too-large");
    assert_eq!(report.findings[0].code(), "git.unscannable");
}

#[test]
fn what_is_missing_or_no_id_or_too_late_is_an_error() {
    let repository = Repository::new();
    let missing = ["3f786850e387550fdab836ed7e6dc881de23001b".to_owned()];
    assert!(scan_with(&repository, &missing, &Beside::default()).is_err());
    for id in ["HEAD", "--all", "", "refs/heads/main"] {
        assert!(matches!(
            scan_with(&repository, &[id.to_owned()], &Beside::default()),
            Err(ScanError::Id)
        ));
    }
    let mut import = Import::default();
    import.commit(None, "m", &[("a", b"a")]);
    let ids = repository.import(&import);
    let late = scan_with(
        &repository,
        &ids,
        &Beside {
            deadline: Some(Instant::now()),
            ..Beside::default()
        },
    );
    assert!(matches!(late, Err(ScanError::Time)), "{late:?}");
    // A commit whose tree is not there.
    let broken = repository.object(
        "commit",
        format!(
            "tree {}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm\n",
            missing[0]
        )
        .as_bytes(),
    );
    assert!(matches!(
        scan_with(&repository, &[broken], &Beside::default()),
        Err(ScanError::Git(_))
    ));
}

#[test]
fn replacements_do_not_count() {
    let repository = Repository::new();
    let (secret, harmless) = (
        repository.object("blob", key().as_bytes()),
        repository.object("blob", b"x"),
    );
    repository.has(&format!("refs/replace/{secret}"), &harmless);
    assert_eq!(scan(&repository, &[secret]).findings.len(), 1);
}

#[test]
fn both_kinds_of_repositories() {
    let repository = Repository::new();
    repository.git(
        &["init", "-q", "--bare", "--object-format=sha256", "other"],
        b"",
    );
    let git = |arguments: &[&str], input: &[u8]| {
        let all = [&["--git-dir=other"], arguments].concat();
        repository.git(&all, input)
    };
    let blob = git(&["hash-object", "-w", "--stdin"], key().as_bytes());
    let tree = git(
        &["mktree"],
        format!("100644 blob {blob}\tdir-a\n").as_bytes(),
    );
    let commit = git(&["commit-tree", &tree, "-m", "m"], b"");
    assert_eq!(commit.len(), 64);
    let found = super::super::survey(
        &repository.path().join("other"),
        &[commit],
        Duration::from_secs(20),
    )
    .unwrap();
    assert_eq!(found.places, [("aws-access-key-id", "dir-a".to_owned())]);
}

#[test]
fn the_seeds_of_the_fuzzer_are_read() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/git_objects");
    let seeds: Vec<_> = std::fs::read_dir(seeds).unwrap().collect();
    assert!(seeds.len() >= 9);
    for seed in seeds {
        fuzzing::objects(&std::fs::read(seed.unwrap().path()).unwrap());
    }
}

proptest! {
    #[test]
    fn parsers_end_whatever_they_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzzing::objects(&bytes);
    }

    #[test]
    fn parsers_end_on_what_looks_right(bytes in r"(100644|40000|tree|parent|author) [a-z =\n\x00]{0,40}(PK\x03\x04[\x00-\x7f]{26,60})?(url = [a-z:/-]{0,20}\n)?") {
        fuzzing::objects(bytes.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn trees_are_read_as_git_reads_them(names in proptest::collection::btree_set("[a-zA-Z0-9 .\u{e9}\u{1f600}\\\\\"-]{1,12}", 1..20)) {
        let names: Vec<_> = names.iter().filter(|name| !matches!(name.as_str(), "." | "..") && !name.to_ascii_lowercase().starts_with(".git")).collect();
        let repository = Repository::new();
        let blob = repository.object("blob", b"x");
        let lines: Vec<String> = names.iter().map(|name| format!("100644 blob {blob}\t{name}\0")).collect();
        let tree = repository.git(&["mktree", "-z"], lines.concat().as_bytes());
        let git = repository.git(&["ls-tree", "-z", &tree], b"");
        let bytes = read_raw(&repository, &tree);
        let ours: Vec<String> = entries(&bytes, 20)
            .map(|entry| {
                let entry = entry.unwrap();
                format!("{:06o} blob {}\t{}\0", entry.mode, entry.id, String::from_utf8_lossy(entry.name))
            })
            .collect();
        prop_assert_eq!(ours.concat(), git);
    }

    #[test]
    fn commits_are_read_as_git_reads_them(message in "[ -~\n]{0,80}", name in "[a-z ]{1,10}") {
        let repository = Repository::new();
        let mut import = Import::default();
        import.commit_by(&format!("{name} <a@example.test>"), None, &message, &[("a", b"a")]);
        import.commit_by(&format!("{name} <a@example.test>"), Some(":1"), &message, &[("a", b"b")]);
        let id = repository.import(&import).pop().unwrap();
        let bytes = read_raw(&repository, &id);
        let object = TextObject::of(&bytes);
        prop_assert!(object.text.starts_with(b"author "));
        prop_assert!(object.text.ends_with(message.as_bytes()));
    }
}

/// An object as git prints it.
fn read_raw(repository: &Repository, id: &str) -> Vec<u8> {
    use super::super::ask::Ask;
    let surroundings = Surroundings {
        path: std::env::var_os("PATH").unwrap(),
        home: repository.path().to_owned(),
    };
    let git = Git::new(&surroundings, repository.path());
    let mut ask = Ask::new(&git, Instant::now() + Duration::from_secs(20)).unwrap();
    assert!(ObjectId::from_digits(id.as_bytes()).is_some());
    let header = ask.header(id.as_bytes()).unwrap().unwrap();
    ask.content(&header).unwrap()
}
