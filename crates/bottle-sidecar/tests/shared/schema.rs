//! `docs/decision-log.schema.json`, for tests with real lines.

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// The schema of the repository.
pub(crate) struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    /// Reads it.
    pub(crate) fn read() -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/decision-log.schema.json");
        let text = std::fs::read_to_string(path).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let name = "memory:///decision-log.json";
        compiler
            .add_resource(name, serde_json::from_str(&text).unwrap())
            .unwrap();
        let index = compiler.compile(name, &mut schemas).unwrap();
        Self { schemas, index }
    }

    /// Every line is as it says.
    #[track_caller]
    pub(crate) fn takes(&self, lines: &[Value]) {
        for line in lines {
            if let Err(error) = self.schemas.validate(line, self.index) {
                panic!("{line}: {error}");
            }
        }
    }

    /// Whether a line is as it says.
    pub(crate) fn is_taken(&self, line: &Value) -> bool {
        self.schemas.validate(line, self.index).is_ok()
    }
}
