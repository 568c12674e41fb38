//! Folders of manifests: who may bring what, and what one broken file does to the others.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests write files")]

use std::fs;
use std::path::Path;

use bottle_core::{
    BottleName, Code, Folder, KnownRules, ManifestSet, PlanError, PlanKey, Provider, ValueOrigin,
};
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
    ManifestSet::open(
        &root.join("home"),
        Some(&root.join("work")),
        KnownRules::Any,
    )
    .unwrap()
}

fn codes(error: &PlanError) -> Vec<Code> {
    match error.innermost() {
        PlanError::Invalid(diagnostics) => diagnostics.iter().map(|each| each.code).collect(),
        other => panic!("{other}"),
    }
}

/// A home with these bottles, and for each an agent of the same name.
fn bottles(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for (name, front_matter) in files {
        let text = format!("---\n{front_matter}\n---\n");
        write(place.path(), &format!("home/bottles/{name}.md"), &text);
        let agent = format!("---\nbottle: {name}\n---\n");
        write(place.path(), &format!("home/agents/{name}.md"), &agent);
    }
    fs::create_dir_all(place.path().join("work")).unwrap();
    place
}

#[test]
fn a_child_lays_its_words_over_its_parents() {
    let place = bottles(&[
        (
            "base",
            "provider: command\nenv: {A: base, B: base}\nlimits: {pids: 10, cpus: 2}\negress:\n  routes: [{host: a.example.com}]\n  allowlist: [x.example.com]",
        ),
        (
            "web",
            "image: web:1\nenv: {B: web, C: web}\negress:\n  routes: [{host: b.example.com}]\n  allowlist: [x.example.com, y.example.com]",
        ),
        (
            "dev",
            "extends: [base, web]\nenv: {C: dev}\nlimits: {pids: 20}",
        ),
        ("own", "extends: dev\negress:\n  routes: []"),
    ]);
    let set = open(&place);
    let resolved = set.resolve(&"dev".parse().unwrap()).unwrap();
    let plan = &resolved.plan;
    let env: Vec<String> = plan
        .env
        .iter()
        .map(|(name, value)| format!("{name} {value:?}"))
        .collect();
    assert_eq!(
        env,
        [
            "A Literal(\"base\")",
            "B Literal(\"web\")",
            "C Literal(\"dev\")"
        ]
    );
    let hosts: Vec<String> = plan
        .routes
        .iter()
        .map(|route| route.host.to_string())
        .collect();
    assert_eq!(hosts, ["a.example.com", "b.example.com"]);
    assert_eq!(plan.allowlist.len(), 2);
    assert_eq!(
        (plan.provider, plan.limits.pids.get()),
        (Provider::Command, 20)
    );
    assert_eq!(plan.limits.cpus.unwrap().to_string(), "2");
    let parents: Vec<&str> = resolved.parents.iter().map(BottleName::as_str).collect();
    assert_eq!(parents, ["base", "web"]);
    let origin = |key: PlanKey| resolved.origins[&key].clone();
    let ValueOrigin::Declared(place) = origin(PlanKey::Pids) else {
        panic!("{:?}", resolved.origins)
    };
    assert_eq!(
        (
            place.position.line,
            place.file.name.ends_with("bottles/dev.md")
        ),
        (4, true)
    );
    let ValueOrigin::Inherited(place) = origin(PlanKey::Route("b.example.com".parse().unwrap()))
    else {
        panic!("{:?}", resolved.origins)
    };
    assert_eq!(
        (
            place.position.line,
            place.file.name.ends_with("bottles/web.md")
        ),
        (5, true)
    );
    assert_eq!(origin(PlanKey::Supervise), ValueOrigin::Default);
    let own = set.plan(&"own".parse().unwrap()).unwrap();
    assert!(own.routes.is_empty(), "declared, so replaced");
    assert_eq!(own.allowlist.len(), 2);
}

#[test]
fn a_diamond_is_no_conflict_and_different_words_are_one() {
    let place = bottles(&[
        ("base", "egress:\n  routes: [{host: a.example.com}]"),
        ("left", "extends: base"),
        ("right", "extends: base"),
        (
            "other",
            "egress:\n  routes: [{host: a.example.com, methods: [GET]}]",
        ),
        ("diamond", "extends: [left, right]"),
        ("torn", "extends: [left, other]"),
        ("settled", "extends: [left, other]\negress:\n  routes: []"),
    ]);
    let set = open(&place);
    assert_eq!(
        set.plan(&"diamond".parse().unwrap()).unwrap().routes.len(),
        1
    );
    let error = set.plan(&"torn".parse().unwrap()).unwrap_err();
    assert_eq!(codes(&error), [Code::BottleConflict]);
    let text = error.to_string();
    assert!(
        text.contains("other.md:3:19") && text.contains("base.md:3:19"),
        "{text}"
    );
}

