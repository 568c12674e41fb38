use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use tempfile::TempDir;

use super::*;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn context(folder: &TempDir) -> Result<Context, ContextError> {
    Context::of_folder(folder.path(), "Dockerfile")
}

/// What is in an archive: its text, `/` for a folder, `-> target` for a link.
fn contents(context: &Context) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(context.tar.as_ref());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.mtime().unwrap(), header.uid().unwrap()), (0, 0));
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let target = entry.link_name().unwrap();
        let mut text = target.map_or_else(String::new, |target| format!("-> {}", target.display()));
        entry.read_to_string(&mut text).unwrap();
        (name, text)
    });
    entries.collect()
}

fn names(folder: &TempDir) -> Vec<String> {
    contents(&context(folder).unwrap()).into_keys().collect()
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let files = [("Dockerfile", "FROM a"), ("b/c", "1"), ("a", "2")];
    let one = context(&folder(&files)).unwrap();
    let mut reversed = files;
    reversed.reverse();
    let two = folder(&reversed);
    assert_eq!(context(&two).unwrap(), one);
    fs::write(two.path().join("a"), "3").unwrap();
    assert_ne!(context(&two).unwrap().tar, one.tar);
    fs::write(two.path().join("a"), "2").unwrap();
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(two.path().join("a"), mode).unwrap();
    assert_ne!(context(&two).unwrap().tar, one.tar);
}

#[test]
fn what_is_ignored_stays_behind() {
    let list = "*\n!src\nsrc/**/*.key\n";
    let folder = folder(&[
        ("Dockerfile", "FROM a"),
        (".dockerignore", list),
        ("secret", "x"),
        ("src/main.rs", ""),
        ("src/deep/a.key", "x"),
        ("src/deep/b", ""),
        ("node/modules/x", ""),
    ]);
    let kept = [
        ".dockerignore",
        "Dockerfile",
        "src/",
        "src/deep/",
        "src/deep/b",
        "src/main.rs",
    ];
    assert_eq!(names(&folder), kept);
}

#[test]
fn an_exception_within_an_ignored_folder_goes_along() {
    let files = [
        ("Dockerfile", ""),
        (".dockerignore", "a\n!a/b/keep"),
        ("a/b/keep", ""),
        ("a/b/not", ""),
    ];
    let kept = [".dockerignore", "Dockerfile", "a/b/keep"];
    assert_eq!(names(&folder(&files)), kept);
}

#[test]
fn links_are_links_and_sockets_stay_behind() {
    let outside = folder(&[("secret", "outside")]);
    let folder = folder(&[("Dockerfile", "FROM a")]);
    symlink(outside.path(), folder.path().join("dir")).unwrap();
    symlink(outside.path().join("secret"), folder.path().join("file")).unwrap();
    symlink("Dockerfile", folder.path().join("own")).unwrap();
    let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    let all = contents(&context(&folder).unwrap());
    assert_eq!(
        all.keys().collect::<Vec<_>>(),
        ["Dockerfile", "dir", "file", "own"]
    );
    assert_eq!(all["own"], "-> Dockerfile");
    assert!(all["file"].starts_with("-> /"));
    assert!(!all.values().any(|text| text.contains("outside")));
}

#[test]
fn a_dockerfile_that_is_a_link_is_refused() {
    let outside = folder(&[("id_rsa", "key")]);
    let folder = tempfile::tempdir().unwrap();
    let dockerfile = folder.path().join("Dockerfile");
    let error = context(&folder).unwrap_err();
    assert!(matches!(error, ContextError::NoFile { .. }), "{error:?}");
    symlink(outside.path().join("id_rsa"), &dockerfile).unwrap();
    let error = context(&folder).unwrap_err();
    assert!(error.to_string().contains("symbolic link"), "{error}");
    fs::remove_file(&dockerfile).unwrap();
    fs::create_dir(&dockerfile).unwrap();
    assert!(context(&folder).is_err());
}

#[test]
fn too_much_is_an_error_that_says_what_helps() {
    let folder = folder(&[("Dockerfile", "")]);
    let large = fs::File::create(folder.path().join("large")).unwrap();
    large
        .set_len(u64::try_from(CONTEXT_LIMIT).unwrap())
        .unwrap();
    let error = context(&folder).unwrap_err().to_string();
    assert!(error.contains("268435456 bytes"), "{error}");
    assert!(error.contains(".dockerignore"), "{error}");
    fs::write(folder.path().join(".dockerignore"), "large").unwrap();
    assert_eq!(names(&folder), [".dockerignore", "Dockerfile"]);
}

#[test]
fn deep_folders_are_bounded() {
    let deep = |levels: usize| {
        let path = "d/".repeat(levels) + "file";
        context(&folder(&[("Dockerfile", ""), (path.as_str(), "")]))
    };
    assert!(deep(DEPTH_LIMIT).is_ok());
    let error = deep(DEPTH_LIMIT + 1).unwrap_err().to_string();
    assert!(error.contains("64 folders within each other"), "{error}");
}

#[test]
fn long_names_survive() {
    let name = "n".repeat(200);
    let path = format!("{name}/{name}");
    let folder = folder(&[("Dockerfile", ""), (path.as_str(), "text")]);
    assert_eq!(contents(&context(&folder).unwrap())[&path], "text");
}
