//! The schemas and the reader hold together.
use std::collections::BTreeSet;
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use insta::glob;
use serde_json::Value;

use super::reader::Keys;
use super::tests::{is_agent, read};
use super::{AgentManifest, BottleManifest, FrontMatter, Schema, agent, bottle, git, push, route};
use crate::code::Code;

/// Mistakes that need more than one file's shape to be seen.
const BEYOND: [Code; 13] = [
    Code::EgressHost,
    Code::EnvValue,
    Code::Expect,
    Code::GitDuplicate,
    Code::GitExtraHosts,
    Code::GitUpstream,
    Code::PipelockImageKeys,
    Code::RouteCidr,
    Code::RouteDuplicate,
    Code::RouteHeader,
    Code::RouteHost,
    Code::RoutePath,
    Code::RouteRole,
];

struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn new(schema: Schema) -> Self {
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        let json: Value = serde_json::from_str(schema.json()).unwrap();
        compiler.add_resource("schema.json", json).unwrap();
        let index = compiler.compile("schema.json", &mut schemas).unwrap();
        Self { schemas, index }
    }

    fn accepts(&self, value: &Value) -> bool {
        self.schemas.validate(value, self.index).is_ok()
    }
}

/// What the front matter says, as far as another reader can read it.
fn front_matter(text: &str) -> Option<Value> {
    let parts = FrontMatter::split("manifest.md", text).ok()?;
    let value: serde_yaml::Value = serde_yaml::from_str(parts.yaml.text).ok()?;
    let value = if value.is_null() {
        serde_json::json!({})
    } else {
        serde_json::to_value(value).ok()?
    };
    Some(value)
}

fn codes(path: &Path, text: &str) -> Vec<Code> {
    let result = if is_agent(path) {
        AgentManifest::read("manifest.md", text).map(drop)
    } else {
        BottleManifest::read("manifest.md", text).map(drop)
    };
    result.err().map_or_else(Vec::new, |errors| {
        errors.iter().map(|each| each.code).collect()
    })
}

#[test]
fn schema_and_reader_agree_on_every_fixture() {
    let bottle = Validator::new(Schema::Bottle);
    let agent = Validator::new(Schema::Agent);
    let mut refused = 0;
    glob!("../../tests/fixtures", "*/*.md", |path| {
        let text = read(path);
        let codes = codes(path, &text);
        // What is wrong as YAML does not come to a schema.
        let not_yaml =
            |code: &Code| code.as_str().starts_with("yaml.") || *code == Code::ManifestFrontMatter;
        if codes.iter().any(not_yaml) {
            return;
        }
        let value = front_matter(&text).unwrap();
        let accepted = if is_agent(path) {
            agent.accepts(&value)
        } else {
            bottle.accepts(&value)
        };
        let shape = codes.iter().any(|code| !BEYOND.contains(code));
        if codes.is_empty() {
            assert!(
                accepted,
                "{}: the reader takes it, the schema does not",
                path.display()
            );
        } else if shape {
            assert!(
                !accepted,
                "{}: {codes:?}: the schema takes it",
                path.display()
            );
            refused += 1;
        }
    });
    assert!(refused > 30, "{refused}");
}

#[test]
fn schema_and_reader_know_the_same_keys() {
    let bottle: Value = serde_json::from_str(Schema::Bottle.json()).unwrap();
    let agent: Value = serde_json::from_str(Schema::Agent.json()).unwrap();
    let of = |value: &Value, pointer: &str| -> BTreeSet<String> {
        let properties = value.pointer(pointer).unwrap().as_object().unwrap();
        properties.keys().cloned().collect()
    };
    let tables: [(&Value, &str, Keys); 10] = [
        (&agent, "/properties", agent::AGENT),
        (&bottle, "/properties", bottle::BOTTLE),
        (&bottle, "/properties/egress/properties", bottle::EGRESS),
        (&bottle, "/properties/git_user/properties", bottle::GIT_USER),
        (&bottle, "/properties/limits/properties", bottle::LIMITS),
        (&bottle, "/properties/pipelock/properties", bottle::PIPELOCK),
        (&bottle, "/$defs/route/properties", route::ROUTE),
        (
            &bottle,
            "/$defs/route/properties/auth/properties",
            route::AUTH,
        ),
        (&bottle, "/$defs/remote/properties", git::REMOTE),
        (
            &bottle,
            "/$defs/remote/properties/push/properties",
            push::PUSH,
        ),
    ];
    for (schema, pointer, keys) in tables {
        let known: BTreeSet<String> = keys.known.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(of(schema, pointer), known, "{pointer}");
    }
    let dlp: BTreeSet<String> = route::DLP
        .known
        .iter()
        .map(|key| (*key).to_owned())
        .collect();
    assert_eq!(of(&bottle, "/$defs/route/properties/dlp/properties"), dlp);
}
