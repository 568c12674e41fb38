#![expect(clippy::disallowed_methods, reason = "fixtures are files")]
use insta::{assert_debug_snapshot, assert_snapshot, glob};
use proptest::prelude::*;
use std::path::Path;

use super::{AgentManifest, BottleManifest};

pub(super) fn is_agent(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("agent-"))
}

pub(super) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn bad_manifests_are_explained() {
    glob!("../../tests/fixtures/bad", "*.md", |path| {
        let text = read(path);
        let errors = if is_agent(path) {
            AgentManifest::read("manifest.md", &text).unwrap_err()
        } else {
            BottleManifest::read("manifest.md", &text).unwrap_err()
        };
        assert!(
            errors
                .iter()
                .all(|each| each.position.line >= 1 && each.position.column >= 1)
        );
        assert_snapshot!(errors.to_string());
    });
}

#[test]
fn good_manifests_are_read() {
    glob!("../../tests/fixtures/good", "*.md", |path| {
        let text = read(path);
        if is_agent(path) {
            assert_debug_snapshot!(AgentManifest::read("manifest.md", &text).unwrap());
        } else {
            assert_debug_snapshot!(BottleManifest::read("manifest.md", &text).unwrap());
        }
    });
}

proptest! {
    #[test]
    fn any_text_is_survived(text in ".{0,200}") {
        let _ = BottleManifest::read("a.md", &text);
        let _ = AgentManifest::read("a.md", &format!("---\n{text}\n---\n"));
    }

    #[test]
    fn any_front_matter_is_survived(
        text in "((env|egress|routes|host|auth|image|allowlist|cidr)|: |- |\n|  |\\[|\\]|\\{|\\}|,|\"|'|a|1|\\*|&|!|#|~){0,60}"
    ) {
        if let Err(errors) = BottleManifest::read("a.md", &format!("---\n{text}\n---\n")) {
            prop_assert!(!errors.is_empty());
            prop_assert!(!errors.to_string().is_empty());
        }
    }
}
