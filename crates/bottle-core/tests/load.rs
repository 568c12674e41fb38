//! Folders of manifests: who may bring what, and what one broken file does to the others.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests write files")]

use std::fs;
use std::path::Path;

use bottle_core::{ManifestSet, Origin, PlanError, Provider};
use tempfile::TempDir;

const BOTTLE: &str = "---\nprovider: command\negress:\n  allowlist: [example.com]\n---\n";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A home with a good and a broken bottle and an agent for each.
fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    write(root, "home/bottles/dev.md", BOTTLE);
    write(root, "home/bottles/broken.md", "---\negress: [\n---\n");
    write(
        root,
        "home/agents/dev.md",
        "---\nbottle: dev\n---\nBe careful.\n",
    );
    write(root, "home/agents/lost.md", "---\nbottle: broken\n---\n");
    write(root, "home/agents/nowhere.md", "---\nbottle: devv\n---\n");
    fs::create_dir_all(root.join("work")).unwrap();
    place
}

fn open(place: &TempDir) -> ManifestSet {
    let root = place.path();
    ManifestSet::open(&root.join("home"), Some(&root.join("work"))).unwrap()
}

#[test]
fn a_broken_file_stops_nobody_else() {
    let place = place();
    let set = open(&place);
    let plan = set.plan(&"dev".parse().unwrap()).unwrap();
    assert_eq!(plan.provider, Provider::Command);
    assert_eq!(plan.prompt.as_deref().map(str::trim), Some("Be careful."));
    assert_eq!(plan.allowlist.len(), 1);
    let error = set.plan(&"lost".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("broken.md:"), "{error}");
    let checked = set.check_all();
    let wrong: Vec<&str> = checked
        .iter()
        .filter(|(_, result)| result.is_err())
        .map(|(path, _)| path.file_name().unwrap().to_str().unwrap())
        .collect();
    // `lost.md` itself is right: its bottle is told once.
    assert_eq!(wrong, ["broken.md", "nowhere.md"]);
}

#[test]
fn what_is_missing_is_named_with_what_is_near() {
    let place = place();
    let set = open(&place);
    let error = set.plan(&"nowhere".parse().unwrap()).unwrap_err();
    assert!(matches!(error, PlanError::NoSuchBottle { .. }));
    assert!(error.to_string().contains("`dev`"), "{error}");
    let error = set.plan(&"de".parse().unwrap()).unwrap_err();
    assert!(matches!(error, PlanError::NoSuchAgent { .. }));
    assert!(error.to_string().contains("`dev`"), "{error}");
}

#[test]
fn a_repository_brings_agents_and_no_bottles() {
    let place = place();
    let root = place.path();
    write(
        root,
        "work/.claude-bottle/agents/helper.md",
        "---\nbottle: dev\n---\nHelp.\n",
    );
    write(
        root,
        "work/.claude-bottle/agents/own.md",
        "---\nbottle: wide-open\n---\n",
    );
    write(root, "work/.claude-bottle/bottles/wide-open.md", BOTTLE);
    let set = open(&place);
    let helper = set
        .agents()
        .find(|entry| entry.name.as_str() == "helper")
        .unwrap();
    assert_eq!(helper.origin, Origin::Repository);
    assert_eq!(set.plan(&helper.name).unwrap().bottle.as_str(), "dev");
    let error = set.plan(&"own".parse().unwrap()).unwrap_err();
    assert!(matches!(error, PlanError::NoSuchBottle { .. }), "{error}");
    assert!(set.bottles().all(|entry| entry.origin == Origin::Home));
    let warnings = set.warnings().join("\n");
    assert!(warnings.contains("is ignored"), "{warnings}");
}

#[test]
fn an_agent_of_the_same_name_comes_from_the_repository_and_that_is_said() {
    let place = place();
    write(
        place.path(),
        "work/.claude-bottle/agents/dev.md",
        "---\nbottle: dev\n---\nOther words.\n",
    );
    let set = open(&place);
    let plan = set.plan(&"dev".parse().unwrap()).unwrap();
    assert_eq!(plan.prompt.as_deref().map(str::trim), Some("Other words."));
    let warnings = set.warnings().join("\n");
    assert!(
        warnings.contains("the agent `dev` is taken from"),
        "{warnings}"
    );
}

#[test]
fn a_home_that_is_not_there_is_empty_and_other_files_do_not_count() {
    let place = place();
    let root = place.path();
    let set = ManifestSet::open(&root.join("nothing"), None).unwrap();
    assert_eq!((set.agents().count(), set.bottles().count()), (0, 0));
    write(root, "home/bottles/notes.txt", "no manifest");
    write(root, "home/bottles/.hidden.md", BOTTLE);
    write(root, "home/bottles/Upper Case.md", BOTTLE);
    let set = open(&place);
    let names: Vec<&str> = set.bottles().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["broken", "dev"]);
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error() {
    let place = tempfile::tempdir().unwrap();
    write(place.path(), "bottles", "a file where a folder belongs");
    let error = ManifestSet::open(place.path(), None).unwrap_err();
    assert!(
        error.to_string().contains("bottles cannot be read"),
        "{error}"
    );
}

#[test]
fn a_huge_file_is_not_read() {
    let place = place();
    write(
        place.path(),
        "home/bottles/dev.md",
        &"x".repeat(1024 * 1024),
    );
    assert!(open(&place).plan(&"dev".parse().unwrap()).is_err());
}