#[test]
fn ways_that_lead_nowhere() {
    let place = bottles(&[
        ("self", "extends: self"),
        ("a", "extends: b"),
        ("b", "extends: [c]"),
        ("c", "extends: a"),
        ("lost", "extends: bse"),
        ("base", "provider: command"),
    ]);
    let set = open(&place);
    let error = |name: &str| set.plan(&name.parse().unwrap()).unwrap_err();
    assert_eq!(codes(&error("self")), [Code::BottleCycle]);
    let round = error("a");
    assert_eq!(codes(&round), [Code::BottleCycle]);
    assert!(round.to_string().contains("a → b → c → a"), "{round}");
    let lost = error("lost");
    assert_eq!(codes(&lost), [Code::BottleParentMissing]);
    assert!(lost.to_string().contains("did you mean `base`?"), "{lost}");
    assert!(set.plan(&"base".parse().unwrap()).is_ok());
    let names: Vec<String> = (0..40).map(|number| format!("deep-{number}")).collect();
    let texts: Vec<String> = (1..41)
        .map(|number| format!("extends: deep-{number}"))
        .collect();
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(texts.iter().map(String::as_str))
        .collect();
    let place = bottles(&files);
    let error = open(&place).plan(&"deep-0".parse().unwrap()).unwrap_err();
    assert_eq!(codes(&error), [Code::BottleExtends]);
}

#[test]
fn an_agent_names_a_provider_that_its_bottle_allows() {
    let place = bottles(&[("fixed", "provider: claude"), ("free", "env: {A: b}")]);
    let agents = [
        ("home/agents/same.md", "bottle: fixed\nprovider: claude"),
        ("home/agents/differs.md", "bottle: fixed\nprovider: codex"),
        ("home/agents/mine.md", "bottle: free\nprovider: codex"),
        (
            "work/.claude-bottle/agents/theirs.md",
            "bottle: free\nprovider: codex",
        ),
        (
            "work/.claude-bottle/agents/narrow.md",
            "bottle: free\nprovider: command",
        ),
    ];
    for (path, text) in agents {
        write(place.path(), path, &format!("---\n{text}\n---\n"));
    }
    let set = open(&place);
    let provider = |name: &str| set.plan(&name.parse().unwrap()).map(|plan| plan.provider);
    assert_eq!(provider("same").unwrap(), Provider::Claude);
    assert_eq!(provider("mine").unwrap(), Provider::Codex);
    assert_eq!(provider("narrow").unwrap(), Provider::Command);
    for name in ["differs", "theirs"] {
        assert_eq!(
            codes(&provider(name).unwrap_err()),
            [Code::AgentProvider],
            "{name}"
        );
    }
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
        .filter(|each| each.result.is_err())
        .map(|each| each.path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(wrong, ["broken.md", "lost.md", "nowhere.md"]);
    // `lost.md` itself is right: it needs a bottle that is wrong.
    assert!(matches!(
        &checked[3].result,
        Err(PlanError::Needs { bottle, .. }) if bottle.as_str() == "broken"
    ));
}

#[test]
fn what_is_missing_is_named_with_what_is_near() {
    let place = place();
    let set = open(&place);
    let error = set.plan(&"nowhere".parse().unwrap()).unwrap_err();
    assert_eq!(codes(&error), [Code::AgentBottle]);
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
    assert_eq!(helper.folder, Folder::Repository);
    assert_eq!(set.plan(&helper.name).unwrap().bottle.as_str(), "dev");
    let error = set.plan(&"own".parse().unwrap()).unwrap_err();
    assert_eq!(codes(&error), [Code::AgentBottle], "{error}");
    assert!(set.bottles().all(|entry| entry.folder == Folder::Home));
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
    let set = ManifestSet::open(&root.join("nothing"), None, KnownRules::Any).unwrap();
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
    let error = ManifestSet::open(place.path(), None, KnownRules::Any).unwrap_err();
    assert!(
        error.to_string().contains("bottles cannot be read"),
        "{error}"
    );
}

#[test]
fn bytes_that_are_no_text_stop_nobody_else() {
    let place = place();
    for bytes in [
        &b"\xff\xfe-\0-\0-\0"[..],
        b"---\nenv: {A: \xc3\x28}\n---\n",
        b"\0\0\0",
    ] {
        fs::write(place.path().join("home/bottles/broken.md"), bytes).unwrap();
        let set = open(&place);
        let error = set.plan(&"lost".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("broken.md"), "{error}");
        if std::str::from_utf8(bytes).is_err() {
            assert!(error.to_string().contains("UTF-8"), "{error}");
        }
        assert!(set.plan(&"dev".parse().unwrap()).is_ok());
    }
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
